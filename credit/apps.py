from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "credit"

    def ready(self) -> None:
        """Rules are in the register, and every person has a desk for their own subjects."""
        from credit import registers, rules  # noqa: F401
        from credit.models import Subject
        from platform_site import ledger
        from platform_site.accounts.benches import Bench, register

        ledger.register_state_table(Subject, "ledger_ref", "state", prefix="subject:")
        ledger.register_verifier(registers.qualifications_as_recorded)
        ledger.register_verifier(registers.doubts_as_recorded)
        register(
            Bench(
                "我的单位",
                "登记单位、邀请同事、登记密钥、申报资质",
                "credit:mine",
                opens_to=lambda actor: actor.user_id is not None,
                order=90,
                icon_name="building",
            )
        )
