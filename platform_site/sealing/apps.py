from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SealingConfig(AppConfig):
    name = "platform_site.sealing"
    label = "sealing"

    def ready(self) -> None:
        """Rights follow every migrate; the record's verifier looks at sealed and opened files."""
        from platform_site import ledger
        from platform_site.sealing import grants, registers

        ledger.register_verifier(registers.sealed_files_unchanged)
        ledger.register_verifier(registers.opened_as_sealed)
        post_migrate.connect(grants.after_migrate, sender=self)
