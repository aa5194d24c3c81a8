"""What was accepted stays as it was, whoever asks. Logins and tables: tests/frame/test_grants.py."""

import pytest
from django.db import ProgrammingError, transaction

from platform_site.sealing.models import Envelope, KeySet, Upload

pytestmark = pytest.mark.django_db


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
