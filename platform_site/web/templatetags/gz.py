"""Tags for every page: icon, money, dates, clock chip, citation, hash, refusal. No inline style, no inline script."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from platform_site import clock
from platform_site.accounts.refusals import Violation
from platform_site.web import amounts, law, moments, papers, refusals, words

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One icon of the sprite: decoration, or an image with a name where `label` is given."""
    href = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


# -- money ---------------------------------------------------------------------------------------------------------


@register.simple_tag
def money(amount: Decimal | int | None, unit: str = "元", bare: bool = False) -> SafeString:
    """The money cell. `amount` in yuan; `unit` 元, 万元 or 亿元; `bare` leaves the unit to the column head."""
    if amount is None:
        return mark_safe('<span class="gz-cap">未公布</span>')
    whole, fraction = amounts.split(Decimal(amount), unit)
    small = format_html("<small>{}</small>", fraction) if fraction else ""
    suffix = "" if bare else format_html('<span class="u">{}</span>', unit)
    return format_html('<span class="gz-money">{}{}{}</span>', whole, small, suffix)


@register.filter
def capitals(amount: Decimal) -> str:
    """人民币…整."""
    return amounts.capitals(Decimal(amount))


@register.filter
def yuan(amount: Decimal | None) -> str:
    """The amount as plain text with comma groups and fen: for sentences, papers, attributes."""
    return "" if amount in (None, "") else "".join(amounts.split(Decimal(amount)))


@register.filter
def percent(share: Decimal | None, digits: int = 2) -> str:
    """A share of one as `1.65%`; trailing zeros go."""
    if share in (None, ""):
        return ""
    number = f"{Decimal(share) * 100:.{int(digits)}f}"
    return (number.rstrip("0").rstrip(".") if "." in number else number) + "%"


@register.filter
def grouped(number: int | None) -> str:
    """12,345."""
    return "" if number is None else f"{number:,}"


@register.filter
def filesize(size: int | None) -> str:
    """Bytes as `12.4 MB`, `380 KB`."""
    if size is None:
        return ""
    if size >= 1_000_000:
        return f"{size / 1_000_000:,.1f} MB"
    return f"{max(1, round(size / 1000)):,} KB"


# -- time ----------------------------------------------------------------------------------------------------------


@register.simple_tag
def when(value: datetime | date | None, form: str = "moment", empty: str = "") -> str | SafeString:
    """`<time>` in one of the forms of `platform_site.web.moments.FORMS`."""
    if value is None:
        return empty
    machine = clock.china(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', machine, moments.FORMS[form](value))


@register.filter
def say(value: datetime | date | None, form: str = "moment") -> str:
    """The same without the element: for titles, attributes and papers."""
    return "" if value in (None, "") else moments.FORMS[form](value)


@register.simple_tag(name="clock")
def clock_chip(value: datetime | None, label: str = "", form: str = "auto", paused: str = "") -> str:
    """The clock chip of one deadline. States and words come from the server; the browser only counts seconds down.

    Args:
        form: `auto` (under an hour the seconds, else the date), `hms` (always hours), `left` (2天14时).
        paused: why the clock stands still; then no time is shown as running.
    """
    if not value and not paused:
        return ""
    if paused:
        return render_to_string("components/clock.html", {"state": "is-paused", "text": paused})
    assert value is not None
    state = moments.nearness(value)
    days, hours, minutes, seconds = moments.left(value)
    live = "hms" if state == "is-due" and (form == "hms" or (form == "auto" and not days and not hours)) else ""
    if live:
        shown = f"{days * 24 + hours:02}:{minutes:02}:{seconds:02}"
    elif form == "left" and state != "is-past":
        shown = f"{days}天{hours}时" if days else f"{hours}时{minutes}分"
    else:
        shown = moments.until(value)
    return render_to_string(
        "components/clock.html", {"state": state, "text": shown, "label": label, "live": live, "until": value}
    )


@register.filter
def parts_left(value: datetime) -> list[tuple[int, str]]:
    """The countdown of the next-step card: up to three numbers with their units."""
    days, hours, minutes, seconds = moments.left(value)
    if days:
        return [(days, "天"), (hours, "时"), (minutes, "分")]
    return [(hours, "时"), (minutes, "分"), (seconds, "秒")]


@register.filter
def mmss(value: datetime) -> str:
    """The countdown of a live auction: minutes and seconds, 04:38."""
    days, hours, minutes, seconds = moments.left(value)
    return f"{(days * 24 + hours) * 60 + minutes:02}:{seconds:02}"


@register.filter
def nearness(value: datetime | None) -> str:
    """`is-due`, `is-near`, `is-past` or nothing."""
    return "" if value is None else moments.nearness(value)


@register.filter
def days_later(value: datetime | date, days: int) -> datetime | date:
    """The same moment some days on."""
    return value + timedelta(days=int(days))


# -- law -----------------------------------------------------------------------------------------------------------


@register.simple_tag
def cite(article: str = "", rule: str = "") -> SafeString | str:
    """The citation: a link to the rule's page where there is one, else plain dotted text."""
    known = law.find(rule)
    words_shown = article or (known.article if known else "")
    if not words_shown:
        return ""
    if page := law.address(rule):
        return format_html('<a class="gz-cite" href="{}">{}</a>', page, words_shown)
    return format_html('<span class="gz-cite">{}</span>', words_shown)


@register.simple_tag
def refusal(violation: Violation, fill: bool = False) -> SafeString:
    """One reason in its own words (templates/refusals/)."""
    return mark_safe(refusals.rendered(violation, fill=fill))


@register.filter
def fact_name(name: str) -> str:
    """A fact's name on the screen: `bid_deadline` is 投标截止时间."""
    return words.FACTS.get(name, name)


@register.filter
def clause(text: str) -> str:
    """Somebody's words as a part of our sentence: without the stop they end in."""
    return text.rstrip("。；.; \n")


@register.filter
def unit_name(unit: str) -> str:
    """A rule's unit on the screen: `cd` is 日, `wd` is 工作日."""
    return words.UNITS.get(unit, unit)


@register.filter
def sense_name(sense: str) -> str:
    """A rule's sense on the screen: `>=` is 不少于."""
    return words.SENSES.get(sense, sense)


@register.filter
def status_name(status: str) -> str:
    """How sure we are of a rule, in words."""
    return words.STATUSES.get(status, status)


@register.filter
def effect_name(effect: str) -> str:
    """What the platform does with a rule, in words."""
    return words.EFFECTS.get(effect, effect)


@register.filter
def shown(value: Any) -> str | SafeString:
    """Any fact in a readable form: dates, money, lists, yes and no."""
    if isinstance(value, datetime):
        return when(value, "full")
    if isinstance(value, date):
        return when(value, "fullday")
    if isinstance(value, Decimal):
        return yuan(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "无"
    if isinstance(value, Mapping):
        return format_html_join("、", "{} {}", ((fact_name(str(k)), shown(v)) for k, v in value.items()))
    if isinstance(value, list | tuple | set | frozenset):
        return mark_safe("、".join(conditional_escape(shown(item)) for item in value))
    return fact_name(value) if isinstance(value, str) else str(value)


@register.filter
def ruler(facts: Mapping[str, Any], limit: int = 40) -> list[tuple[str, str]]:
    """The day ruler of a period: (class, text) per cell; 发, the days, 止. Empty where it would be too long to read."""
    need, have = int(facts.get("need") or 0), int(facts.get("have") or 0)
    if not 0 < need <= limit:
        return []
    cells = [("zero", words.RULER_STARTS.get(str(facts.get("what", "")), "发"))]
    cells += [("" if n <= have else "miss", str(n)) for n in range(1, need + 1)]
    return [*cells, ("ok", "止")]


# -- references ----------------------------------------------------------------------------------------------------


@register.filter
def short(digest: str | bytes | None) -> str:
    """`b41e…7c02`."""
    if not digest:
        return ""
    text = digest.hex() if isinstance(digest, bytes | memoryview) else str(digest)
    text = text.removeprefix("sha256:")
    return text if len(text) <= 12 else f"{text[:4]}…{text[-4:]}"


@register.simple_tag
def digest(value: str | bytes | None) -> SafeString | str:
    """The short form on the page, the whole digest for a reader who hovers or copies."""
    if not value:
        return ""
    whole = value.hex() if isinstance(value, bytes | memoryview) else str(value)
    return format_html('<span class="gz-hash" title="{}">{}</span>', whole, short(value))


# -- navigation ----------------------------------------------------------------------------------------------------


@register.simple_tag
def href(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page, or "" where this process does not serve it (PORTAL_FACE)."""
    if args or kwargs:
        return _address(name, args=args or None, kwargs=kwargs or None)
    return _fixed_address(name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=512)
def _fixed_address(name: str, urlconf: Any, prefix: str) -> str:
    """The address of a page that takes nothing: forty of them stand around every page, and none ever moves."""
    return _address(name, urlconf)


def _address(name: str, urlconf: Any = None, **given: Any) -> str:
    try:
        return reverse(name, urlconf, **given)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def nav(context: template.Context, text: str, name: str, *args: Any) -> SafeString | str:
    """One word of a navigation: a link marked `aria-current` on its own pages; nothing where the page is not served."""
    target = href(name, *args)
    if not target:
        return ""
    path = getattr(context.get("request"), "path", "")
    here = path == target or (target.count("/") > 1 and path.startswith(target))
    return format_html('<a href="{}"{}>{}</a>', target, mark_safe(' aria-current="page"') if here else "", text)


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """This page's query string with `changes`; None or "" drops a parameter. For sort links, facets and pagers."""
    params = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            params.pop(key, None)
        else:
            params[key] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def query_without(context: template.Context, key: str, value: str = "") -> str:
    """This page's query string without `key`, or without one of its values; the pager starts over."""
    params = context["request"].GET.copy()
    kept = [item for item in params.getlist(key) if value and item != value]
    params.setlist(key, kept) if kept else params.pop(key, None)
    for cursor in ("after", "before"):
        params.pop(cursor, None)
    return "?" + params.urlencode()


@register.simple_tag
def bar(share: Decimal | float | None, kind: str = "") -> SafeString:
    """A share in a cell: inline SVG with attributes, `kind` "", mid, warn or dim. The number stands beside it."""
    width = f"{max(Decimal(0), min(Decimal(1), Decimal(str(share or 0)))) * 100:.1f}%"
    return format_html(
        '<svg class="gz-bar" aria-hidden="true"><rect class="bg" width="100%" height="6"/>'
        '<rect class="{}" width="{}" height="6"/></svg>',
        kind,
        width,
    )


@register.simple_tag
def spark(values: list[int]) -> SafeString | str:
    """A trend in a cell, 88 × 24; nothing where fewer than two values are known."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    spread = (high - low) or 1
    step = Decimal(84) / (len(values) - 1)
    points = [(f"{2 + step * n:.1f}", f"{21 - Decimal(18) * (v - low) / spread:.1f}") for n, v in enumerate(values)]
    return format_html(
        '<svg class="gz-spark" viewBox="0 0 88 24" aria-hidden="true"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2.2"/></svg>',
        " ".join(f"{x},{y}" for x, y in points),
        *points[-1],
    )


@register.simple_tag
def base_rate(share: Decimal) -> SafeString:
    """How often a signal fires, on a bar from 0 to 10 %."""
    width = max(Decimal(0), min(Decimal(1), Decimal(share) * 10)) * 100
    return format_html(
        '<svg viewBox="0 0 100 8" aria-hidden="true"><title>刻度 0 至 10%</title>'
        '<rect width="100" height="8" fill="currentColor" opacity=".18"/>'
        '<rect width="{}" height="8" fill="currentColor"/></svg>',
        f"{width:.1f}",
    )


@register.filter
def with_head(row: list[Any], head: list[Any]) -> list[tuple[Any, Any]]:
    """Each cell of a table row beside its column."""
    return list(zip(head, row, strict=True))


@register.filter
def minus(value: Any, other: Any) -> Any:
    """`value` less `other`, exactly."""
    return (value or 0) - (other or 0)


@register.filter
def last_day(end: datetime) -> str:
    """The last whole day before the first moment outside a period."""
    return moments.day(end - timedelta(microseconds=1)) if end else ""


@register.filter
def shown_value(value: Any) -> str:
    """A remedy's value for a reader: a moment with its weekday, an amount with its unit."""
    if value in (None, ""):
        return "空"
    if isinstance(value, datetime):
        return f"{moments.day(value)}（{moments.weekday(value)}）{moments.clock_time(value)}"
    if isinstance(value, Decimal):
        return f"{yuan(value)} 元" if abs(value) >= 1 or not value else percent(value)
    return str(shown(value))


@register.filter
def field_value(value: Any) -> str:
    """The same value as a form field takes it."""
    if isinstance(value, datetime):
        return f"{clock.china(value):%Y-%m-%dT%H:%M}"
    return "" if value is None else str(value)


@register.filter
def rule_number(value: Any) -> str:
    """A rule's number in words: 不少于 20 日, 不超过 2%."""
    return words.number(value)


# -- papers --------------------------------------------------------------------------------------------------------


@register.filter
def as_moment(text: str | datetime | None) -> datetime | None:
    """A moment out of canonical content."""
    if not text or isinstance(text, datetime):
        return text or None
    return datetime.fromisoformat(text)


@register.filter
def verify_code(digest: str | None) -> str:
    """核验码 of a digest."""
    return papers.verify_code(digest) if digest else ""


@register.simple_tag
def stamp(name: str, sample: bool = True) -> SafeString:
    """The round seal over name and date."""
    return papers.stamp(name, sample=sample)


@register.simple_tag
def code_square(text: str) -> SafeString:
    """A QR code."""
    return papers.code_square(text)


@register.filter
def lookup(mapping: Mapping[str, Any] | None, key: str) -> Any:
    """`mapping[key]`, or nothing: for keys that hold a dash or come from a variable."""
    return (mapping or {}).get(key, "")
