"""The certificate of a draw, made anew by everything that happens to it and recomputed before anybody sees it."""

from typing import Any

from experts import draw as drawing
from experts.models import Draw
from platform_site.sealing.canonical import digest


def certify(draw: Draw) -> list[str]:
    """The certificate follows from list, nonces and events as they now stand. Labels selected for the first time.

    Raises:
        RuntimeError: it does not recompute; nothing may be published then.
    """
    before = set(draw.certificate["selected"]) if draw.certificate else set()
    gone = {event["label"] for event in draw.events if event["kind"] == "declined"}
    draw.certificate = drawing.certify(
        draw=str(draw.id),
        lot=draw.lot_ref,
        need=draw.needed,
        pool={"day": draw.pool.day.isoformat(), "root": draw.pool.root},
        rows=draw.listed,
        openings=draw.opened,
        commitments=draw.commitments,
        nonces=draw.nonces,
        events=draw.events,
    )
    found = drawing.faults(draw.certificate)
    found += [] if draw.certificate["root"] == draw.root else ["not the recorded root"]
    if found:
        raise RuntimeError(f"the draw does not recompute: {found}")
    draw.certificate_digest = digest(draw.certificate)
    return [label for label in draw.certificate["selected"] if label not in before | gone]


def told_of(draw: Draw) -> dict[str, Any]:
    """What an entry says about the draw's result: labels only."""
    return {
        "certificate": draw.certificate_digest,
        "selected": draw.issued["selected"],
        "short": draw.issued["short"],
    }
