-- Once its opening stands in a public entry, a sealed entry is public too, for every login.
ALTER POLICY ledger_entry_seen ON ledger_entry
    USING (NOT sealed OR (SELECT has_table_privilege('public.ledger_pending', 'SELECT'))
           OR EXISTS (SELECT 1 FROM ledger_revealed r WHERE r.entry_id = ledger_entry.id));

-- Where a sealed entry stands, for whoever names it by id and hash: the two words of a promise. Nobody else learns
-- anything, not even that there is one; the batch's seed, which would tell the filled places from the empty, stays.
CREATE FUNCTION ledger_place_of(p_entry uuid, p_leaf_hash bytea)
RETURNS TABLE (batch bigint, leaf bigint, slot smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.number, b.position, s.slot
    FROM ledger_sealed_place s
    JOIN ledger_batch b ON b.number = s.batch_id
    JOIN ledger_entry e ON e.id = s.entry_id
    WHERE s.entry_id = p_entry AND e.leaf_hash = p_leaf_hash
$$;
