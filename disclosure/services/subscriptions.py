"""Subscribing, being told, and leaving again without signing in."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from disclosure import categories as known
from disclosure import folding
from disclosure.listwords import STAGE_NAMES
from disclosure.models import ListedNotice, ListedRegion, Subscription
from disclosure.selectors import fitting
from platform_site import clock
from platform_site.accounts.models import User
from platform_site.accounts.refusals import Refused, Violation
from platform_site.ledger.selectors import last_position
from platform_site.messages.services import deliver

LIMIT = 20  # subscriptions of one person
TOLD = 10  # notices named in one message; the rest are counted and linked
_signer = Signer(salt="disclosure.subscription")


@transaction.atomic
def subscribe(
    *,
    user: User,
    words: str = "",
    categories: Collection[str] = (),
    stages: Collection[str] = (),
    region: str = "",
) -> Subscription:
    """The person is told of every notice of this platform from now on that fits. The same conditions stand once.

    Raises:
        Refused: no condition at all, words without a readable character, or too many subscriptions already.
    """
    asked = {
        "words": " ".join(folding.words(words)),
        "categories": sorted(set(categories) & set(known.names())),
        "stages": sorted(set(stages) & set(STAGE_NAMES)),
        "region": region if ListedRegion.objects.filter(code=region[:6]).exists() else "",
    }
    if not any(asked.values()):
        raise Refused([Violation("subscription.empty")])
    User.objects.select_for_update().get(pk=user.pk)
    own = Subscription.objects.filter(user=user, ended_at__isnull=True)
    if same := own.filter(**asked).first():
        return same
    if own.count() >= LIMIT:
        raise Refused([Violation("subscription.too_many", facts={"limit": LIMIT})])
    return Subscription.objects.create(user=user, created_at=clock.now(), position=last_position(), **asked)


def end(*, subscription_id: UUID, user: User) -> None:
    """Nothing is told for it any more.

    Raises:
        Subscription.DoesNotExist: it is not the person's; views show it as 404.
    """
    _end(Subscription.objects.get(pk=subscription_id, user=user))


def token_of(subscription: Subscription) -> str:
    """What the link in a mail carries: whoever holds it may end this subscription, and nothing else."""
    return _signer.sign(str(subscription.pk))


def by_token(token: str) -> Subscription | None:
    """The subscription a link is about; None for a link that is not ours."""
    try:
        return Subscription.objects.filter(pk=_signer.unsign(token)).first()
    except (BadSignature, ValueError):
        return None


def end_by_token(token: str) -> Subscription | None:
    """Nothing is told for it any more; None for a link that is not ours. A second time changes nothing."""
    found = by_token(token)
    if found is not None:
        _end(found)
    return found


def _end(subscription: Subscription) -> None:
    if subscription.ended_at is None:
        subscription.ended_at = clock.now()
        subscription.save(update_fields=["ended_at"])


def tell_all() -> int:
    """Every standing subscription has been told what became public since. How many messages were written.

    Each subscription is told and moved on in one transaction: what was told is behind its cursor, what was not is
    ahead of it, whoever dies in between. The inbox and the mail rows take it from there, at most once.
    """
    head = ListedNotice.objects.aggregate(head=Max("position"))["head"] or 0
    due = Subscription.objects.filter(ended_at__isnull=True, position__lt=head).order_by("position", "pk")
    return sum(_tell(pk, head) for pk in due.values_list("pk", flat=True).iterator())


@transaction.atomic
def _tell(pk: UUID, head: int) -> int:
    found = Subscription.objects.select_for_update(skip_locked=True, of=("self",)).select_related("user")
    subscription = found.filter(pk=pk, ended_at__isnull=True, position__lt=head).first()
    if subscription is None:
        return 0
    news = list(fitting(subscription, head)[: TOLD + 1])
    since, subscription.position = subscription.position, head
    subscription.save(update_fields=["position"])
    if not news:
        return 0
    return deliver(
        [subscription.user],
        dedupe=f"subscription:{subscription.pk}:{since}",
        title=f"订阅的公告：{news[0].title}"[:200],
        body=_body(subscription, news),
        url=news[0].path if len(news) == 1 else reverse("disclosure:trades") + f"?{query_of(subscription)}",
    )


def _body(subscription: Subscription, news: list[ListedNotice]) -> str:
    shown = news[:TOLD]
    lines = [f"您订阅的“{described(subscription)}”有新公告。", ""]
    for notice in shown:
        lines += [notice.title, f"{settings.ORIGIN}{notice.path}"]
    if len(news) > TOLD:
        lines += ["", "还有更多，见平台的公告列表。"]
    leave = reverse("disclosure:unsubscribe", args=[token_of(subscription)])
    return "\n".join([*lines, "", "退订，不需要登录：", f"{settings.ORIGIN}{leave}"])


def described(subscription: Subscription) -> str:
    """The conditions in words. One query where it names a region."""
    names = known.names()
    parts = [
        subscription.words,
        "、".join(names[key] for key in subscription.categories if key in names),
        "、".join(STAGE_NAMES[key] for key in subscription.stages if key in STAGE_NAMES),
    ]
    if subscription.region:
        name = ListedRegion.objects.filter(code=subscription.region).values_list("name", flat=True).first()
        parts.append(name or subscription.region)
    return "，".join(part for part in parts if part)


def query_of(subscription: Subscription) -> str:
    """The list's query string with the same conditions."""
    from django.http import QueryDict

    params = QueryDict(mutable=True)
    if subscription.words:
        params["q"] = subscription.words
    params.setlist("category", subscription.categories)
    params.setlist("kind", subscription.stages)
    if subscription.region:
        params["region"] = subscription.region
    return params.urlencode()
