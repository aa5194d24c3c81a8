"""How text is compared in a search: the one definition of "equals LIKE".

A text is folded character by character: NFKC (full width becomes half width, ㎡ becomes m2), then lower case; control
characters and characters without width are left out; any run of white space becomes one space. Because each character
is folded by itself, a part of a text, folded, is a part of the folded text: what a reader copies out of a title is
found. A query is folded the same way and cut at white space; every word must occur: `haystack LIKE '%word%'`, % and _
standing for themselves. Words in quotation marks "…" or “…” keep their spaces.
"""

import re
import unicodedata
from functools import cache

QUERY_LIMIT = 100  # characters of a query that are read, after folding
WORD_LIMIT = 8
HAYSTACK_LIMIT = 2_000
SPACE = re.compile(r"\s+")
QUOTED = re.compile(r'"([^"]*)"|(\S+)')


@cache
def _folded_character(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).casefold()
    return "".join(
        one if not one.isspace() else " "
        for one in folded
        if one.isspace() or unicodedata.category(one) not in {"Cc", "Cf", "Cs"}
    )


def folded(text: str) -> str:
    """The text as it is compared."""
    return SPACE.sub(" ", "".join(_folded_character(character) for character in text)).strip()


def words(query: str) -> list[str]:
    """The folded words of a query, each once; at most WORD_LIMIT out of the first QUERY_LIMIT characters."""
    text = folded(query.replace("“", '"').replace("”", '"')[: QUERY_LIMIT * 4])[:QUERY_LIMIT]
    found = (quoted.strip() or plain for quoted, plain in QUOTED.findall(text))
    return list(dict.fromkeys(word for word in found if word))[:WORD_LIMIT]


def haystack(*parts: str) -> str:
    """The parts folded, with a space between: no word reaches from one part into the next."""
    return " ".join(filter(None, (folded(part) for part in parts)))[:HAYSTACK_LIMIT].rstrip()


def spans(text: str, asked: list[str]) -> list[tuple[int, int]]:
    """Where the folded words of `asked` stand in the unfolded `text`: [from, to) of its characters, apart, in order."""
    line, origin = "", []
    for place, character in enumerate(text):
        for one in _folded_character(character):
            if one != " " or not line.endswith(" "):
                line += one
                origin.append(place)
    hit = set()
    for word in asked:
        at = line.find(word)
        while word and at >= 0:
            hit.update(range(origin[at], origin[at + len(word) - 1] + 1))
            at = line.find(word, at + len(word))
    starts = sorted(place for place in hit if place - 1 not in hit)
    ends = sorted(place + 1 for place in hit if place + 1 not in hit)
    return list(zip(starts, ends, strict=True))


def phrase(word: str) -> str:
    """The tsquery of a folded word over `gz_grams`: its bigrams, each right behind the other.

    A single character asks for every bigram that begins with it.
    """
    if len(word) == 1:
        return f"{_lexeme(word)}:*"
    return " <-> ".join(_lexeme(word[n : n + 2]) for n in range(len(word) - 1))


def tsquery(asked: list[str]) -> str:
    """The tsquery in which every word of `asked` occurs."""
    return " & ".join(f"({phrase(word)})" for word in asked)


def _lexeme(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def like(word: str) -> str:
    """The LIKE pattern of a folded word."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", word) + "%"
