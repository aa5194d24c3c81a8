"""Before the opening nobody but himself can tell whether a rival is there (design §7, ENG-21, PLT-16).

Three worlds: `quiet`, where only `bidder1` takes part; `busy`, where two rivals download, declare and pay a bond
(while the bank repeats itself and lies about it), file, replace, withdraw and file again; `asked`, where they also ask.
What is left between them is masked in tests.security.worlds, each kind with its reason.
"""

import difflib
from collections.abc import Iterable

import pytest

from tests.security import worlds
from tests.security.worlds import RIVALS, World

pytestmark = pytest.mark.rule("ENG-21", "PLT-16")
# Who is meant to learn that somebody asks, under a pseudonym, and where (design §7).
ASKED = {"initiator", "agency"}
ASKED_PAGES = {"trading:lot", "trading:enquiries", "trading:desk", "messages:inbox"}


@pytest.fixture(scope="module")
def live(life, tmp_path_factory, django_db_blocker):
    """Call `live(name, …)`: that world, from the notice to the last second before the deadline."""

    def go(name: str, **said) -> World:
        with django_db_blocker.unblock():
            return worlds.live(life, tmp_path_factory.mktemp(name) / "world", **said)

    return go


@pytest.fixture(scope="module")
def quiet(live):
    return live("quiet")


@pytest.fixture(scope="module")
def busy(live):
    return live("busy", rivals=RIVALS)


@pytest.fixture(scope="module")
def asked(live):
    return live("asked", rivals=RIVALS, asks=True, observers=worlds.NEAR, full=False)


def different(one: World, other: World) -> list[tuple[str, str, str]]:
    """The requests whose answers can be told apart."""
    return [key for key, answer in other.seen.items() if not answer.like(one.seen[key])]


def shown(one: World, other: World, keys: Iterable[tuple[str, str, str]]) -> str:
    """What differs, for whoever has to find the leak: one request of each route."""
    said = []
    for key in list({route(key): key for key in keys}.values())[:12]:
        a, b = one.seen[key], other.seen[key]
        said.append(f"{key}: {a.status} {b.status}, {len(a.queries)} and {len(b.queries)} queries")
        for old, new in ((a.text.splitlines(), b.text.splitlines()), (a.queries, b.queries)):
            said += list(difflib.unified_diff(old, new, lineterm="", n=0))[2:12]
        said += [f"{x} | {y}" for x, y in zip(a.headers, b.headers, strict=False) if x != y]
    return "\n".join(said)


def test_the_worlds_were_looked_at(quiet, busy):
    assert quiet.seen.keys() == busy.seen.keys()
    assert {who for _, who, _ in quiet.seen} == {who or "anonymous" for who in worlds.OBSERVERS}
    assert sum(answer.status == 200 for answer in quiet.seen.values()) > 300
    # The wall clock stands still here, which is what /health/ and /readyz are there to complain of.
    assert not [
        key
        for key, answer in quiet.seen.items()
        if answer.status >= 500 and route(key) not in {"web:health", "web:ready"}
    ]


def test_every_answer_is_the_same_in_content_headers_and_queries(quiet, busy):
    found = different(quiet, busy)

    assert not found, shown(quiet, busy, found)


def test_what_goes_out_is_the_same(quiet, busy):
    """Mails to everybody but the rivals, inboxes, and the live news of every page."""
    assert quiet.mails == busy.mails
    assert quiet.inboxes == busy.inboxes
    assert quiet.streams == busy.streams
    assert quiet.mails, "somebody was written to, or this proves nothing"


def test_the_record_tells_nothing(quiet, busy):
    """Tiles, leaves, positions, checkpoints, sealed batches: the same files of the same sizes and leaves."""
    assert list(quiet.files) == list(busy.files)
    assert [path for path, content in quiet.files.items() if busy.files[path] != content] == []
    assert any("sealed/" in path for _, path in quiet.files)


def test_no_log_line_tells(quiet, busy):
    assert quiet.logs == busy.logs
    assert quiet.logs, "something was logged, or this proves nothing"


def test_a_question_is_seen_by_the_side_it_is_put_to_and_by_nobody_else(quiet, asked):
    found = different(quiet, asked)
    others = [key for key in found if key[1] not in ASKED]

    assert not others, shown(quiet, asked, others)
    assert {route(key) for key in found} <= ASKED_PAGES, shown(quiet, asked, found)
    assert "trading:enquiries" in {route(key) for key in found}
    assert {who: m for who, m in asked.inboxes.items() if who not in ASKED} == {
        who: quiet.inboxes[who] for who in asked.inboxes if who not in ASKED
    }
    assert list(quiet.files) == list(asked.files)


def route(key: tuple[str, str, str]) -> str:
    """The route of a request."""
    return key[2].rpartition("(")[2].rstrip(")")


def test_nothing_about_a_question_says_who_asked(life, quiet, asked):
    names = {text for name in RIVALS for text in marks_of(life.cast, name)}
    told = [asked.seen[key].content.decode() for key in different(quiet, asked)]
    told += [line for mail in asked.mails for line in mail.splitlines()]
    told += [text for who in ASKED for message in asked.inboxes[who] for text in message]

    assert told
    assert [(name, text[:200]) for name in names for text in told if name in text] == []


def marks_of(cast, username: str) -> set[str]:
    """By what one could know a trader."""
    person = cast[username]
    return {person.code, person.name, person.user.email, str(person.user.public_id), cast.subjects[username].name}


def test_the_same_eyes_do_see_a_rival_who_may_be_seen(live, quiet):
    """The comparison itself can fail: the rival's own pages differ, and so do they that the opening shows."""
    seen = live("rival", rivals=RIVALS, observers=("bidder2",), full=False)
    alone = live("nobody", observers=("bidder2",), full=False)

    assert "trading:bid" in {route(key) for key in different(alone, seen)}
