from django.apps import AppConfig


class SealingConfig(AppConfig):
    name = "platform_site.sealing"
    label = "sealing"
