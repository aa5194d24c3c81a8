from django.db import migrations

WAKE = r"""
CREATE FUNCTION trading_wake_held_lot() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE trading_lot l SET next_check = coalesce(NEW.ended_at, NEW.started_at) FROM trading_tender t
    WHERE l.tender_id = t.id AND t.reference = substring(NEW.ref FROM '^lot:(.*)/\d+$')
      AND l.number = substring(NEW.ref FROM '/(\d+)$')::int;
    RETURN NULL;
END $$;
CREATE TRIGGER trading_wake_held_lot AFTER INSERT OR UPDATE ON holds_hold
    FOR EACH ROW EXECUTE FUNCTION trading_wake_held_lot();
"""
REST = "DROP TRIGGER trading_wake_held_lot ON holds_hold; DROP FUNCTION trading_wake_held_lot();"


class Migration(migrations.Migration):
    """A hold wakes its lot whoever placed it: supervision's login may hold a lot but writes no row of the trade. The
    next tick counts the lot's moments anew.
    """

    dependencies = [("trading", "0010_contract_texts"), ("holds", "0002_no_hold_without_entry")]
    operations = [migrations.RunSQL(WAKE, REST)]
