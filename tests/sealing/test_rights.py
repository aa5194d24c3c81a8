"""What each login may do to sealed things, as the database says it."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from platform_site.sealing import grants
from platform_site.sealing.models import Envelope, KeySet, Upload

pytestmark = pytest.mark.django_db


def rights_in_the_database():
    """{(role, table, verb or verb.column)} for the roles of the table, from pg_catalog."""
    found = set()
    with connection.cursor() as cursor:
        for role in grants.RIGHTS:
            for table in grants.TABLES:
                cursor.execute(
                    "SELECT verb FROM unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) AS verb"
                    " WHERE has_table_privilege(%s, %s, verb)",
                    [role, table],
                )
                found |= {(role, table, verb) for (verb,) in cursor.fetchall()}
                cursor.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
                    " AND NOT attisdropped AND has_column_privilege(%s, %s, attname, 'UPDATE')",
                    [table, role, table],
                )
                found |= {(role, table, f"UPDATE.{column}") for (column,) in cursor.fetchall()}
    return found


def test_the_databases_rights_are_those_of_the_table():
    wanted = set()
    for role, right in grants.RIGHTS.items():
        wanted |= {(role, table, "SELECT") for table in right.reads}
        wanted |= {(role, table, "INSERT") for table in right.adds}
        wanted |= {(role, table, "DELETE") for table in right.removes}
        wanted |= {(role, table, f"UPDATE.{name}") for table, names in right.changes.items() for name in names}

    assert rights_in_the_database() == wanted


def test_no_table_of_sealing_was_forgotten():
    assert {model._meta.db_table for model in apps.get_app_config("sealing").get_models()} == set(grants.TABLES)


@pytest.mark.parametrize(
    "act",
    [
        lambda: Envelope.objects.update(wraps={}),
        lambda: Envelope.objects.update(arrived_at=None),
        lambda: Upload.objects.update(sha256=""),
        lambda: KeySet.objects.update(document={}),
        lambda: Envelope.objects.all()._raw_delete("default"),
    ],
)
def test_not_even_the_application_changes_what_was_accepted(act):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        act()
