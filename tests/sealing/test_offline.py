"""The offline tool and its ticket: the same bytes as long as a notice names them, a signature no other key gives."""

import json

import pytest

from platform_site import ledger
from platform_site.sealing import offline, storage, tickets
from tests.sealing.javascript import needs_node, node

pytestmark = pytest.mark.django_db
FACTS = {
    **dict.fromkeys(("reference", "title", "document", "subject", "subject_name", "recipient", "fingerprint"), "甲"),
    "lot": "lot:T-2026-0001/1",
    "issued": "2026-11-30T04:00:00+00:00",
    "words": {"offer": "投标报价"},
}


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path, monkeypatch):
    """A record that has begun, and a page as the build would leave it."""
    settings.MEDIA_ROOT, settings.KEYS_DIR = tmp_path / "files", tmp_path / "keys"
    shell = tmp_path / "offline-sealing.html"
    shell.write_text('<script type="application/json">@@PLATFORM@@</script>')
    monkeypatch.setattr(offline.finders, "find", lambda name: str(shell) if name == offline.SHELL else None)
    ledger.sequence_once()
    return shell


def test_the_platforms_key_is_inside_and_the_digest_is_the_files(client):
    tool = offline.current()

    said = json.loads(tool.content.decode().partition(">")[2].partition("<")[0])
    answer = client.get("/sealing/tool/")

    assert len(said["keys"][0]) == 64
    assert answer.content == tool.content
    assert answer.headers["X-SHA256"] == tool.sha256
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_what_a_notice_named_is_still_there_after_the_next_release(own_files, client):
    named = offline.named()
    before = offline.current().content
    own_files.write_text("another release @@PLATFORM@@")

    assert offline.current().sha256 != named
    assert client.get(f"/sealing/tool/{named}.html").content == before


def test_what_was_changed_on_our_disk_is_not_given_out(client):
    named = offline.named()
    storage.tool_path(named).write_bytes(b"seals to somebody else as well")

    assert client.get(f"/sealing/tool/{named}.html").status_code == 404


@pytest.mark.parametrize("name", ["0" * 64, "x", "..%2F..%2Fkeys"])
def test_an_unknown_tool_is_not_found(client, name):
    assert client.get(f"/sealing/tool/{name}.html").status_code == 404


def test_where_the_page_is_not_built_nothing_is_named(monkeypatch):
    monkeypatch.setattr(offline.finders, "find", lambda name: None)

    assert offline.current() is None
    assert offline.named() == ""


def platform():
    return json.loads(offline.current().content.decode().partition(">")[2].partition("<")[0])


@needs_node
def test_the_tool_takes_a_ticket_of_its_platform():
    signed = tickets.signed(FACTS)

    assert node("ticket", text=json.dumps(signed), platform=platform()) == signed["ticket"]


@needs_node
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda said: said["ticket"].update(lot="lot:T-2026-0002/1"), "ticket.signature"),
        (lambda said: said.update(signature="00" * 64), "ticket.signature"),
        (lambda said: said["ticket"].update(format="ggzy-keyset/1"), "ticket.damaged"),
        (lambda said: said["ticket"].pop("document"), "ticket.damaged"),
        (lambda said: said.pop("ticket"), "ticket.damaged"),
    ],
)
def test_any_other_ticket_is_refused(change, code):
    signed = tickets.signed(FACTS)
    change(signed)

    with pytest.raises(RuntimeError, match=code.replace(".", r"\.")):
        node("ticket", text=json.dumps(signed), platform=platform())


@needs_node
def test_a_tool_without_a_platforms_key_takes_no_ticket():
    with pytest.raises(RuntimeError, match=r"ticket\.platform"):
        node("ticket", text=json.dumps(tickets.signed(FACTS)), platform={})
