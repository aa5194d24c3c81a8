DROP FUNCTION ledger_cosign(bigint, text, text);
DROP FUNCTION ledger_seal(bigint, bigint, bytea, uuid[], smallint[], bytea, text);
DROP FUNCTION ledger_number(int, uuid);
DROP FUNCTION ledger_complete_tiles(bigint);
DROP FUNCTION ledger_tile_root(bytea);
