from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "platform_site.sealing"
    label = "sealing"

    def ready(self) -> None:
        """The record's verifier looks at sealed and opened files."""
        from platform_site import ledger
        from platform_site.sealing import registers

        ledger.register_verifier(registers.sealed_files_unchanged)
        ledger.register_verifier(registers.tools_unchanged)
        ledger.register_verifier(registers.opened_as_sealed)
        ledger.register_verifier(registers.key_sets_as_recorded)
