"""Every page at a glance: `python -m tests.screenshots` against a running demo (`make run`).

Walks the site as a visitor and as each demo role, takes one address for every named GET route it can reach, and saves
it at 390 and 1440 px (with --dark also dark) to .local/screenshots. Says which named routes no link led to, and what
axe, overflow and the console had to say. Its exit code is 1 where anything was said.
"""

import argparse
import os
import re
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from tests import databases
from tests.browser import launched
from tests.browser_checks import DESK, PHONE, Watched, assert_accessible, assert_no_overflow, dressed, shot

OUT = databases.BASE / ".local" / "screenshots"
# Answers that are no pages: files, feeds, proofs, streams.
NO_PAGES = re.compile(r"^(ledger:|web:(health|favicon)|sealing:|.*(download|export|feed|file|paper|proof)$)")
PER_ROUTE = 2
MOST_PAGES = 400


@dataclass
class Walk:
    """One role's way through the site: route name -> addresses taken, and what was wrong."""

    role: str
    taken: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def route_names() -> dict[str, str]:
    """Qualified name -> pattern of every named route of the site."""
    from django.urls import get_resolver
    from django.urls.resolvers import URLResolver

    found: dict[str, str] = {}

    def collect(resolver: Any, prefix: str, space: str) -> None:
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                inner = f"{space}{one.namespace}:" if one.namespace else space
                collect(one, prefix + str(one.pattern), inner)
            elif one.name:
                found[space + one.name] = prefix + str(one.pattern)

    collect(get_resolver(), "/", "")
    return found


def name_of(path: str) -> str:
    """The qualified route name of a path; "" where nothing answers it."""
    from django.urls import Resolver404, resolve

    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def links(page: Any, origin: str) -> list[str]:
    """Same-origin paths the page links to, without fragments and taste of queries."""
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
    paths = [urldefrag(urljoin(origin, one))[0] for one in found]
    return [urlsplit(one).path for one in paths if one.startswith(origin + "/")]


def walk(page: Any, origin: str, role: str, *, check: bool) -> Walk:
    """Breadth first from the front page; every route a few times."""
    done, watched = Walk(role), Watched(page)
    queue, seen = deque(["/"] if role == "visitor" else ["/", "/desk/"]), set()
    plain = [f"/{p.lstrip('/')}" for p in route_names().values() if "<" not in p and "(" not in p]
    queue.extend(plain)
    while queue and len(seen) < MOST_PAGES:
        path = queue.popleft()
        name = name_of(path)
        if path in seen or not name or NO_PAGES.match(name) or len(done.taken.get(name, [])) >= PER_ROUTE:
            continue
        seen.add(path)
        # Asked first without the window: a browser makes an error of its own out of an empty 405.
        answer = page.request.get(origin + path, max_redirects=0)
        if answer.status >= 500:
            done.wrong.append(f"{answer.status} {path}")
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        watched.goto(origin + path)
        done.taken.setdefault(name, []).append(path)
        queue.extend(links(page, origin))
        if check and len(done.taken[name]) == 1:
            _check(page, done, path)
    done.wrong += watched.complaints
    return done


def _check(page: Any, done: Walk, path: str) -> None:
    for test in (assert_accessible, assert_no_overflow):
        try:
            test(page)
        except AssertionError as found:
            done.wrong.append(f"{path}: {found}")


def picture(page: Any, origin: str, done: Walk, *, dark: bool) -> int:
    """Pictures of the first address of each route. How many."""
    count = 0
    for name, paths in sorted(done.taken.items()):
        for size in (PHONE, DESK):
            for theme in ("light", "dark") if dark else ("light",):
                with dressed(page, size=size, theme=theme):
                    page.goto(origin + paths[0])
                    page.wait_for_load_state("networkidle")
                    folder = OUT / f"{size['width']}{'-dark' if theme == 'dark' else ''}"
                    shot(page, folder / f"{done.role}--{name.replace(':', '.')}.png")
                    if size is PHONE:
                        _check(page, done, paths[0])
                    count += 1
    return count


def become(page: Any, origin: str, username: str) -> bool:
    """Signed in as a person of the demo; False where the demo knows nobody of that name."""
    page.goto(f"{origin}/demo/")
    button = page.query_selector(f"form[action$='/demo/sign-in/{username}/'] button")
    if button is None:
        return False
    button.click()
    page.wait_for_load_state("networkidle")
    return True


def main(arguments: list[str] | None = None) -> int:
    """Walk as a visitor and as every role asked for; 1 where anything was found wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--origin", default=os.environ.get("PORTAL_ORIGIN", "http://127.0.0.1:8000"))
    parser.add_argument("--role", action="append", default=[], help="a demo person's user name; may be given again")
    parser.add_argument("--dark", action="store_true", help="dark pictures as well")
    parser.add_argument("--only-check", action="store_true", help="no pictures, only what is wrong")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    import django

    django.setup()
    names, reached, wrong = route_names(), set(), []
    with launched() as browser:
        for role in ["visitor", *asked.role]:
            context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai", viewport=DESK)
            page = context.new_page()
            if role != "visitor" and not become(page, asked.origin, role):
                print(f"the demo knows nobody called {role}")
                wrong.append(role)
                continue
            done = walk(page, asked.origin, role, check=True)
            pictures = 0 if asked.only_check else picture(page, asked.origin, done, dark=asked.dark)
            reached |= set(done.taken)
            found = [f"[{role}] {line}" for line in dict.fromkeys(done.wrong)]
            print(f"{role}: {len(done.taken)} routes, {pictures} pictures", *found, sep="\n", flush=True)
            wrong += found
            context.close()
    missed = sorted(name for name in names if name not in reached and not NO_PAGES.match(name))
    print(f"not reached (POST only, or no link led there): {', '.join(missed) or 'none'}")
    if not asked.only_check:
        print(f"pictures: {Path(OUT).relative_to(databases.BASE)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
