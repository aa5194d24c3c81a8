from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"

    def ready(self) -> None:
        """The board stands on the desks of those who supervise."""
        from platform_site import ledger
        from platform_site.accounts.benches import Bench, register
        from supervision import registers, services
        from trading.rehearsal import offices

        ledger.register_verifier(registers.orders_as_recorded)
        # A rehearsal's authority acts through the same services as the real one.
        offices.announce("order_issue", services.order_issue)
        offices.announce("order_lift", services.order_lift)

        register(
            Bench(
                "监督工作台",
                "本部门监督的交易、下一步和提示。只看，不办理交易",
                "supervision:board",
                lambda actor: bool(actor.duties & {"supervisor", "auditor"}),
                order=20,
                icon_name="eye",
            )
        )
