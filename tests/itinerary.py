"""Every named route of the site, once: a page somebody opens, something a program fetches, or an act that is posted.

The browser test and the pictures go by these lists, with arguments out of the demo province. A route that stands in
none of them, or in two, is a failure: whoever adds a route says here who opens it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests import province_things as things
from tests.province_things import at, place
from trading.rulebooks import PROCEDURES

Arguments = Callable[[], list[Any]]


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody opens a page or fetches a file.

    Attributes:
        name: the route.
        role: a demo person's user name, or what finds it in the province; "" is a visitor.
        arguments: the route's, looked up when asked.
        label: tells several visits to one route apart.
        query: what follows the question mark.
        status: what is answered.
        leads_to: the route of the page one arrives at, where it is another.
    """

    name: str
    role: str | Callable[[], str] = ""
    arguments: Arguments = field(default=list)
    label: str = ""
    query: str = ""
    status: int = 200
    leads_to: str = ""

    @property
    def title(self) -> str:
        """A picture's file name."""
        return ".".join([self.name.replace(":", "."), *([self.label] if self.label else [])])

    @property
    def who(self) -> str:
        """The user name, "" for a visitor."""
        return self.role if isinstance(self.role, str) else self.role()

    def path(self) -> str:
        """The address, with today's arguments."""
        return reverse(self.name, args=self.arguments()) + (f"?{self.query}" if self.query else "")


def see(
    name: str, arguments: Arguments = list, *, role: str | Callable[[], str] = "", label: str = "", **more: Any
) -> Visit:
    """A visit, in the order one says it."""
    return Visit(name, role, arguments, label, **more)


ENGINEERING_STATES = ("bidding", "evaluating", "reported", "publicity", "contracted", "archived")
NOTICES = ("tender", "clarification", "amendment", "opening", "candidates", "award", "contract", "failure", "objection")
EXPERT = things.seated_expert

PUBLIC = [
    see("disclosure:home"),
    see("disclosure:trades"),
    see("disclosure:trades", label="found", query="q=工程&period=all"),
    see("disclosure:trades", label="nothing", query="q=没有这样的项目"),
    see("disclosure:tender", lambda: [things.lot_in("publicity").tender.reference], leads_to="disclosure:trade"),
    *(see("disclosure:trade", at(state), label=state) for state in ENGINEERING_STATES),
    see("disclosure:trade", at("archived", "procurement.inquiry"), label="inquiry"),
    see("disclosure:trade", at("listing", "land.listing"), label="listing"),
    see("disclosure:trade", at("archived", "land.listing"), label="land"),
    see("disclosure:trade", at("listing", "mining.listing"), label="mining"),
    see("disclosure:trade", at("announced", "equity.transfer"), label="equity"),
    see("disclosure:trade", at("archived", "equity.transfer"), label="settled"),
    see("disclosure:notice", lambda: things.notice_of("settlement", "equity.transfer"), label="settlement"),
    *(
        see("disclosure:notice", lambda kind=kind: things.notice_of(kind), label=kind)
        for kind in NOTICES
    ),
    see("disclosure:trade", lambda: place(things.shared_lot()), label="shared"),
    see("disclosure:notice", things.shared_notice, label="shared"),
    see("disclosure:plan", lambda: things.plan_titled("防洪堤")),
    see("disclosure:calendar"),
    see("disclosure:calendar", label="all", query="all=1"),
    see("disclosure:deals"),
    see("disclosure:deals", label="narrowed", query="from=1&to=12&category=land&region=990100"),
    see("disclosure:statistics"),
    see("disclosure:statistics", label="nothing", query="category=emission&from=1&to=1"),
    see("disclosure:statistics-sheet"),
    see("disclosure:catalogue"),
    see("disclosure:catalogue", label="checked", query="item=ML-990000-01-01&kind=works&amount=5000000"),
    see("disclosure:centres"),
    see("disclosure:rules"),
    see("disclosure:procedure", lambda: ["engineering.open"]),
    see("disclosure:rule", lambda: ["ENG-10"]),
    see("disclosure:rule", lambda: ["CMP-04"], label="knowledge"),
    see("disclosure:guide"),
    see("disclosure:oversight"),
    see("disclosure:accessibility"),
    see("disclosure:about"),
    see("disclosure:status"),
    see("disclosure:verify"),
    see("disclosure:verify-paper", things.notice_code),
    see("disclosure:verify-paper", lambda: ["ZG-0000-0000-0000-0"], label="unknown", status=404),
    see("disclosure:verify-asked", leads_to="disclosure:verify"),
    see("disclosure:verify-file", leads_to="disclosure:verify"),
    see("disclosure:verify-receipt", leads_to="disclosure:verify"),
    see("disclosure:unsubscribe", things.subscription_token),
    see("credit:subjects"),
    see("credit:subjects", label="qualified", query="held=水利水电"),
    see("credit:subject", things.subject_code("bidder1")),
    see("credit:subject", things.subject_code("bidder2"), label="replaced"),
    see("credit:subject", things.subject_code("bidder4"), label="doubted"),
    see("credit:subject", things.subject_code("agency"), label="agency"),
    see("credit:subject", things.centre_code, label="centre"),
    see("disclosure:subject-trades", things.subject_code("bidder1")),
    see("disclosure:draws"),
    see("disclosure:draw", things.draw),
    see("accounts:demo"),
    see("accounts:sign-in"),
    see("accounts:sign-up"),
]  # fmt: skip

OWN = [
    see("accounts:desk", role="bidder1", query="stay=1"),
    see("accounts:desk", role="supervisor", label="official", query="stay=1"),
    see("accounts:account", role="bidder1"),
    see("accounts:password", role="bidder1"),
    see("accounts:second-factor", role="bidder1"),
    see("messages:inbox", role="bidder1"),
    see("disclosure:subscribe", role="bidder1", query="q=工程&category=engineering"),
    see("credit:register", role="bidder1"),
    see("credit:mine", role="bidder1"),
    see("credit:members", things.subject_code("bidder1"), role="bidder1"),
    see("credit:keys", things.subject_code("bidder1"), role="bidder1"),
    see("credit:qualifications", things.subject_code("bidder1"), role="bidder1"),
    see("credit:qualifications", things.subject_code("bidder5"), role="bidder5", label="none"),
    see("credit:invitation", things.invitation_token, role="bidder5"),
]

INITIATORS = [
    see("trading:desk", role="agency"),
    see("trading:desk", role="grantor", label="land"),
    see("trading:register", role="agency"),
    see("trading:register", role="grantor", query="procedure=land.listing", label="land"),
    see("trading:register", role="purchaser", query="procedure=procurement.inquiry", label="inquiry"),
    see("trading:plans", role="initiator"),
    see("trading:plan-new", role="initiator"),
    see("trading:plan", lambda: things.plan_titled("防洪堤"), role="initiator"),
    see("trading:plan", lambda: things.plan_titled("图书馆"), role="initiator", label="used"),
    *(
        see("trading:lot", at(state), role="agency", label=state)
        for state in ("registered", "bidding", "evaluating", "publicity", "contracted", "archived")
    ),
    see("trading:lot", at("listing", "land.listing"), role="grantor", label="listing"),
    see("trading:reserve", at("listing", "land.listing"), role="grantor"),
    see("trading:lot", at("announced", "equity.transfer"), role="transferor", label="equity"),
    *(
        see("trading:wizard", lambda s=slug: place(things.lot_in("registered"), s), role="agency", label=slug)
        for slug in (step.slug for step in PROCEDURES["engineering.open"].draft.steps)
    ),
    see("trading:wizard-review", at("registered"), role="agency", leads_to="trading:wizard"),
    see("trading:notice", lambda: things.notice_of("tender"), role="agency"),
    see("trading:enquiries", lambda: place(things.obtained_lot()), role="agency"),
    see("trading:amend", lambda: place(things.obtained_lot()), role="agency"),
    see("trading:trustees", lambda: place(things.obtained_lot()), role="agency"),
    see("trading:challenges", lambda: place(things.objected_lot()), role="agency"),
    *(
        see("trading:results", at(state), role="agency", label=state)
        for state in ("reported", "publicity", "contracted", "archived")
    ),
    see("trading:award", at("publicity"), role="agency"),
    see("trading:results", at("archived", "land.listing"), role="grantor", label="deal"),
    see("trading:bonds", lambda: place(things.filed_lot()), role="agency", label="sealed"),
    see("trading:bonds", at("contracted"), role="agency"),
    see("trading:contract", at("contracted"), role="agency", leads_to="trading:results"),
    see("trading:terminate", lambda: place(things.obtained_lot()), role="agency"),
    see("trading:act", lambda: place(things.obtained_lot(), "postpone"), role="agency", label="postpone"),
    see("trading:act", lambda: place(things.lot_in("contracted"), "change_contract"), role="agency", label="change"),
    see("trading:act", lambda: place(things.lot_in("registered"), "sign_mandate"), role="initiator", label="mandate"),
    see("trading:act", lambda: place(things.obtained_lot(), "appoint_agency"), role="initiator", label="appoint"),
    see("trading:performance", at("contracted"), role="agency"),
    see("trading:evaluation", at("evaluating"), role="agency"),
    see("trading:letter", things.letter_place, role="agency"),
    see("trading:letter", lambda: things.letter_place("result"), role="agency", label="result"),
    see("trading:letter", lambda: things.letter_place("deal"), role="grantor", label="deal"),
    see("trading:instrument", things.instrument_place, role="agency"),
    see("trading:instrument", lambda: things.instrument_place("cover"), role="operator", label="cover"),
]  # fmt: skip

BIDDERS = [
    see("trading:bids", role="bidder1"),
    see("trading:desk", role="bidder1", label="bidder"),
    see("trading:bid", lambda: place(things.obtained_lot()), role="bidder1"),
    see("trading:bid", lambda: place(things.shared_lot()), role="bidder1", label="shared"),
    see("trading:bid", lambda: place(things.filed_lot()), role="bidder1", label="filed"),
    see("trading:bid", lambda: place(things.filed_lot()), role="bidder5", label="stranger"),
    see("trading:bid-file", lambda: place(things.obtained_lot()), role="bidder1"),
    see("trading:bid-withdraw", lambda: place(things.filed_lot()), role="bidder1"),
    see("trading:receipt", things.receipt, role="bidder1"),
    see("trading:own-questions", at("evaluating"), role="bidder1"),
    see("trading:opening", at("publicity"), label="past"),
    see("trading:part", at("listing", "land.listing"), role="bidder1"),
    see("trading:part", at("listing", "mining.listing"), role="bidder5", label="stranger"),
    see("trading:part", at("archived", "land.listing"), role="bidder1", label="past"),
    see("trading:hall", at("listing", "land.listing"), role="bidder2"),
    see("trading:hall", at("listing", "land.listing"), label="public"),
    see("trading:hall", at("announced", "equity.transfer"), label="sealed"),
    see("trading:hall", at("archived", "land.listing"), label="past"),
]

COMMITTEE = [
    see("trading:committees", role="draw_officer"),
    see("trading:evaluation", at("evaluating"), role="draw_officer", label="officer"),
    see("trading:seats", role=EXPERT),
    see("trading:evaluation-room", at("evaluating"), role=EXPERT),
    see("trading:evaluation-sheet", things.sheet, role=EXPERT),
    see("trading:evaluation-document", at("evaluating"), role=EXPERT),
    see("trading:evaluation-questions", at("evaluating"), role=EXPERT),
    see("trading:evaluation-report", at("evaluating"), role=EXPERT),
    see("trading:evaluation-report", at("reported"), role="initiator", label="received"),
    see("experts:desk", role="draw_officer"),
    see("experts:draw-desk", things.draw, role="draw_officer"),
    see("experts:apply", role="bidder5"),
    see("experts:apply", role="applicant", label="waiting"),
    see("experts:pool", role="maintainer"),
    see("experts:application", lambda: [things.application("submitted").pk], role="maintainer"),
    see("experts:application", lambda: [things.application("admitted").pk], role="pool_supervisor", label="admitted"),
    see("experts:person", lambda: [things.invited().expert.public_id], role="maintainer"),
    see("experts:mine", role=EXPERT),
    see("experts:invitation", lambda: [things.invited().pk], role=lambda: things.invited().expert.user.username),
]

CENTRE = [
    see("trading:hosted", role="operator"),
    see("trading:catalogue", role="operator"),
    see("trading:venues", role="operator"),
    see("trading:session", things.planned_session, role="operator"),
    see("trading:outages", role="operator"),
    see("disclosure:operations", role="operator"),
]

SUPERVISORS = [
    see("supervision:board", role="supervisor"),
    see("supervision:orders", at("publicity"), role="supervisor"),
    see("supervision:qualifications", role="supervisor"),
    see("supervision:qualifications", role="supervisor", label="found", query="q=建设"),
    see("supervision:doubt", things.doubted, role="supervisor"),
    see("trading:factor", at("publicity"), role="supervisor"),
    see("trading:bonds", at("contracted"), role="supervisor", label="supervisor"),
    see("trading:evaluation", at("reported"), role="supervisor", label="supervisor"),
]

PAGES = [*PUBLIC, *OWN, *INITIATORS, *BIDDERS, *COMMITTEE, *CENTRE, *SUPERVISORS]

# The deadline has come: opened last, since the clock moves for everybody.
AT_THE_OPENING = [
    see("trading:opening", at("opening"), label="visitor"),
    see("trading:opening", at("opening"), role="bidder1", label="bidder"),
    see("trading:opening", at("opening"), role="operator", label="centre"),
    see("disclosure:trade", at("opening"), label="opening"),
]

# What programs and pages' scripts fetch: answered with `status`, never drawn alone in a window.
FETCHED = [
    see("web:favicon", status=302),
    see("web:health"),
    see("web:live"),
    see("web:ready"),
    see("disclosure:metrics"),
    see("ledger:checkpoint"),
    see("ledger:tile", things.first_tile),
    see("ledger:sealed-batch", lambda: ["000"]),
    # The demo's facts all fit into their leaves.
    see("ledger:facts", lambda: ["00" * 32], status=404),
    see("ledger:keys"),
    see("ledger:old-checkpoint", lambda: [things.newest_size()]),
    see("ledger:consistency", lambda: [1, things.newest_size()]),
    see("ledger:entry", lambda: [things.public_entry().pk]),
    see("ledger:entry-proof", lambda: [things.public_entry().pk]),
    see("ledger:receipt-proof", lambda: [things.own_bid().entry_id, things.own_bid().promise["entry"]]),
    see("ledger:verify-script"),
    # Answered to the trustee's own signature alone.
    see("sealing:trustee", things.trustee, status=404),
    see("sealing:lot", lambda: [things.obtained_lot().ledger_ref]),
    see("sealing:tool"),
    see("sealing:tool-named", lambda: [things.sealing_tool()]),
    see("trading:bid-ticket", lambda: place(things.obtained_lot()), role="bidder1"),
    see("disclosure:document", things.public_file),
    see("disclosure:factor", at("publicity")),
    see("disclosure:feed", query="q=工程"),
    see("disclosure:export", query="q=工程"),
    see("disclosure:statistics-file", lambda: ["csv"]),
    see("disclosure:statistics-file", lambda: ["xlsx"], label="xlsx"),
    see("disclosure:statistics-sheet-file", lambda: ["json"]),
    see("disclosure:catalogue-file", lambda: ["json"]),
    # Nothing is imported into the demo; tests/disclosure/test_history.py draws the page.
    see("disclosure:history", lambda: [UUID(int=0)], status=404),
    see("disclosure:notice-pdf", things.notice_with_paper),
    # Made by the worker after a checkpoint; before that there is nothing to fetch, and a stranger never sees it.
    see("trading:letter-pdf", things.letter_place, role="bidder5", status=404),
    see("trading:instrument-pdf", things.instrument_place, role="bidder5", status=404),
    see("disclosure:verify-certificates"),
    see("trading:file", things.document_file, role="agency"),
    see("trading:bid-document", things.document_file, role="bidder1"),
    see("trading:receipt-promise", things.receipt, role="bidder1"),
    see("trading:receipt-proof", things.receipt, role="bidder1"),
    see("trading:receipt-state", things.receipt, role="bidder1"),
    see("trading:opening-live", at("publicity")),
    see("trading:opening-panel", at("publicity"), role="bidder1"),
    see("trading:hall-live", at("listing", "land.listing")),
    see("trading:hall-panel", at("listing", "land.listing"), role="bidder1"),
    see("trading:archive-download", at("archived"), role="agency"),
    see("trading:evaluation-document-file", things.evaluation_file, role=EXPERT),
    see("trading:evaluation-file", things.sheet_file, role=EXPERT),
    see("trading:evaluation-canonical", at("reported"), role="supervisor"),
    see("disclosure:draw-certificate", things.draw),
    see("demo-key", role="bidder1"),
    # The own envelope is given out during the opening only.
    see("trading:opening-envelope", at("publicity"), role="bidder1", status=404),
    # A tender has no reserve price.
    see("trading:reserve-keys", at("publicity"), role="agency", status=404),
    see("trading:reserve-envelope", at("publicity"), role="agency", status=404),
]

# Acts. A GET does none of them.
POSTED = [
    "web:taste", "web:csp-report", "ledger:cosign", "accounts:sign-out", "accounts:demo-sign-in", "accounts:demo-clock",
    "messages:read-all", "messages:read", "sealing:upload", "sealing:upload-finish", "sealing:trustee-keys",
    "sealing:countersign", "sealing:release", "credit:act-for", "credit:member-end", "credit:invitation-revoke",
    "credit:key-revoke", "credit:qualification-withdraw",
    "trading:recall", "trading:reserve-uploads", "trading:reserve-send", "trading:reserve-unlock",
    "trading:reserve-publish", "trading:wizard-field", "trading:wizard-files", "trading:wizard-trustees",
    "trading:trustees-publish",
    "trading:wizard-submit", "trading:challenge-answer", "trading:candidates", "trading:award-report",
    "trading:bond-declare", "trading:bond-pay", "trading:bond-forfeit", "trading:bond-callback",
    "trading:media-callback",
    "trading:refund", "trading:archive", "trading:outage-end", "trading:venue-open",
    "trading:venue-close", "trading:session-book", "trading:session-move", "trading:session-free",
    "trading:obtain", "trading:ask", "trading:sign-up", "trading:hall-offer", "trading:hall-continue",
    "trading:object-document", "trading:object-result",
    "trading:bid-uploads", "trading:bid-send", "trading:opening-unlock", "trading:opening-disclose",
    "trading:opening-factor", "trading:factor-commit",
    "trading:opening-remark", "trading:opening-answer", "trading:evaluation-draw", "trading:evaluation-form",
    "trading:evaluation-start", "trading:evaluation-extend", "trading:evaluation-time", "trading:evaluation-review",
    "trading:evaluation-call",
    "trading:evaluation-score", "trading:evaluation-draft", "trading:evaluation-sign", "trading:evaluation-submit",
    "trading:evaluation-reject", "trading:own-answer", "experts:commit", "experts:reveal", "experts:recover",
    "experts:withdraw", "experts:run", "experts:replace", "experts:extend", "supervision:order-lift",
    "supervision:doubt-end", "disclosure:subscription-end",
]  # fmt: skip


def route_names() -> dict[str, str]:
    """Qualified name -> pattern of every named route of the site."""
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


def astray() -> dict[str, list[str]]:
    """What is wrong with the lists: routes in none, in two, and names that are no route. Empty where all is well."""
    lists = [{v.name for v in [*PAGES, *AT_THE_OPENING]}, {v.name for v in FETCHED}, set(POSTED)]
    names, listed = set(route_names()), set.union(*lists)
    found = {
        "in no list of tests/itinerary.py": sorted(names - listed),
        "in two lists": sorted(n for n in listed if sum(n in one for one in lists) > 1),
        "no route of the site": sorted(listed - names),
    }
    return {what: which for what, which in found.items() if which}
