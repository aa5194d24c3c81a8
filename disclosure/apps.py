from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "disclosure"

    def ready(self) -> None:
        """Citations anywhere link to the rule pages this room serves; a subject's page says what it traded, an
        authority's board what was traded under it."""
        from django.core.signals import request_started
        from django.urls import NoReverseMatch, reverse

        from credit import sections
        from disclosure import categories, figures, subjectdeals
        from platform_site.web import law, sources

        def page(rule_id: str) -> str:
            try:
                return reverse("disclosure:rule", args=[rule_id])
            except NoReverseMatch:
                return ""

        law.lend(page)
        sections.lend(subjectdeals.section)
        request_started.connect(categories.forget, dispatch_uid="disclosure.categories")
        sources.announce("figures-of-authority", figures.of_authority)
