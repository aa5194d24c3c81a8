from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "platform_site.ledger"
    label = "ledger"
