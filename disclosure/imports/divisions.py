"""Administrative divisions (GB/T 2260 style codes, those of 2023): from a source's code and names to a division code.

`divisions.csv` is made from modood/Administrative-divisions-of-China (licence WTFPL, National Bureau of Statistics).
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "divisions.csv"
_PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
# County names that are also plain words (中心城区, 矿区治理): never recognised in running text.
_WORDS = frozenset({"城区", "郊区", "矿区", "东区", "西区", "新城区", "城中区", "城关区", "市中区", "南山区"})
_PEOPLES = (
    "土家|布依|朝鲜|哈尼|哈萨克|傈僳|仡佬|拉祜|东乡|纳西|景颇|仫佬|锡伯|柯尔克孜|达斡尔|撒拉|布朗|毛南|普米|鄂温克|鄂伦春|裕固|独龙|保安"
    "|塔吉克|蒙古|维吾尔|各|满|回|壮|苗|彝|藏|侗|瑶|白|黎|傣|畲|羌|土|水|佤|怒"
)
_SUFFIX = re.compile(
    rf"(?:(?:(?:{_PEOPLES})族?)+自治[州县旗]|(?:壮族|回族|维吾尔)?自治区|特别行政区|地区|林区|省|市|区|县|盟|旗)$"
)
_AGENCY = re.compile(r"^.{4,40}?(?:公司|中心|局)关于")
_LEVEL = re.compile(r"本级$")


@dataclass(frozen=True, slots=True)
class Division:
    """A division and the names of those above it."""

    code: str
    name: str

    @property
    def province(self) -> str:
        """The code of its province."""
        return f"{self.code[:2]}0000"

    @property
    def city(self) -> str:
        """The code of its city, itself where it is one."""
        return f"{self.code[:4]}00"

    @property
    def level(self) -> int:
        """1 province, 2 city, 3 county."""
        return 1 if self.code.endswith("0000") else 2 if self.code.endswith("00") else 3


@cache
def by_code() -> dict[str, Division]:
    """Every division by its six digits."""
    with _FILE.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: Division(row["code"], row["name"]) for row in csv.DictReader(stream)}


@cache
def _by_name() -> dict[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = {}
    for division in by_code().values():
        if division.name in _PLACEHOLDERS:
            continue
        for name in {division.name, stem(division.name)}:
            found.setdefault(name, []).append(division)
    return {name: tuple(divisions) for name, divisions in found.items()}


def stem(name: str) -> str:
    """The name without its kind: 红谷滩新区 and 红谷滩区 are both 红谷滩. Two-character names stay whole."""
    short = _SUFFIX.sub("", name)
    short = re.sub(r"新$", "", short) if name.endswith("新区") else short
    return short if len(short) >= 2 else name


def province(name: str) -> Division | None:
    """The province of that name, long or short (四川, 四川省)."""
    found = [one for one in _by_name().get(name.strip(), ()) if one.level == 1]
    return found[0] if len(found) == 1 else None


def below(above: str, name: str) -> Division | None:
    """The division called `name` under the one with the code `above`, by its full name or else by its stem."""
    name, prefix = name.strip(), above.rstrip("0") if above else ""
    prefix = prefix + "0" * (len(prefix) % 2)
    for wanted in (name, stem(name)):
        found = [one for one in _by_name().get(wanted, ()) if one.code.startswith(prefix) and one.code != above]
        if len(found) == 1:
            return found[0]
        deepest = [one for one in found if one.level == max(two.level for two in found)]
        if found and len(deepest) == 1:
            return deepest[0]
    return None


def resolve(code: str, name: str) -> tuple[Division | None, str]:
    """(division, flag) for a source's own code and name; the flag is "" where both are the standard's.

    The name wins: sites use codes of their own that the standard has given to other places (360703 开发区).
    """
    standard = by_code().get(code)
    if standard and standard.name in _PLACEHOLDERS:
        # 310100 is no place of its own: it stands for the municipality.
        standard = by_code()[standard.province]
    bare = _LEVEL.sub("", name.strip())
    if standard and (not bare or standard.name == bare or stem(standard.name) == stem(bare)):
        return standard, ""
    if bare and bare != "省":
        for above in (f"{code[:4]}00", f"{code[:2]}0000"):
            place = by_code().get(above)
            if place and (place.name == bare or stem(place.name) == stem(bare)):
                return place, "region.site_code"
            if place and (found := below(above, bare)):
                return found, "region.site_code"
    if bare == "省" and (place := by_code().get(f"{code[:2]}0000")):
        return place, "region.site_code"
    # 开发区, 高新区: no division of its own; the city it lies in.
    place = by_code().get(f"{code[:4]}00") or by_code().get(f"{code[:2]}0000")
    return place, "region.site_code" if place else "region.unknown_code"


@cache
def _spotted_names() -> dict[str, list[str]]:
    """Names that running text may be searched for, longest first, by their first two characters."""
    names = {name for name in _by_name() if name not in _WORDS and len(name) >= 3}
    names -= {stem(one.name) for one in by_code().values()} - {one.name for one in by_code().values()}
    names |= set(_states())
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        found.setdefault(name[:2], []).append(name)
    return found


@cache
def _states() -> dict[str, Division]:
    """Autonomous prefectures as they are called every day: 凉山州."""
    return {f"{stem(one.name)}州": one for one in by_code().values() if one.name.endswith("自治州")}


def _names_in(text: str) -> list[str]:
    """The names of divisions in the text, none inside another, each once."""
    index, found, at = _spotted_names(), [], 0
    while at < len(text) - 2:
        name = next((n for n in index.get(text[at : at + 2], ()) if text.startswith(n, at)), "")
        follows = text[at + len(name) : at + len(name) + 2]
        if name and not (follows.startswith("政") and follows != "政府") and not follows.startswith("域"):
            found.append(name)
        at += len(name) or 1
    return list(dict.fromkeys(found))


def _called(name: str) -> list[Division]:
    return [_states()[name]] if name in _states() else [one for one in _by_name()[name] if one.name == name]


def spotted(text: str, *, within: str = "") -> Division | None:
    """The division that the text names by its full name; None where it names none, or only one that several bear.

    The first place named wins, made more exact by places inside it; a place elsewhere is somebody's address.
    What an agency says of itself before 关于 does not count.

    Args:
        within: the code of a province or city it must lie in; "" for anywhere.
    """
    prefix = _stem_code(by_code()[within]) if within else ""
    found: Division | None = None
    unsure: list[list[Division]] = []
    for name in _names_in(_AGENCY.sub("", text)):
        options = [one for one in _called(name) if one.code.startswith(_stem_code(found) if found else prefix)]
        if len(options) == 1:
            found = options[0] if found is None or options[0].level > found.level else found
        elif options:
            unsure.append(options)
    # 朝阳区 alone is in four cities; a place above it, named later, tells which.
    for options in unsure:
        fits = [one for one in options if found and one.code.startswith(_stem_code(found))]
        if len(fits) == 1 and found and fits[0].level > found.level:
            found = fits[0]
    return found


def _stem_code(division: Division) -> str:
    return division.code[: 2 * division.level]
