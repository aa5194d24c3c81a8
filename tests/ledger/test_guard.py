"""No state changes without an entry in the same transaction; and what stands is what the last entry says."""

import copy
import uuid
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.migrations.state import ModelState, ProjectState

from platform_site import ledger
from platform_site.ledger import audit, registers
from platform_site.ledger.operations import GuardState
from tests.ledger.conftest import TRADER


@pytest.fixture
def owner(fresh_db):
    """A connection as the role that owns the tables, such as only migrate has."""
    found = connections.create_connection("default")
    found.settings_dict = copy.copy(found.settings_dict) | {"USER": "portal_owner"}
    yield found
    found.close()


def guarded(owner, ref_expression="'thing:' || NEW.reference") -> GuardState:
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("reference", models.CharField(max_length=50)),
        ("state", models.CharField(max_length=50)),
        ("title", models.CharField(max_length=50, default="")),
    ]
    state.add_model(ModelState("ledger", "Thing", fields))
    operation = GuardState("Thing", "state", ref_expression)
    with owner.schema_editor() as editor:
        editor.create_model(state.apps.get_model("ledger", "Thing"))
        operation.database_forwards("ledger", editor, state, state)
        # A table nobody lists in platform_site.faces.grants is nobody's.
        editor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_thing TO portal_app")
    return SimpleNamespace(state=state, operation=operation)


def sql(text, *params):
    with connection.cursor() as cursor:
        cursor.execute(text, params)


def new_thing(reference="A", *, recorded=True, about="A", state="draft"):
    with transaction.atomic():
        sql("INSERT INTO ledger_thing (reference, state, title) VALUES (%s, %s, '')", reference, state)
        if recorded:
            ledger.append("thing.made", subject=f"thing:{about}", actor=TRADER, facts={"state": state})


def test_a_new_row_needs_its_entry(owner):
    guarded(owner)

    new_thing()
    with pytest.raises(IntegrityError, match="without an entry about thing:B"):
        new_thing("B", recorded=False)


def test_an_entry_about_something_else_will_not_do(owner):
    guarded(owner)

    with pytest.raises(IntegrityError):
        new_thing("B", about="C")


def test_an_entry_of_an_earlier_transaction_will_not_do(owner):
    guarded(owner)
    new_thing()

    with pytest.raises(IntegrityError, match="became open"):
        sql("UPDATE ledger_thing SET state = 'open'")


def test_a_change_of_anything_but_the_state_needs_none(owner):
    guarded(owner)
    new_thing()

    sql("UPDATE ledger_thing SET title = '新', state = state")


def test_the_entry_may_be_written_after_the_row_and_the_sequencer_may_run_meanwhile(owner):
    guarded(owner)
    new_thing()

    with transaction.atomic():
        sql("UPDATE ledger_thing SET state = 'open'")
        ledger.append("thing.opened", subject="thing:A", actor=TRADER, facts={"state": "open"})
        ledger.sequence_once()


def test_an_entry_rolled_back_to_a_savepoint_does_not_count(owner):
    guarded(owner)
    new_thing()

    def change():
        with transaction.atomic():
            sql("UPDATE ledger_thing SET state = 'open'")
            with transaction.atomic():
                ledger.append("thing.opened", subject="thing:A", actor=TRADER, facts={"state": "open"})
                transaction.set_rollback(True)

    with pytest.raises(IntegrityError):
        change()


def test_without_an_expression_any_entry_of_the_transaction_will_do(owner):
    guarded(owner, "")

    new_thing("B", about="C")
    with pytest.raises(IntegrityError):
        new_thing("D", recorded=False)


def test_a_reference_that_cannot_be_found_refuses(owner):
    guarded(owner, "(SELECT 'thing:' || t.reference FROM ledger_thing t WHERE t.id = -1)")

    with pytest.raises(IntegrityError):
        new_thing()


def test_the_guard_can_be_taken_down_again(owner):
    made = guarded(owner)
    with owner.schema_editor() as editor:
        made.operation.database_backwards("ledger", editor, made.state, made.state)

    new_thing(recorded=False)


class Rows:
    """Stands for a model's manager: what verify reads of a registered table."""

    def __init__(self, *rows):
        self._default_manager = self
        self.rows = rows

    def order_by(self, _):
        return self

    def iterator(self, _):
        return iter(self.rows)


def thing(reference, state):
    return SimpleNamespace(ledger_ref=f"thing:{reference}", state=state)


def say(reference, state, *, sealed=False):
    with transaction.atomic():
        facts = {"state": state, "nonce": uuid.uuid4()}
        return ledger.append("thing.moved", subject=f"thing:{reference}", actor=TRADER, facts=facts, sealed=sealed)


def complaints(*rows) -> list[str]:
    registers.state_tables.clear()
    ledger.register_state_table(Rows(*rows), "ledger_ref", "state", prefix="thing")
    return [one.why for one in audit.verify().bad if one.what == "state"]


@pytest.mark.django_db
def test_a_state_nobody_entered_is_found_and_its_last_entry_named():
    say("A", "draft")
    say("A", "open")
    last = say("B", "open")
    ledger.sequence_once()

    assert complaints(thing("A", "open"), thing("B", "open")) == []
    assert complaints(thing("A", "open"), thing("B", "awarded")) == ["thing:B is 'awarded', its last entry says 'open'"]
    assert audit.verify().bad[0].entry == str(last.pk)
    assert complaints(thing("A", "open"), thing("B", "open"), thing("C", "draft")) == [
        "thing:C is 'draft' and no entry ever said so"
    ]


@pytest.mark.django_db
def test_a_row_that_is_gone_is_missed_unless_an_entry_says_deleted():
    say("A", "draft")
    say("B", "draft")
    say("B", "deleted")

    assert complaints() == ["thing:A is gone, its last entry says 'draft'"]


@pytest.mark.django_db
def test_the_newest_of_sealed_and_public_entries_counts():
    say("A", "filed", sealed=True)
    ledger.sequence_once()
    say("A", "opened")
    say("B", "drafted")
    ledger.sequence_once()
    say("B", "filed", sealed=True)

    assert complaints(thing("A", "opened"), thing("B", "filed")) == []
