DROP POLICY ledger_private_seen ON ledger_private;
ALTER TABLE ledger_private DISABLE ROW LEVEL SECURITY;
DROP POLICY ledger_entry_seen ON ledger_entry;
ALTER TABLE ledger_entry DISABLE ROW LEVEL SECURITY;
DROP FUNCTION ledger_refuse_change() CASCADE;
