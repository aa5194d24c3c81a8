from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "platform_site.messages"
    label = "portal_messages"

    def ready(self) -> None:
        """Every person finds the inbox on the desk."""
        from platform_site.accounts.benches import Bench, register

        register(
            Bench(
                "消息",
                "与您有关的通知",
                "messages:inbox",
                opens_to=lambda actor: actor.user_id is not None,
                order=80,
                icon_name="mail",
            )
        )
