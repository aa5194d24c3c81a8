"""Pictures of every page of the itinerary, in a demo of its own: `python -m tests.screenshots [WORD …]`.

.local/screenshots/<width>/<route>.png at 390 and 1440 px (--dark: also .local/screenshots/<width>-dark/). A WORD takes
only the routes whose name holds it. What axe, sideways scrolling and the console have to say is printed; the exit code
is 1 where anything was.
"""

import argparse
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from platform_site import clock  # noqa: E402
from tests import databases  # noqa: E402
from tests.browser import Portal, launched, running_portal  # noqa: E402
from tests.browser_checks import dressed, shot  # noqa: E402
from tests.itinerary import AT_THE_OPENING, PAGES, Visit, astray  # noqa: E402
from tests.province_things import filed_lot  # noqa: E402
from tests.tour import WIDTHS, Tour, faults  # noqa: E402

OUT = databases.BASE / ".local" / "screenshots"


def take(tour: Tour, visit: Visit, *, dark: bool) -> list[str]:
    """Pictures of one page at both widths; what is wrong with it."""
    watched = tour.open(visit)
    found = faults(watched, then=lambda width: shot(watched.page, OUT / str(width) / f"{visit.title}.png"))
    for size in WIDTHS if dark else ():
        with dressed(watched.page, size=size, theme="dark"):
            watched.page.reload(wait_until="load")
            shot(watched.page, OUT / f"{size['width']}-dark" / f"{visit.title}.png")
    if dark:
        with dressed(watched.page, size=WIDTHS[0], theme="light"):
            pass
    return found


def main(arguments: list[str] | None = None) -> int:
    """Every page asked for is a picture; 1 where something was wrong with one."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("words", nargs="*", metavar="WORD", help="only routes whose name holds one of these")
    parser.add_argument("--dark", action="store_true", help="dark pictures as well")
    asked = parser.parse_args(arguments)
    wrong = [f"routes {what}: {', '.join(which)}" for what, which in astray().items()]
    pages, opening = (
        [visit for visit in visits if not asked.words or any(word in visit.title for word in asked.words)]
        for visits in (PAGES, AT_THE_OPENING)
    )
    with databases.cluster() as cluster, running_portal(
        cluster, databases.template(cluster), seed=["manage.py", "demo_province"]
    ) as portal:  # fmt: skip
        for name, folder in (("MEDIA_ROOT", "files"), ("LEDGER_DIR", "ledger"), ("KEYS_DIR", "keys")):
            setattr(settings, name, portal.local / folder)
        with databases.behind_default(cluster, portal.database), launched() as browser:
            wrong += _walk(browser, portal, pages, opening, dark=asked.dark)
    for line in wrong:
        print(line)
    print(f"pictures: {OUT.relative_to(databases.BASE)}")
    return 1 if wrong else 0


def _walk(browser: object, portal: Portal, pages: list[Visit], opening: list[Visit], *, dark: bool) -> list[str]:
    tour, wrong = Tour(browser, portal.url), []
    for visit in pages:
        wrong += [f"{visit.title}: {line}" for line in take(tour, visit, dark=dark)]
    if opening:
        tour.clock_to(clock.china(filed_lot().recorded["bid_deadline"]))
        for visit in opening:
            wrong += [f"{visit.title}: {line}" for line in take(tour, visit, dark=dark)]
    tour.close()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
