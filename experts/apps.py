from django.apps import AppConfig

from platform_site.accounts.actors import Actor


class ExpertsConfig(AppConfig):
    name = "experts"

    def ready(self) -> None:
        """Rules are in the register, the verifier knows our states, the moving clock ticks, desks stand."""
        from experts import registers, rules  # noqa: F401
        from experts.models import Application, Draw, Expert
        from platform_site import ledger
        from platform_site.accounts.benches import Bench, register
        from platform_site.clock import services as clock

        ledger.register_state_table(Draw, "ledger_ref", "state", prefix="draw:")
        ledger.register_state_table(Expert, "ledger_ref", "state", prefix="expert:")
        ledger.register_state_table(Application, "ledger_ref", "state", prefix="application:")
        ledger.register_verifier(registers.certificates_unchanged)
        clock.on_advance(registers.InvitationsDue())
        clock.on_advance(registers.PoolRootDue())
        register(
            Bench(
                "专家抽取",
                "公布名单、封存随机数、抽取、替补",
                "experts:desk",
                opens_to=lambda actor: bool(
                    actor.duties & {"draw_officer", "supervisor", "pool_supervisor", "auditor"}
                ),
                order=30,
                icon_name="users",
            )
        )
        register(
            Bench(
                "专家库",
                "审核入库申请，暂停、恢复、退出",
                "experts:pool",
                opens_to=lambda actor: bool(actor.duties & {"pool_maintainer", "pool_supervisor"}),
                order=30,
                icon_name="users",
            )
        )
        register(
            Bench(
                "评标专家",
                "答复邀请，查看自己的抽取记录",
                "experts:mine",
                opens_to=_is_expert,
                order=20,
                icon_name="user",
            )
        )


def _is_expert(actor: Actor) -> bool:
    """Whether the person is in the pool. One query."""
    from experts.models import Expert

    return actor.user_id is not None and Expert.objects.in_pool().filter(user__public_id=actor.user_id).exists()
