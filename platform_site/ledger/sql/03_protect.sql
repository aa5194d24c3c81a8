-- The record is never changed, by nobody: not by its owner, not by a superuser who has not first switched triggers off.
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
DECLARE
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['ledger_entry', 'ledger_position', 'ledger_tile', 'ledger_checkpoint', 'ledger_batch',
                                'ledger_sealed_place', 'ledger_revealed', 'ledger_cosignature'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', kept);
    END LOOP;
    CREATE TRIGGER kept BEFORE DELETE OR TRUNCATE ON ledger_private
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
END $$;

-- A role without sight of the queue is one that must not know what is sealed: it sees no sealed entry, and no
-- private fact of one. (In a sub-select, so that the privilege is asked once a query.)
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_entry_seen ON ledger_entry FOR SELECT
    USING (NOT sealed OR (SELECT has_table_privilege('public.ledger_pending', 'SELECT')));
ALTER TABLE ledger_private ENABLE ROW LEVEL SECURITY;
CREATE POLICY ledger_private_seen ON ledger_private FOR SELECT
    USING ((SELECT has_table_privilege('public.ledger_pending', 'SELECT'))
           OR EXISTS (SELECT 1 FROM ledger_entry e WHERE e.id = entry_id));
