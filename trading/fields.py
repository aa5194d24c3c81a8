"""Form fields for what people type about a trade: yuan, China time, shares in per cent, whole numbers.

Fields only read. What they cannot read they say in plain words; whether it is lawful is the kernel's to say.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from platform_site import clock
from platform_site.accounts.refusals import Refused
from trading.kernel.adjusting import KINDS
from trading.kernel.consortium import LEVELS, level
from trading.services.terms import money

WIDE = str.maketrans("０１２３４５６７８９．，：－／％　", "0123456789.,:-/% ")
CONTROL = {"class": "form-control"}
NUMBER = {"class": "form-control gz-num", "autocomplete": "off"}
LONG = "最多 %(limit_value)d 字，现为 %(show_value)d 字"


def text_input(**attrs: str) -> forms.TextInput:
    """A one-line input in the portal's dress."""
    return forms.TextInput(attrs={**CONTROL, **attrs})


def number_input(**attrs: str) -> forms.TextInput:
    """A one-line input for figures; plain text, so that full-width digits can be typed."""
    return forms.TextInput(attrs={**NUMBER, **attrs})


class Text(forms.CharField):
    """One line, or several with `rows`."""

    def __init__(self, *, max_length: int = 200, rows: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Textarea(attrs={**CONTROL, "rows": str(rows)}) if rows else text_input())
        super().__init__(max_length=max_length, **kwargs)
        self.error_messages["required"] = "尚未填写"
        # The browser would cut an overlong paste without a word; we say it instead.
        self.widget.attrs.pop("maxlength", None)
        for validator in self.validators:
            if getattr(validator, "code", "") == "max_length":
                validator.message = LONG


class Money(forms.CharField):
    """Yuan with fen as a Decimal; empty is None. Full-width digits and comma groups are read, 万元 never guessed at."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", number_input(inputmode="decimal"))
        super().__init__(**kwargs)
        self.error_messages["required"] = "尚未填写"

    def to_python(self, value: Any) -> Decimal | None:
        """The amount.

        Raises:
            ValidationError: another unit, not a number, zero or less, more than two decimals.
        """
        typed = "" if value is None else str(value).strip()
        if re.search(r"[万亿千百]|元\s*/|[wW]$", typed):
            raise ValidationError("金额请以元填写，不要写“万元”“亿元”。例如 4,860 万元填 48600000", code="unit")
        try:
            return money(typed, field="amount")
        except Refused:
            pass
        if re.fullmatch(r"[-+]?[0.]+", typed.translate(WIDE).replace(",", "").removesuffix("元").strip()):
            raise ValidationError("金额应当大于 0 元", code="zero")
        raise ValidationError("读不出这个金额。以元为单位，只写数字，最多两位小数，应当大于 0", code="unreadable")

    def prepare_value(self, value: Any) -> str:
        """48,600,000.00 for what was stored; what was typed stays as typed."""
        if isinstance(value, Decimal):
            return f"{value:,.2f}"
        return "" if value is None else str(value)


class ChinaTime(forms.CharField):
    """A moment in China time, aware. `2026-12-16 09:30` and its looser forms."""

    SHAPE = re.compile(
        r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*[T ]?\s*"
        r"(\d{1,2})\s*[:时点]\s*(\d{1,2})?(?::\d{2})?\s*分?"
    )

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", number_input(placeholder="2026-12-16 09:30"))
        super().__init__(**kwargs)
        self.error_messages["required"] = "尚未填写"

    def to_python(self, value: Any) -> datetime | None:
        """The moment, or None.

        Raises:
            ValidationError: not a date and time, or a day that does not exist.
        """
        if isinstance(value, datetime):
            return value
        typed = "" if value is None else str(value).strip().translate(WIDE)
        if not typed:
            return None
        found = self.SHAPE.fullmatch(typed)
        if found is None:
            raise ValidationError("请按“2026-12-16 09:30”的样子填写日期和时间（北京时间）", code="shape")
        year, month, day, hour, minute = (int(part or 0) for part in found.groups())
        try:
            return datetime(year, month, day, hour, minute, tzinfo=clock.CHINA)
        except ValueError:
            raise ValidationError("没有这一天或者这个时刻", code="calendar") from None

    def prepare_value(self, value: Any) -> str:
        """`2026-12-16 09:30`."""
        if isinstance(value, datetime):
            return f"{clock.china(value):%Y-%m-%d %H:%M}"
        return "" if value is None else str(value)


class Day(forms.CharField):
    """A day as ISO text; empty stays empty. `2026-02-10` and its looser forms."""

    SHAPE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", number_input(placeholder="2026-02-10"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """`2026-02-10`, or "".

        Raises:
            ValidationError: not a date, or a day that does not exist.
        """
        typed = "" if value is None else str(value).strip().translate(WIDE)
        if not typed:
            return ""
        found = self.SHAPE.fullmatch(typed)
        if found is None:
            raise ValidationError("请按“2026-02-10”的样子填写日期", code="shape")
        try:
            return date(*(int(part) for part in found.groups())).isoformat()
        except ValueError:
            raise ValidationError("没有这一天", code="calendar") from None


class Percent(forms.CharField):
    """A share of one, typed in per cent: 10 is Decimal("0.1")."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", number_input(inputmode="decimal"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        """The share, or None.

        Raises:
            ValidationError: not a number from 0 to 100.
        """
        typed = "" if value is None else str(value).strip().translate(WIDE).removesuffix("%").strip()
        if not typed:
            return None
        number = figure(typed)
        if number is None or not 0 <= number <= 100:
            raise ValidationError("请填 0 至 100 之间的百分数", code="share")
        return number / 100

    def prepare_value(self, value: Any) -> str:
        """10 for Decimal("0.10")."""
        return plain(value * 100) if isinstance(value, Decimal) else "" if value is None else str(value)


class Figure(forms.CharField):
    """A plain number within bounds, as Decimal or, with `whole`, as int. Full-width digits are read."""

    def __init__(
        self, *, least: int | Decimal = 0, most: int | Decimal = 9999, whole: bool = True, **kwargs: Any
    ) -> None:
        self.least, self.most, self.whole = least, most, whole
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", number_input(inputmode="numeric" if whole else "decimal"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | Decimal | None:
        """The number, or None.

        Raises:
            ValidationError: not a number, not whole, out of bounds.
        """
        typed = "" if value is None else str(value).strip().translate(WIDE)
        if not typed:
            return None
        number = figure(typed)
        if number is None or (self.whole and number != number.to_integral_value()):
            raise ValidationError("请填整数" if self.whole else "请填数字", code="number")
        if not self.least <= number <= self.most:
            raise ValidationError(f"请填 {self.least} 至 {self.most:,} 之间的数", code="bounds")
        return int(number) if self.whole else number

    def prepare_value(self, value: Any) -> str:
        """The number without trailing zeros."""
        return plain(value) if isinstance(value, Decimal) else "" if value is None else str(value)


class Words(forms.CharField):
    """Several words in one line, by comma or space: a list of text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("widget", text_input())
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        """The words, each once."""
        said = super().clean(value)
        return list(dict.fromkeys(word for word in re.split(r"[\s,，、；;]+", said) if word))

    def prepare_value(self, value: Any) -> str:
        """Words joined for the input."""
        return "、".join(value) if isinstance(value, list | tuple) else value or ""


class Factors(forms.CharField):
    """Several factors in one line, as the document writes them: a list of text. Whether they can be drawn is asked of
    the kernel."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 300)
        kwargs.setdefault("widget", number_input(inputmode="decimal"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        """The factors in the order typed, without trailing zeros.

        Raises:
            ValidationError: one that is no number.
        """
        found = []
        for word in re.split(r"[\s,、；;]+", super().clean(value).translate(WIDE)):
            if not word:
                continue
            share = figure(word.removesuffix("%"))
            if share is None or len(word) > 12:
                raise ValidationError(f"“{word[:20]}”不是数字。写成 0.95、0.96、0.97", code="number")
            found.append(plain(share / 100 if word.endswith("%") else share))
        return found

    def prepare_value(self, value: Any) -> str:
        """Factors joined for the input."""
        return "、".join(value) if isinstance(value, list | tuple) else value or ""


class Ratings(forms.CharField):
    """One required rating a line, 专业 then 等级: a list of {"speciality", "level"}."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 1000)
        kwargs.setdefault("widget", forms.Textarea(attrs={**CONTROL, "rows": "2"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[dict[str, str]]:
        """The ratings, a speciality once.

        Raises:
            ValidationError: a line without a level, or with one the law does not know.
        """
        found: dict[str, str] = {}
        for line in super().clean(value).splitlines():
            words = line.split()
            if not words:
                continue
            if len(words) < 2 or level(words[-1]) is None:
                known = "、".join(name for names in LEVELS for name in names)
                raise ValidationError(f"“{line.strip()}”读不出等级。一行一个专业，空格以后写等级：{known}")
            found["".join(words[:-1])] = words[-1]
        return [{"speciality": name, "level": rated} for name, rated in found.items()]

    def prepare_value(self, value: Any) -> str:
        """A line each."""
        if isinstance(value, list | tuple):
            return "\n".join(f"{row['speciality']} {row['level']}" for row in value)
        return value or ""


class Adjustments(forms.CharField):
    """Adjustments of the price, one a line: name, 按日 | 按项 | 按比例, number, most."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("max_length", 4000)
        kwargs.setdefault("widget", forms.Textarea(attrs={**CONTROL, "rows": "4"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        """The adjustments as `lot.terms` keeps them.

        Raises:
            ValidationError: a line that cannot be read, or the same name twice.
        """
        kinds = {name: kind for kind, name in KINDS.items()}
        found: list[dict[str, Any]] = []
        for line in filter(None, (part.strip() for part in super().clean(value).translate(WIDE).splitlines())):
            words = line.split()
            if len(words) < 4 or words[-3] not in kinds or not words[-1].isdecimal():
                raise ValidationError(f"“{line}”读不出来。写成：名称 按日、按项或者按比例 数值 最多计几日或者几项")
            kind, number = kinds[words[-3]], words[-2].replace(",", "").removesuffix("元")
            try:
                amount = Decimal(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
            except InvalidOperation:
                raise ValidationError(f"“{line}”的数值读不出来") from None
            title = "".join(words[:-3])
            if any(row["title"] == title for row in found):
                raise ValidationError(f"“{title}”写了两次")
            key = f"adjust{len(found) + 1}"
            found.append({"key": key, "title": title, "kind": kind, "value": plain(amount), "most": int(words[-1])})
        return found

    def prepare_value(self, value: Any) -> str:
        """A line each."""
        if not isinstance(value, list | tuple):
            return value or ""
        rows = []
        for row in value:
            number = Decimal(row["value"] or 0)
            shown = f"{plain(number * 100)}%" if row["kind"] == "share" else plain(number)
            rows.append(f"{row['title']} {KINDS[row['kind']]} {shown} {row['most']}")
        return "\n".join(rows)


class Yes(forms.BooleanField):
    """A box to tick."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.CheckboxInput(attrs={"class": "form-check-input"}))
        super().__init__(**kwargs)


class Choice(forms.ChoiceField):
    """One of a few."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.Select(attrs={"class": "form-select"}))
        super().__init__(**kwargs)
        self.error_messages["invalid_choice"] = "请从列出的几项里选"


class Choices(forms.MultipleChoiceField):
    """Any of a few, as boxes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}))
        super().__init__(**kwargs)
        self.error_messages["invalid_choice"] = "请从列出的几项里选"


def figure(typed: str) -> Decimal | None:
    """A finite number out of typed text, or None."""
    try:
        number = Decimal(typed.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def plain(number: Decimal) -> str:
    """Without exponent and trailing zeros: 40, 0.5."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
