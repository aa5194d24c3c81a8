from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "platform_site.workdays"
    label = "workdays"
