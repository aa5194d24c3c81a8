"""What a draft of a procedure's notice holds: its steps, their fields by name, the law's words. Plain data.

A book says here what is asked and how it is called; forms know how each field is typed, guards what it must be.
"""

from collections.abc import Callable
from dataclasses import dataclass

from platform_site.accounts.refusals import Violation


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the screen.

    Attributes:
        slug: its name in the address.
        title: its name on the screen.
        fields: names of its fields, in order.
    """

    slug: str
    title: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A counted period between two moments of the draft, for the hint under the moment that ends it.

    Attributes:
        words: what stands before the number of days.
        last_day_counts: a window is open on its last day; a period must be over.
    """

    start: str
    end: str
    rule: str
    words: str
    value: str = "days"
    last_day_counts: bool = False


@dataclass(frozen=True, slots=True)
class Share:
    """An amount the rule sets against another one of the draft: `field` against its share of `base`."""

    field: str
    rule: str
    base: str
    base_words: str
    limit: str  # 上限 or 下限
    value: str = "share"


@dataclass(frozen=True, eq=False)
class Draft:
    """How one procedure's notice is drafted. Compared by identity: every procedure has its own or shares one whole.

    Attributes:
        notice, document, part: 招标公告, 招标文件, 标段 in the procedure's words.
        agent: 招标代理机构.
        offered: what is filed under seal, 投标文件; "" where nothing is.
        registered: fields of the registration beyond what every project says.
        lot: fields each lot is registered with.
        steps: in order; the last one is the review and has no fields.
        labels, helps: of fields that are called otherwise here than elsewhere: (name, words).
        places: (code, fact or rule of a violation; the field it stands at) where it names no field itself.
        first: terms a lot starts from, as (name, value); lists and mappings are copied.
        media: where the notice may be published besides here.
        composed: the guard on committee or group.
        kinds: which of the vocabulary's kinds may be registered; () for all.
        categories: 交易分类代码 with their names.
    """

    notice: str
    document: str
    steps: tuple[Step, ...]
    part: str = "标段"
    agent: str = "代理机构"
    offered: str = ""
    registered: tuple[str, ...] = ()
    lot: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    helps: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    first: tuple[tuple[str, object], ...] = ()
    media: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    shares: tuple[Share, ...] = ()
    composed: Callable[..., Violation | None] | None = None
    kinds: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
