"""Which listed notices fit: the conditions of a list and of a subscription are the same."""

from collections.abc import Collection

from django.db.models import QuerySet

from disclosure import folding
from disclosure.facets import Facets, condition
from disclosure.models import ListedNotice, PublicPaper, Subscription
from platform_site.web.papers import code_prefix


def listed(
    *, categories: Collection[str] = (), stages: Collection[str] = (), region: str = "", source: str = ""
) -> QuerySet[ListedNotice]:
    """Listed notices of these facets, unordered; what is empty does not narrow. `source`: own | history."""
    facets = Facets(tuple(categories), tuple(stages), region, source)
    return ListedNotice.objects.defer("grams", "haystack").filter(*map(condition, facets.columns))


def fitting(subscription: Subscription, upto: int) -> QuerySet[ListedNotice]:
    """This platform's notices behind the subscription's position, up to one, that fit it; in the order they came."""
    found = listed(categories=subscription.categories, stages=subscription.stages, region=subscription.region)
    found = found.filter(imported=False, position__gt=subscription.position, position__lte=upto)
    for word in folding.words(subscription.words):
        found = found.filter(haystack__contains=word)
    return found.order_by("position", "pk")


def papers_by_code(code: str) -> list[PublicPaper]:
    """Published notices and letters with this 核验码: one, but for a coincidence of sixty bits. One query.

    Raises:
        ValueError: not a code.
    """
    found = PublicPaper.objects.filter(digest__startswith=code_prefix(code)).select_related("trade")
    return list(found.order_by("letter", "published_at")[:10])


def papers_by_file(sha256: str) -> list[PublicPaper]:
    """Whose paper has exactly these bytes. One query."""
    return list(PublicPaper.objects.filter(paper__sha256=sha256).select_related("trade")[:5])
