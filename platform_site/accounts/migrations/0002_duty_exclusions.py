"""A9 and D8 in the database: a grant that overlaps an excluded one is refused, also between parallel transactions."""

from django.db import migrations

# Frozen copy of accounts.policy.EXCLUSIVE; tests/accounts/test_exclusivity.py compares the two pair by pair.
GROUPS = [
    ("operator", "supervisor", "trader"),
    ("draw_officer", "supervisor", "trader"),
    ("operator", "auditor", "trader"),
    ("pool_maintainer", "draw_officer", "pool_supervisor"),
    ("pool_maintainer", "supervisor", "trader"),
]
PAIRS = sorted({(a, b) for group in GROUPS for a in group for b in group if a != b})

FORWARD = f"""
CREATE FUNCTION accounts_duties_exclude(a text, b text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT (a, b) IN ({", ".join(f"('{a}', '{b}')" for a, b in PAIRS)})
$$;
CREATE FUNCTION accounts_dutygrant_judge() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    other text;
BEGIN
    -- One judge per person at a time: the second of two parallel grants waits here and then sees the first.
    PERFORM pg_advisory_xact_lock(hashtext('accounts_dutygrant'), NEW.user_id::int);
    SELECT duty INTO other FROM accounts_dutygrant held
        WHERE held.user_id = NEW.user_id AND held.id IS DISTINCT FROM NEW.id
          AND accounts_duties_exclude(held.duty, NEW.duty)
          AND tstzrange(held.since, held.until) && tstzrange(NEW.since, NEW.until)
        LIMIT 1;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'duty % excludes %', other, NEW.duty
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'accounts_dutygrant_exclusive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_dutygrant_exclusive BEFORE INSERT OR UPDATE ON accounts_dutygrant
    FOR EACH ROW EXECUTE FUNCTION accounts_dutygrant_judge();
"""
BACKWARD = """
DROP TRIGGER accounts_dutygrant_exclusive ON accounts_dutygrant;
DROP FUNCTION accounts_dutygrant_judge();
DROP FUNCTION accounts_duties_exclude(text, text);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
