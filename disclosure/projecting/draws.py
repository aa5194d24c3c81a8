"""A draw as the public may see it from the moment it has run (design §6.2): its certificate, which names nobody.

Who the labels are, what opens them and who was asked stays in the expert room; a draw that has not run is not read.
"""

from disclosure.models import PublicDraw
from disclosure.projecting.columns import columns
from experts.selectors import certificates


def project(draw_id: str) -> None:
    """The draw's row says what its certificate says now; there is none before it has run."""
    draw = certificates().nameless().filter(pk=draw_id).first()
    if draw is None:
        return
    certificate = draw.issued
    row = PublicDraw(
        id=draw.pk,
        lot_ref=draw.lot_ref,
        lot=draw.subject_of_need.removeprefix("lot:"),
        title=draw.title,
        need=draw.need,
        listed=len(certificate["list"]),
        selected=len(certificate["selected"]),
        certificate=certificate,
        digest=draw.certificate_digest,
        opened_at=draw.opened_at,
        drawn_at=draw.drawn_at,
        names_unsealed_at=draw.names_unsealed_at,
    )
    PublicDraw.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["id"], update_fields=columns(PublicDraw)
    )
