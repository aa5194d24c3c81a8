from django.apps import AppConfig


class HoldsConfig(AppConfig):
    name = "platform_site.holds"
    label = "holds"
