"""招标计划: what is announced before there is a tender. Its own small procedure, judged by the same kernel."""

from trading.kernel.procedure import Procedure, Transition
from trading.rulebooks.guards import planning
from trading.rulebooks.shared import states

STATES = {"drafted": "尚未发布", "published": "已发布", "cancelled": "已取消"}

SAID = (planning.plan_complete, planning.plan_ahead)

TRANSITIONS = {
    "publish_plan": Transition(states("drafted"), "published", "initiator", "发布招标计划", ("ENG-56",), guards=SAID),
    "change_plan": Transition(
        states("published"),
        "",
        "initiator",
        "变更招标计划",
        ("ENG-56",),
        guards=(*SAID, planning.plan_unused, planning.plan_changed),
    ),
    "cancel_plan": Transition(
        states("published"),
        "cancelled",
        "initiator",
        "取消招标计划",
        ("ENG-56",),
        guards=(planning.plan_reasoned, planning.plan_unused),
    ),
    "link_plan": Transition(
        states("published"),
        "",
        "initiator|agency",
        "按招标计划登记项目",
        ("ENG-56",),
        guards=(planning.plan_own,),
    ),
}

PLAN = Procedure("engineering.plan", "招标计划", "engineering", "", "招标人", STATES, {}, TRANSITIONS, ())
