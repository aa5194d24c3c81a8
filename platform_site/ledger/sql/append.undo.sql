DROP TRIGGER ledger_position_append_only ON ledger_position;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP FUNCTION ledger_append(uuid, text, text, text, jsonb, jsonb, boolean, timestamptz, timestamptz, bytea, jsonb);
DROP FUNCTION ledger_refuse_change();
DROP TABLE ledger_pending;
