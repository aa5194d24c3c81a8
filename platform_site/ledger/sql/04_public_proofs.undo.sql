DROP FUNCTION ledger_place_of(uuid, bytea);
ALTER POLICY ledger_entry_seen ON ledger_entry
    USING (NOT sealed OR (SELECT has_table_privilege('public.ledger_pending', 'SELECT')));
