-- The queue of committed entries that have no place yet. Not part of the record: the sequencer empties it.
-- `seq` orders acts that a row lock put in order; `txid` lets the state guard find this transaction's entries.
CREATE TABLE ledger_pending (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    entry_id uuid NOT NULL,
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    subject text NOT NULL,
    sealed boolean NOT NULL
);
CREATE INDEX ledger_pending_txid ON ledger_pending (txid);

-- The only way an entry gets in.
CREATE FUNCTION ledger_append(
    p_id uuid, p_event text, p_subject text, p_actor text, p_facts jsonb, p_private jsonb, p_sealed boolean,
    p_legal_at timestamptz, p_recorded_at timestamptz, p_leaf_hash bytea, p_openings jsonb
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_entry (id, event, subject, actor, facts, private, sealed, legal_at, recorded_at, leaf_hash)
    VALUES (p_id, p_event, p_subject, p_actor, p_facts, p_private, p_sealed, p_legal_at, p_recorded_at, p_leaf_hash);
    IF p_openings IS NOT NULL THEN
        INSERT INTO ledger_private (entry_id, openings) VALUES (p_id, p_openings);
    END IF;
    INSERT INTO ledger_pending (entry_id, subject, sealed) VALUES (p_id, p_subject, p_sealed);
END $$;

-- These sealed entries were opened by that public one.
CREATE FUNCTION ledger_reveal(p_by uuid, p_entries uuid[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO ledger_revealed (entry_id, by_id)
    SELECT id, p_by FROM ledger_entry WHERE id = ANY (p_entries) AND sealed ON CONFLICT DO NOTHING
$$;

-- Salt and value are gone; the leaf keeps its commitment.
CREATE FUNCTION ledger_erase(p_entry uuid, p_names text[])
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE ledger_private SET openings = openings - p_names WHERE entry_id = p_entry
$$;
