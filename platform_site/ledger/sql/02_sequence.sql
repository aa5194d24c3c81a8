-- Hashes do not compress.
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The hash over 256 hashes (RFC 9162, a complete subtree of height 8).
CREATE FUNCTION ledger_tile_root(p_hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    below bytea := p_hashes;
    above bytea;
    width int := octet_length(p_hashes) / 32;
BEGIN
    WHILE width > 1 LOOP
        above := ''::bytea;
        FOR pair IN 0 .. width / 2 - 1 LOOP
            above := above || sha256('\x01'::bytea || substr(below, pair * 64 + 1, 64));
        END LOOP;
        below := above;
        width := width / 2;
    END LOOP;
    RETURN below;
END $$;

-- Tiles that are complete at `p_size` leaves stand in the table.
CREATE FUNCTION ledger_complete_tiles(p_size bigint)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    tile_level smallint := 0;
    have bigint;
    want bigint := p_size / 256;
    joined bytea;
BEGIN
    WHILE want > 0 LOOP
        SELECT coalesce(max(index) + 1, 0) INTO have FROM ledger_tile WHERE level = tile_level;
        WHILE have < want LOOP
            IF tile_level = 0 THEN
                SELECT string_agg(leaf_hash, ''::bytea ORDER BY position) INTO joined FROM ledger_position
                WHERE position > have * 256 AND position <= (have + 1) * 256;
            ELSE
                SELECT string_agg(root, ''::bytea ORDER BY index) INTO joined FROM ledger_tile
                WHERE level = tile_level - 1 AND index >= have * 256 AND index < (have + 1) * 256;
            END IF;
            IF octet_length(joined) <> 8192 THEN
                RAISE EXCEPTION 'tile %/% has gaps', tile_level, have;
            END IF;
            INSERT INTO ledger_tile (level, index, hashes, root)
            VALUES (tile_level, have, joined, ledger_tile_root(joined));
            have := have + 1;
        END LOOP;
        tile_level := tile_level + 1;
        want := want / 256;
    END LOOP;
END $$;

-- Up to `p_limit` committed public entries have the next positions, or only `p_only`. Returns how many.
-- Two numberings never overlap: the lock is held to the end of the transaction, and the next one, which starts
-- after, sees every position this one gave.
CREATE FUNCTION ledger_number(p_limit int, p_only uuid DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before bigint;
    after bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7020011);
    SELECT coalesce(max(position), 0) INTO before FROM ledger_position;
    -- A row of this very transaction stays in the queue, for the state guard still has to find it; it is dropped in
    -- a later round, which the test for an existing position makes harmless.
    WITH chosen AS (
        SELECT ctid, seq, entry_id, txid FROM ledger_pending
        WHERE NOT sealed AND (p_only IS NULL OR entry_id = p_only)
          AND (txid <> pg_current_xact_id()
               OR NOT EXISTS (SELECT 1 FROM ledger_position done WHERE done.entry_id = ledger_pending.entry_id))
        ORDER BY seq LIMIT p_limit
    ), dropped AS (
        DELETE FROM ledger_pending p USING chosen c
        WHERE p.ctid = c.ctid AND c.txid <> pg_current_xact_id()
    )
    INSERT INTO ledger_position (position, entry_id, leaf_hash)
    SELECT before + row_number() OVER (ORDER BY c.seq), c.entry_id, e.leaf_hash
    FROM chosen c JOIN ledger_entry e ON e.id = c.entry_id
    WHERE NOT EXISTS (SELECT 1 FROM ledger_position done WHERE done.entry_id = c.entry_id);
    SELECT coalesce(max(position), 0) INTO after FROM ledger_position;
    PERFORM ledger_complete_tiles(after);
    RETURN after - before;
END $$;

-- The checkpoint of `p_position` leaves stands, with its batch, whose leaf is the last one.
CREATE FUNCTION ledger_seal(
    p_number bigint, p_position bigint, p_seed bytea, p_entries uuid[], p_slots smallint[], p_root bytea, p_note text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF p_position IS DISTINCT FROM (SELECT max(position) FROM ledger_position)
       OR p_number IS DISTINCT FROM (SELECT coalesce(max(number) + 1, 0) FROM ledger_batch) THEN
        RAISE EXCEPTION 'a checkpoint closes the last position with the next batch';
    END IF;
    INSERT INTO ledger_batch (number, position, seed) VALUES (p_number, p_position, p_seed);
    INSERT INTO ledger_sealed_place (entry_id, batch_id, slot)
    SELECT e.id, p_number, slot FROM unnest(p_entries, p_slots) AS filled (id, slot)
    JOIN ledger_entry e ON e.id = filled.id AND e.sealed;
    DELETE FROM ledger_pending WHERE entry_id = ANY (p_entries) AND txid <> pg_current_xact_id();
    INSERT INTO ledger_checkpoint (size, root, note) VALUES (p_position, p_root, p_note);
END $$;

-- A witness's line stands beside the checkpoint. The first one of each witness counts.
CREATE FUNCTION ledger_cosign(p_size bigint, p_witness text, p_line text)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO ledger_cosignature (checkpoint_id, witness, line) VALUES (p_size, p_witness, p_line)
    ON CONFLICT DO NOTHING
$$;
