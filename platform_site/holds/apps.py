from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "platform_site.holds"
    label = "holds"

    def ready(self) -> None:
        """The record's verifier asks for every hold."""
        from platform_site import ledger
        from platform_site.holds import registers

        ledger.register_verifier(registers.holds_as_recorded)
