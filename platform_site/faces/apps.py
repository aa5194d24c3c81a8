from typing import Any

from django.apps import AppConfig, apps


class FacesConfig(AppConfig):
    name = "platform_site.faces"
    label = "faces"

    def ready(self) -> None:
        """Rights follow every migrate; a face that may not be served here is told before anything starts."""
        from django.core import checks
        from django.db.models.signals import post_migrate

        from platform_site.faces.facing import face_is_lawful

        # The signal is sent once for every app with models; ours follows the last of them.
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        post_migrate.connect(grant_after_migrate, sender=last)
        checks.register(face_is_lawful)


def grant_after_migrate(*, using: str, **_: Any) -> None:
    """Receiver of post_migrate, which comes after the last migration of the last room."""
    from django.db import connections, transaction

    from platform_site.faces import applying

    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        applying.apply(cursor)
