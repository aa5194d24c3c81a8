from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "platform_site.web"
    label = "web"
