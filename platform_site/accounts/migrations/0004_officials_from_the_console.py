"""A web process makes traders and nobody else: the login of a face can neither grant nor end an official's duty (A9)."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_dutygrant_door() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.duty <> 'trader' AND current_user IN ('portal_public', 'portal_trading', 'portal_supervision') THEN
        RAISE EXCEPTION 'the duty % is granted and ended from the console, not by %', NEW.duty, current_user
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_dutygrant_door BEFORE INSERT OR UPDATE ON accounts_dutygrant
    FOR EACH ROW EXECUTE FUNCTION accounts_dutygrant_door();
"""
BACKWARD = "DROP TRIGGER accounts_dutygrant_door ON accounts_dutygrant; DROP FUNCTION accounts_dutygrant_door();"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_no_duty_without_entry")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
