from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "platform_site.web"
    label = "web"

    def ready(self) -> None:
        from platform_site.web import checks  # noqa: F401
