from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"

    def ready(self) -> None:
        """The record's verifier knows our states, holds wake our lots, the moving clock ticks."""
        from platform_site import ledger
        from platform_site.accounts.benches import Bench, register
        from platform_site.clock import services as clock
        from platform_site.holds import services as holds
        from trading import registers, testimony
        from trading.models import Lot, TenderPlan
        from trading.services import sessions
        from trading.services.acts import on_course
        from trading.testimony.catalogue import catalogue_as_recorded
        from trading.testimony.media import outlets_as_recorded
        from trading.testimony.outages import outages_as_recorded
        from trading.testimony.sessions import sessions_as_recorded

        ledger.register_state_table(Lot, "ledger_ref", "state", select_related=("tender",), prefix="lot:")
        ledger.register_state_table(TenderPlan, "ledger_ref", "state", prefix="plan:")
        ledger.register_verifier(registers.published_files_unchanged)
        ledger.register_verifier(registers.plans_unchanged)
        ledger.register_verifier(registers.notices_unchanged)
        ledger.register_verifier(registers.letters_unchanged)
        ledger.register_verifier(registers.instruments_unchanged)
        ledger.register_verifier(registers.papers_recorded)
        ledger.register_verifier(testimony.rows_as_recorded)
        ledger.register_verifier(outages_as_recorded)
        ledger.register_verifier(outlets_as_recorded)
        ledger.register_verifier(sessions_as_recorded)
        ledger.register_verifier(catalogue_as_recorded)
        holds.on_change(registers.wake_held_lot)
        on_course(sessions.follow)
        clock.on_advance(registers.LotsDue())
        register(
            Bench(
                "交易工作台",
                "登记项目、编制公告、定标和合同；参加的标段",
                "trading:desk",
                opens_to=lambda actor: bool(actor.subject_code) and not actor.duties,
                order=10,
                icon_name="files",
            )
        )
        self._benches()

    def _benches(self) -> None:
        """The committee's room and the draw officer's list stand on the desks of those they open to."""
        from platform_site.accounts.benches import Bench, register
        from trading.evaluationroom import holds_seat

        register(
            Bench("评标室", "审查、评分、签署报告", "trading:seats", opens_to=holds_seat, order=15, icon_name="scale")
        )
        register(
            Bench(
                "进场项目",
                "本中心和下级中心的标段，按下一时点排列",
                "trading:hosted",
                opens_to=lambda actor: "operator" in actor.duties,
                order=28,
                icon_name="list-details",
            )
        )
        register(
            Bench(
                "交易目录",
                "本地区有效的目录，公布新的一批",
                "trading:catalogue",
                opens_to=lambda actor: "operator" in actor.duties,
                order=29,
                icon_name="category",
            )
        )
        register(
            Bench(
                "场地与场次",
                "开标室、评标室、抽取室、竞价室，各标段的场次",
                "trading:venues",
                opens_to=lambda actor: "operator" in actor.duties,
                order=30,
                icon_name="building",
            )
        )
        register(
            Bench(
                "系统故障",
                "公布故障，故障期间届满的时限随之顺延",
                "trading:outages",
                opens_to=lambda actor: "operator" in actor.duties,
                order=32,
                icon_name="alert-triangle",
            )
        )
        register(
            Bench(
                "组建评标委员会",
                "抽取进度、组建、开始评标",
                "trading:committees",
                opens_to=lambda actor: "draw_officer" in actor.duties,
                order=31,
                icon_name="users",
            )
        )
