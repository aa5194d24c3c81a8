from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SealingConfig(AppConfig):
    name = "platform_site.sealing"
    label = "sealing"

    def ready(self) -> None:
        from platform_site.sealing import grants

        post_migrate.connect(grants.after_migrate, sender=self)
