from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "platform_site.clock"
    label = "clock"
