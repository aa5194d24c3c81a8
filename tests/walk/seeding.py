"""`python -m tests.walk.seeding`: the province's people, keys, trustees and experts, and a few of its other trades.

The walk brings its own tender; of the others some stay, so that its pages are never alone and the clock has other
moments to pass. Seeding all of them takes longer than the walk. Where the collected data is at hand, initiator and
bidders are real organisations, the notice's own initiator where its code is known.
"""

import os

from tests.databases import BASE

DATA = BASE.parent / "shared" / "data"
NOTICES, SUBJECTS = DATA / "notices" / "jiangxi_engineering_fulltext.jsonl", DATA / "subjects" / "uscc_valid.csv"
ISSUER = "安远县第二中学"

KEPT = ("bidding", "registered")


def main() -> None:
    """The province stands in the database the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    import django

    django.setup()
    from platform_site import clock
    from trading.rehearsal import province
    from trading.rehearsal.from_notice import organisations

    province.TRADES = tuple(trade for trade in province.TRADES if trade.stop_at in KEPT)
    province.populate(clock.now(), print, organisations(SUBJECTS, ISSUER))


if __name__ == "__main__":
    main()
