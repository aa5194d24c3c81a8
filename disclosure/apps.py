from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "disclosure"

    def ready(self) -> None:
        """Citations anywhere on the site link to the rule pages this room serves."""
        from django.urls import NoReverseMatch, reverse

        from platform_site.web import law

        def page(rule_id: str) -> str:
            try:
                return reverse("disclosure:rule", args=[rule_id])
            except NoReverseMatch:
                return ""

        law.lend(page)
