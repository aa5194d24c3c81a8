DROP FUNCTION ledger_erase(uuid, text[]);
DROP FUNCTION ledger_reveal(uuid, uuid[]);
DROP FUNCTION ledger_append(uuid, text, text, text, jsonb, jsonb, boolean, timestamptz, timestamptz, bytea, jsonb);
DROP TABLE ledger_pending;
