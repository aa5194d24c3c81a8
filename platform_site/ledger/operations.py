"""A migration operation for rooms above: no state changes without an entry in the same transaction."""

from typing import Any

from django.db.migrations.operations.base import Operation

# Deferred to COMMIT, so the entry may be written after the row. The queue holds exactly the entries that no sequencer
# has seen, and so every entry of the transaction that asks.
FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ref text := {ref};
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ledger_pending WHERE txid = pg_current_xact_id() AND {match}) THEN
        RAISE EXCEPTION 'ledger: {table}.{column} became % without an entry about % in the same transaction',
            NEW.{column}, coalesce(ref, 'anything') USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER {name}_new AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION {name}();
CREATE CONSTRAINT TRIGGER {name}_moved AFTER UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) EXECUTE FUNCTION {name}();
"""


class GuardState(Operation):
    """COMMIT is refused where `column` was inserted or changed and no entry of the transaction is about the row.

    The migration that uses it depends on ("ledger", "0002_doors").

    Args:
        model_name: as in other operations.
        column: the database column that holds the state.
        ref_expression: SQL over NEW that gives the row's ledger reference: "'lot:' || NEW.reference", or a
            sub-select in brackets. Without it any entry of the transaction will do.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, column: str, ref_expression: str = "") -> None:
        self.model_name = model_name
        self.column = column
        self.ref_expression = ref_expression

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Models do not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The two deferred triggers stand."""
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        text = FUNCTION.format(
            name=self._name(table),
            table=table,
            column=self.column,
            ref=self.ref_expression or "NULL",
            match="subject = ref" if self.ref_expression else "true",
        )
        schema_editor.execute(text, params=None)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """The triggers are gone with their function."""
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {self._name(table)}() CASCADE", params=None)

    def describe(self) -> str:
        """For `migrate -v 2`."""
        return f"No change of {self.model_name}.{self.column} without a ledger entry"

    @property
    def migration_name_fragment(self) -> str:
        """For generated names."""
        return f"guard_{self.model_name.lower()}_{self.column}"

    def _name(self, table: str) -> str:
        name = f"ledger_guard_{table}_{self.column}"
        if len(name) > 57:  # PostgreSQL cuts names at 63, and "_moved" follows
            raise ValueError(f"{name} is too long a name")
        return name
