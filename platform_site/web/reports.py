"""Reports of the content policy: read, shorten, keep."""

import json

from platform_site import clock
from platform_site.web.models import CspReport

LARGEST = 16_384


def keep(body: bytes) -> list[CspReport]:
    """The reports in `body` stand in the table (at most `CspReport.KEPT` do). Accepts both wire forms.

    Raises:
        ValueError: not a report.
    """
    if len(body) > LARGEST:
        raise ValueError("too large")
    told = json.loads(body)
    if isinstance(told, dict) and isinstance(told.get("csp-report"), dict):
        found = [told["csp-report"]]
    elif isinstance(told, list):
        found = [one["body"] for one in told if isinstance(one, dict) and isinstance(one.get("body"), dict)]
    else:
        raise ValueError("not a report")
    kept = [
        CspReport.objects.create(
            at=clock.machine(),
            document=_text(one, "document-uri", "documentURL")[:300],
            directive=_text(one, "effective-directive", "violated-directive", "effectiveDirective")[:100],
            blocked=_text(one, "blocked-uri", "blockedURL")[:300],
            sample=_text(one, "script-sample", "sample")[:200],
        )
        for one in found[:20]
    ]
    if kept:
        CspReport.objects.filter(id__lte=kept[-1].pk - CspReport.KEPT).delete()
    return kept


def _text(report: dict, *names: str) -> str:
    return next((str(report[name]) for name in names if report.get(name)), "")
