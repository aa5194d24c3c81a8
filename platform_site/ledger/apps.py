from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    name = "platform_site.ledger"
    label = "ledger"

    def ready(self) -> None:
        from platform_site.ledger import grants

        post_migrate.connect(grants.after_migrate, sender=self)
