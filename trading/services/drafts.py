"""Files of a document that is not yet issued: put into the draft and taken out again."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from platform_site import clock
from platform_site.accounts import policy
from platform_site.accounts.actors import Actor
from platform_site.accounts.refusals import Refused, Violation
from trading.locks import lock_lot, lock_tender
from trading.models import DocumentVersion, Lot, StoredFile
from trading.services.acts import mandated, not_replaced
from trading.services.shared import for_every_lot
from trading.services.tenders import lot_shape


def _draft(lot_id: int, actor: Actor) -> Lot:
    lot = lock_lot(lot_id)
    not_replaced(lot, actor)
    policy.require(actor, "initiator|agency", over=lot)
    mandated(lot, actor, clock.now())
    if lot.state != "registered":
        raise Refused([Violation("notice.frozen", facts={"state": lot.procedure.states[lot.state]})])
    return lot


@transaction.atomic
def draft_keep(*, lot_id: int, actor: Actor, changes: Callable[[Lot], Mapping[str, Any]]) -> Lot:
    """The draft holds the changes, worked out from the draft as it stands under the lock: two fields that are posted at
    once both survive.

    Args:
        changes: from the locked lot to the arguments of `lot_shape`.

    Raises:
        PermissionDenied, Refused: as `lot_shape`.
    """
    lock_tender(Lot.objects.values_list("tender_id", flat=True).get(pk=lot_id))
    return lot_shape(lot_id=lot_id, actor=actor, **changes(lock_lot(lot_id)))


@for_every_lot()
@transaction.atomic
def draft_file_add(*, lot_id: int, file: StoredFile, actor: Actor) -> DocumentVersion:
    """The stored file belongs to version 1 of the document, which is issued with the notice. No ledger entry: a draft.

    Raises:
        PermissionDenied: not the initiator or its agency.
        Refused: `notice.frozen`.
    """
    lot = _draft(lot_id, actor)
    version, _ = DocumentVersion.objects.get_or_create(lot=lot, number=1, defaults={"digest": "", "terms": {}})
    version.files.add(file)
    return version


@for_every_lot()
@transaction.atomic
def draft_file_drop(*, lot_id: int, file_id: UUID, actor: Actor) -> None:
    """The file is no longer part of the draft; its bytes stay, named by their digest.

    Raises:
        PermissionDenied: not the initiator or its agency.
        Refused: `notice.frozen`.
    """
    lot = _draft(lot_id, actor)
    if version := lot.documents.filter(number=1).first():
        version.files.remove(file_id)


def draft_files(lot: Lot) -> list[StoredFile]:
    """The files of the draft, in the order they arrived. Two queries."""
    version = lot.documents.filter(number=1).first()
    return list(version.files.order_by("stored_at", "name")) if version else []
