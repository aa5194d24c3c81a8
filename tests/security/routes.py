"""Role × URL × state: the expected side, written by hand from design §7, the law, and requirements A9, D5, D8, G7, I3.

A row is (route, GET, POST). A rule is clauses split by ";": the first is what everybody meets, each further one
`who: what` or `who@states: what` takes some of them out, the last that fits counts. Several names are joined by "+";
states may be a range, "bidding..opened".

What a GET meets is a status; `in`: led to the sign-in; `go`: led elsewhere. What a POST of an empty form meets is
    no      refused, 400 401 403 404 405 409 or the sign-in
    form    the form comes back (200, 409, 422): it was theirs to send, and it was empty
    go      led elsewhere, and nothing was done
    ok      done
Only `ok` may leave an entry in the record. Several that are equally right are joined by "/".
"""

import re
from dataclasses import dataclass

ROLES = {
    # role: username on the stage
    "anonymous": "",
    "citizen": "citizen",  # signed in, acts for nobody
    "initiator": "initiator",
    "agency": "agency",
    "stranger": "bidder5",  # a trader who has nothing to do with the lot
    "bidder": "bidder1",
    "rival": "bidder2",
    "expert": "",  # never drawn; the life says who
    "member": "",  # an expert drawn into the committee; the life says who
    "operator": "operator",
    "draw": "draw_officer",
    "supervisor": "supervisor",  # of the lot's own authority
    "foreign": "foreign",  # a supervisor of another one
    "auditor": "auditor",
    "maintainer": "maintainer",
    "poolsup": "pool_supervisor",
}
GROUPS = {
    "side": ("initiator", "agency"),
    "bidders": ("bidder", "rival"),
    "traders": ("initiator", "agency", "stranger", "bidder", "rival"),
    "offices": ("operator", "draw", "supervisor", "foreign", "auditor", "maintainer", "poolsup"),
    "oversight": ("supervisor", "foreign", "auditor"),
    "all": tuple(ROLES),
}
STATES = {
    # state of the table: milestone of the life
    "draft": "registered",
    "scheduled": "scheduled",
    "bidding": "filed_bidder4",
    "opening": "deadline",
    "opened": "opened",
    "seated": "committee",
    "evaluating": "evaluating",
    "reported": "reported",
    "publicity": "objected",
    "awarded": "awarded",
    "contracted": "contracted",
    "archived": "ended",
    "failed": "failed",
}
ORDER = tuple(STATES)
# In this state every route is asked with every method; in the others only what hangs on a lot.
EVERYDAY = "bidding"
BOUND = frozenset({"reference", "lot_ref", "draw_id", "invitation_id"})
# Those who have nothing to do with the lot are asked in fewer states.
FAR = frozenset({"anonymous", "citizen", "stranger", "expert", "foreign", "auditor", "maintainer", "poolsup"})
FAR_STATES = frozenset({"draft", "evaluating", "archived"})
# Every rule is asked where a life begins and where it ends, even one that names no state.
TURNS = frozenset({"draft", "archived"})
# A page that hangs on nothing is the same for all: these read it.
READERS = frozenset({"anonymous", "initiator", "bidder", "supervisor"})
# A rule that tells the states apart but not the people, but for those who are not signed in.
NAMELESS = re.compile(r"\w+(?:; (?:all@[\w.+]+|anonymous): [\w/]+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """One route's line of the table."""

    get: str
    post: str

    @property
    def deed(self) -> bool:
        """Whether the address only takes forms."""
        return self.get.startswith("405")

    @property
    def takes_forms(self) -> bool:
        """Whether it takes any."""
        return self.deed or self.post != "no"

    def methods(self, role: str, state: str, arguments: tuple[str, ...]) -> list[str]:
        """The methods worth asking here: all of them once, and again wherever the lot's state could matter."""
        if state == EVERYDAY:
            # A method an address does not take is a 405 whoever asks: the readers see to that.
            if role in READERS:
                return ["GET", "POST"]
            worth = self.get != PUBLIC.get or BOUND & set(arguments)
            return ["GET"] * bool(worth and not self.deed) + ["POST"] * self.takes_forms
        if not BOUND & set(arguments) or (role in FAR and state not in FAR_STATES):
            return []
        taken = ["GET"] * (not self.deed) + ["POST"] * self.takes_forms
        if state in TURNS:
            return taken
        # In between, a rule that names no state is not asked again, and one that names no role only by those who read.
        rules = {"GET": self.get, "POST": self.post}
        return [one for one in taken if "@" in rules[one] and (role in READERS or not NAMELESS.fullmatch(rules[one]))]

    def expected(self, method: str, role: str, state: str) -> str:
        """What `role` meets in `state`."""
        first, *clauses = [one.strip() for one in (self.get if method == "GET" else self.post).split(";")]
        found = first
        for clause in clauses:
            where, _, what = clause.partition(":")
            who, _, states = where.strip().partition("@")
            if role in _roles(who) and (not states or state in _states(states)):
                found = what.strip()
        return found


def _roles(text: str) -> set[str]:
    found: set[str] = set()
    for name in text.split("+"):
        if name not in GROUPS and name not in ROLES:
            raise KeyError(name)
        found |= set(GROUPS.get(name, (name,)))
    return found


def _states(text: str) -> set[str]:
    found: set[str] = set()
    for name in text.split("+"):
        first, _, last = name.partition("..")
        found |= set(ORDER[ORDER.index(first) : ORDER.index(last or first) + 1])
    return found


# Shorthands of whole rules.
PUBLIC = Row("200", "no")
MINE = Row("200; anonymous: in", "no")
HIDDEN = "404; anonymous: in"
ANNOUNCED = "bidding..failed"
# A public page of a lot: a draft and an unknown lot are the same 404 for everybody (style §4).
TRADE = Row(f"404; all@{ANNOUNCED}: 200", "no")
DEED = "405; anonymous: 405/in/401"  # an address that only takes a POST
BARE = "405"
SIDE_PAGE = f"{HIDDEN}; side: 200"
SIDE_OR_OPERATOR = f"{HIDDEN}; side: 200; operator@{ANNOUNCED}: 200"

TABLE: dict[str, Row] = {
    # -- the public's pages: the same for everybody -----------------------------------------------------------------
    "disclosure:home": PUBLIC,
    "disclosure:trades": PUBLIC,
    "disclosure:feed": PUBLIC,
    "disclosure:export": PUBLIC,
    # Nothing is imported in this life; the id of a notice of our own is no history.
    "disclosure:history": Row("404", "no"),
    "disclosure:subscribe": Row("200; anonymous: in", "form; anonymous: no"),
    "disclosure:subscription-end": Row(DEED, "no"),
    "disclosure:unsubscribe": Row("404", "no"),
    # bidder1: what the public knows of him begins with the opening.
    "disclosure:subject-trades": Row("404; all@opening..archived: 200", "no"),
    "disclosure:tender": Row(f"404; all@{ANNOUNCED}: go", "no"),
    "disclosure:trade": TRADE,
    "disclosure:notice": TRADE,
    # The lot of this life follows no plan; there is no plan of another.
    "disclosure:plan": Row("404", "no"),
    "disclosure:calendar": PUBLIC,
    "disclosure:deals": PUBLIC,
    "disclosure:statistics": PUBLIC,
    "disclosure:statistics-file": PUBLIC,
    "disclosure:statistics-sheet": PUBLIC,
    "disclosure:statistics-sheet-file": PUBLIC,
    "disclosure:catalogue": PUBLIC,
    "disclosure:centres": PUBLIC,
    "disclosure:catalogue-file": PUBLIC,
    "disclosure:rules": PUBLIC,
    "disclosure:procedure": PUBLIC,
    "disclosure:rule": PUBLIC,
    "disclosure:guide": PUBLIC,
    "disclosure:oversight": PUBLIC,
    "disclosure:accessibility": PUBLIC,
    "disclosure:about": PUBLIC,
    "disclosure:status": PUBLIC,
    "disclosure:operations": Row(f"{HIDDEN}; operator: 200", "no"),
    # These tests come from 127.0.0.1, the operator's network; from elsewhere tests/disclosure/test_status.py comes.
    "disclosure:metrics": PUBLIC,
    "disclosure:verify": PUBLIC,
    "disclosure:verify-paper": Row("404", "no"),
    "disclosure:verify-asked": Row("go", "no"),
    "disclosure:verify-file": Row("go", "form"),
    "disclosure:verify-receipt": Row("go", "form"),
    "disclosure:verify-certificates": PUBLIC,
    # Papers are made for the archive in this life; with them the rule is the notice's.
    "disclosure:notice-pdf": Row("404; all@archived: 200", "no"),
    # Before the opening the holders get it, signed in (trading:bid-document); afterwards everybody does.
    # Drawn once the keys are in, before any content: the life's next state after the opening began.
    "disclosure:factor": Row("404; all@opened..archived: 200", "no"),
    "disclosure:document": Row("404; all@opening..archived: 200", "no"),
    "disclosure:draws": PUBLIC,
    # A draw is public once it has run, by labels (design §6.2).
    "disclosure:draw": Row("404; all@seated..archived: 200", "no"),
    "disclosure:draw-certificate": Row("404; all@seated..archived: 200", "no"),
    "credit:subjects": PUBLIC,
    "credit:subject": PUBLIC,
    # -- the record -------------------------------------------------------------------------------------------------
    "ledger:checkpoint": PUBLIC,
    "ledger:tile": PUBLIC,
    "ledger:sealed-batch": PUBLIC,
    "ledger:facts": Row("404", "no"),
    "ledger:keys": PUBLIC,
    # A witness shows a signature, never a session.
    "ledger:cosign": Row(BARE, "no"),
    "ledger:old-checkpoint": PUBLIC,
    "ledger:consistency": PUBLIC,
    "ledger:entry": PUBLIC,
    "ledger:entry-proof": PUBLIC,
    "ledger:receipt-proof": PUBLIC,
    "ledger:verify-script": PUBLIC,
    # -- trustees' agents: they show a signature, never a session ---------------------------------------------------
    "sealing:upload": Row("409", "no"),
    "sealing:upload-finish": Row(BARE, "no"),
    "sealing:trustee": Row("404", "no"),
    "sealing:trustee-keys": Row(BARE, "no"),
    "sealing:countersign": Row(BARE, "no"),
    "sealing:release": Row(BARE, "no"),
    "sealing:lot": TRADE,
    # The offline tool: one for everybody. No tool has the digest asked for here.
    "sealing:tool": PUBLIC,
    "sealing:tool-named": Row("404", "no"),
    # -- plumbing ---------------------------------------------------------------------------------------------------
    "web:taste": Row(BARE, "ok"),
    "web:csp-report": Row(BARE, "no"),
    "web:favicon": Row("go", "no"),
    "web:health": PUBLIC,
    "web:ready": PUBLIC,
    "web:live": PUBLIC,
    # -- one's own person -------------------------------------------------------------------------------------------
    "accounts:sign-in": Row("go; anonymous: 200", "form"),
    "accounts:sign-out": Row(BARE, "ok"),
    "accounts:sign-up": Row("200", "form"),
    "accounts:desk": Row("200; anonymous: in", "no"),
    "accounts:account": MINE,
    "accounts:password": Row("200; anonymous: in", "form; anonymous: no"),
    "accounts:second-factor": Row("200; anonymous: in", "form; anonymous: no"),
    "accounts:demo": PUBLIC,
    "accounts:demo-sign-in": Row(BARE, "no"),
    "accounts:demo-clock": Row(BARE, "ok"),
    "messages:inbox": MINE,
    "messages:read-all": Row(DEED, "ok; anonymous: no"),
    "messages:read": Row(DEED, "no; bidder: ok"),
    "demo-key": Row(HIDDEN, "no"),
    # -- one's own subject: strangers get the 404 of a subject that is not theirs -----------------------------------
    "credit:register": Row("200; anonymous: in", "form; anonymous: no"),
    "credit:mine": MINE,
    "credit:act-for": Row(DEED, "no"),
    "credit:invitation": Row(HIDDEN, "no"),
    "credit:members": Row(f"{HIDDEN}; bidder: 200", "no; bidder: form"),
    "credit:member-end": Row(DEED, "no"),
    "credit:invitation-revoke": Row(DEED, "no"),
    "credit:keys": Row(f"{HIDDEN}; bidder: 200", "no; bidder: form"),
    "credit:key-revoke": Row(DEED, "no; bidder: ok"),
    "credit:qualifications": Row(f"{HIDDEN}; bidder: 200", "no; bidder: form"),
    "credit:qualification-withdraw": Row(DEED, "no; bidder: ok"),
    # -- the initiator's side ---------------------------------------------------------------------------------------
    "trading:desk": MINE,
    "trading:register": Row("200; anonymous: in", "form; anonymous: no"),
    # One's own plans; the initiator of this life has made none, so the page of one is nobody's.
    "trading:plans": MINE,
    "trading:plan-new": Row("200; anonymous: in", "form; anonymous: no"),
    "trading:plan": Row(HIDDEN, "no"),
    "trading:lot": Row(SIDE_OR_OPERATOR, "no"),
    "trading:recall": Row(DEED, "no; side@scheduled: ok"),
    # A reserve price is a listing's; a tender has none (tests/trading/test_reserve_pages.py asks a listing's).
    "trading:reserve": Row(HIDDEN, "no"),
    "trading:reserve-keys": Row("404; anonymous: 401", "no"),
    "trading:reserve-uploads": Row("405; anonymous: 401", "no"),
    "trading:reserve-send": Row("405; anonymous: 401", "no"),
    "trading:reserve-envelope": Row("404; anonymous: 401", "no"),
    "trading:reserve-unlock": Row("405; anonymous: 401", "no"),
    "trading:reserve-publish": Row(DEED, "no"),
    "trading:wizard": Row(f"{HIDDEN}; side: go; side@draft: 200", "no; side: go; side@draft: form/go"),
    "trading:wizard-review": Row(f"{HIDDEN}; side: go", "no"),
    "trading:wizard-field": Row(DEED, "no; side: go; side@draft: form/go"),
    "trading:wizard-files": Row(DEED, "no; side: go"),
    "trading:wizard-trustees": Row(DEED, "no"),
    # In the draft of this life no trustees are agreed yet (ELE-05). A waiting notice may be submitted again.
    "trading:wizard-submit": Row(DEED, "no; side@scheduled: ok"),
    "trading:file": Row(f"{SIDE_OR_OPERATOR}; side@draft: 404", "no"),
    "trading:notice": Row(f"{SIDE_OR_OPERATOR}; side@draft..scheduled: 404", "no"),
    "trading:enquiries": Row(SIDE_PAGE, "no; side: form"),
    "trading:amend": Row(f"{HIDDEN}; side@bidding..failed: 200", "no; side@bidding..failed: form"),
    "trading:trustees": Row(f"{HIDDEN}; side@bidding: 200", "no; side@bidding: form"),
    "trading:trustees-publish": Row(DEED, "no; side@bidding: form"),
    "trading:challenges": Row(SIDE_PAGE, "no"),
    "trading:challenge-answer": Row(DEED, "no; side@publicity..archived: form"),
    "trading:results": Row(SIDE_OR_OPERATOR, "no"),
    "trading:candidates": Row(DEED, "no; side@reported: ok"),
    # An objection is unanswered in the publicity of this life, so nobody awards (ENG-39).
    "trading:award": Row(f"{HIDDEN}; side: go; side@publicity: 200", "no; side: go; side@publicity: form"),
    "trading:contract": Row(
        f"{HIDDEN}; side@awarded: 200; side@contracted..archived: go",
        "no; side@awarded: form; side@contracted..archived: go",
    ),
    "trading:award-report": Row(DEED, "no; side@awarded..contracted: ok"),
    "trading:refund": Row(DEED, "no; side@contracted: ok"),
    # The file is closed once its papers are made, and here nobody has made them.
    "trading:archive": Row(DEED, "no; side+operator@contracted+failed: form"),
    "trading:archive-download": Row(f"{HIDDEN}; side+operator@archived: 200", "no"),
    "trading:terminate": Row(SIDE_PAGE, "no; side: form"),
    # The page of an act: here the correction of a notice, the side's in every state; other acts have its door.
    "trading:act": Row(SIDE_PAGE, "no; side: form"),
    # Contract and performance: the winner of this life is `bidder`.
    "trading:performance": Row(f"{HIDDEN}; side+operator+bidder@contracted..archived: 200", "no"),
    # -- a bidder's side: own rows only; whose document it is may be read by everybody once the opening has begun ---
    "trading:bids": MINE,
    "trading:bid": Row(f"{HIDDEN}; all@{ANNOUNCED}: 200; anonymous: in", "no"),
    "trading:obtain": Row(DEED, "no; traders@bidding: ok; bidders@opening..failed: go/ok"),
    "trading:bid-document": Row(f"{HIDDEN}; side+bidders@bidding: 200; all@opening..failed: 200; anonymous: in", "no"),
    "trading:ask": Row(DEED, "no"),
    "trading:object-document": Row(DEED, "no"),
    "trading:object-result": Row(DEED, "no"),
    "trading:bid-file": Row(f"{HIDDEN}; all@{ANNOUNCED}: 200; anonymous: in", "no"),
    # For whom a key is registered and as long as bids are taken: all bidders of this life, invited by nobody.
    "trading:bid-ticket": Row(f"{HIDDEN}; stranger+bidders@bidding: 200", "no"),
    "trading:bid-uploads": Row("405; anonymous: 401", "no"),
    "trading:bid-send": Row("405; anonymous: 405/401", "no"),
    "trading:bid-withdraw": Row(f"{HIDDEN}; bidders@bidding: 200", "no; bidders@bidding: ok"),
    # A bond before the deadline; an empty form is a bond nobody can take. The stand-in confirms what is declared only.
    "trading:bond-declare": Row(DEED, "no; traders@bidding..failed: form"),
    "trading:bond-pay": Row(DEED, "no; bidders@bidding: ok"),
    # Whose bonds they are is open with the opening; before it the page is the same whoever has paid (PLT-16).
    "trading:bonds": Row(f"{SIDE_OR_OPERATOR}; supervisor@{ANNOUNCED}: 200", "no"),
    "trading:bond-forfeit": Row(DEED, "no; side@opening..archived: form"),
    # An institution shows its signature, never a session.
    "trading:bond-callback": Row(BARE, "no"),
    "trading:media-callback": Row(BARE, "no"),
    # The receipts are `bidder`'s: to a rival they are filings that never were.
    "trading:receipt": Row(f"{HIDDEN}; bidder@bidding..archived: 200", "no"),
    "trading:receipt-promise": Row(f"{HIDDEN}; bidder@bidding..archived: 200", "no"),
    "trading:receipt-proof": Row(f"{HIDDEN}; bidder@bidding..archived: 200", "no"),
    "trading:receipt-state": Row(f"{HIDDEN}; bidder@bidding..archived: 200", "no"),
    # A letter is its addressee's and its sender's.
    "trading:letter": Row(f"{HIDDEN}; side+bidder@awarded..archived: 200", "no"),
    "trading:letter-pdf": Row(f"{HIDDEN}; side+bidder@archived: 200", "no"),
    # The report without anybody's own points: the side's. (The cover is the operator's too, who keeps the package.)
    "trading:instrument": Row(f"{HIDDEN}; side@reported..archived: 200", "no"),
    "trading:instrument-pdf": Row(f"{HIDDEN}; side@archived: 200", "no"),
    # -- the opening room: anybody may look on ----------------------------------------------------------------------
    # This life has sealed filings and no live auction; of one that has, tests/trading/test_hall.py asks.
    "trading:part": Row(HIDDEN, "no"),
    "trading:sign-up": Row(DEED, "no"),
    "trading:hall": Row("404", "no"),
    "trading:hall-live": Row("404", "no"),
    "trading:hall-panel": Row("404", "no"),
    "trading:hall-offer": Row(DEED, "no"),
    "trading:hall-continue": Row(DEED, "no"),
    "trading:opening": TRADE,
    "trading:opening-live": TRADE,
    "trading:opening-panel": TRADE,
    "trading:opening-envelope": Row("404; anonymous: 401; bidders@opening: 200", "no"),
    "trading:opening-unlock": Row("405; anonymous: 401", "no"),
    "trading:opening-factor": Row(DEED, "no"),
    "trading:opening-disclose": Row(DEED, "no"),
    # Both sides that bind the draw: the initiator's, and the lot's own authority as the witness.
    "trading:factor": Row(f"{HIDDEN}; side+supervisor: 200", "no"),
    "trading:factor-commit": Row(DEED, "no; side+supervisor: form"),
    "trading:opening-remark": Row(DEED, "no"),
    "trading:opening-answer": Row(DEED, "no"),
    # -- the centre's own: its operator's alone ----------------------------------------------------------------------
    "trading:hosted": Row(f"{HIDDEN}; operator: 200", "no"),
    "trading:catalogue": Row(f"{HIDDEN}; operator: 200", "no; operator: form"),
    "trading:venues": Row(f"{HIDDEN}; operator: 200", "no"),
    "trading:venue-open": Row(DEED, "no; operator: form"),
    "trading:venue-close": Row(DEED, "no"),
    "trading:session-book": Row(DEED, "no; operator: form"),
    "trading:session": Row(HIDDEN, "no"),
    "trading:session-move": Row(DEED, "no"),
    "trading:session-free": Row(DEED, "no"),
    "trading:outages": Row(f"{HIDDEN}; operator: 200", "no; operator: form"),
    "trading:outage-end": Row(DEED, "no"),
    # -- committee: formed by the draw officer, named to nobody before the award (D5) -------------------------------
    "trading:committees": Row(f"{HIDDEN}; draw: 200", "no"),
    "trading:evaluation": Row(
        f"{HIDDEN}; side: 200; operator+draw+supervisor@{ANNOUNCED}: 200; member@seated..archived: go", "no"
    ),
    "trading:evaluation-draw": Row(DEED, "no; draw@bidding..opened: ok"),
    "trading:evaluation-form": Row(DEED, "no"),
    "trading:evaluation-start": Row(f"{HIDDEN}; side: go; operator@{ANNOUNCED}: go", "no; side+operator@seated: ok"),
    "trading:evaluation-extend": Row(DEED, "no; side: form"),
    # -- the room: whoever holds a seat, and nobody else (ENG-30) ---------------------------------------------------
    "trading:seats": MINE,
    "trading:evaluation-room": Row(f"{HIDDEN}; member+initiator@seated..archived: 200", "no"),
    "trading:evaluation-document": Row(f"{HIDDEN}; member+initiator@seated..archived: 200", "no"),
    "trading:evaluation-document-file": Row(f"{HIDDEN}; member+initiator@seated..archived: 200", "no"),
    "trading:evaluation-questions": Row(f"{HIDDEN}; member+initiator@evaluating..archived: 200", "no"),
    "trading:evaluation-time": Row(DEED, "no; member+initiator@evaluating: ok"),
    "trading:evaluation-call": Row(DEED, "no"),  # the book of this lot knows no consultation
    "trading:evaluation-sheet": Row(f"{HIDDEN}; member+initiator@evaluating..archived: 200", "no"),
    "trading:evaluation-review": Row(DEED, "no"),
    "trading:evaluation-score": Row(DEED, "no"),
    "trading:evaluation-file": Row(f"{HIDDEN}; member+initiator@evaluating..archived: 200", "no"),
    # Seated but not begun, the room's own people are told to wait.
    "trading:evaluation-report": Row(
        f"{HIDDEN}; member+initiator@seated..archived: 200; agency+supervisor@reported..archived: 200", "no"
    ),
    "trading:evaluation-draft": Row(DEED, "no"),
    "trading:evaluation-sign": Row(DEED, "no; member+initiator@seated..archived: form/no"),
    "trading:evaluation-submit": Row(DEED, "no"),
    "trading:evaluation-reject": Row(DEED, "no"),
    "trading:evaluation-canonical": Row(f"{HIDDEN}; member+initiator+supervisor@reported..archived: 200", "no"),
    "trading:own-questions": Row(f"{HIDDEN}; bidders@bidding..archived: 200", "no"),
    "trading:own-answer": Row(DEED, "no"),
    # -- the draw: officer, initiator's representative, witness; read by supervision --------------------------------
    "experts:desk": MINE,
    "experts:draw-desk": Row(f"{HIDDEN}; draw+oversight+poolsup+side@seated..archived: 200", "no"),
    "experts:commit": Row(DEED, "no"),
    "experts:reveal": Row(DEED, "no"),
    "experts:recover": Row(DEED, "no"),
    "experts:run": Row(DEED, "no"),
    "experts:replace": Row(DEED, "no"),
    "experts:extend": Row(DEED, "no"),
    "experts:apply": Row(MINE.get, "form; anonymous: no"),
    "experts:withdraw": Row(DEED, "no"),
    # Who keeps the pool and who watches over that; never who draws from it (D8).
    "experts:pool": Row(f"{HIDDEN}; maintainer+poolsup: 200", "no"),
    "experts:application": Row(f"{HIDDEN}; maintainer+poolsup: 200", "no"),
    "experts:person": Row(f"{HIDDEN}; maintainer+poolsup: 200", "no"),
    "experts:mine": Row(f"{HIDDEN}; expert+member: 200", "no"),
    "experts:invitation": Row(f"{HIDDEN}; member@seated..archived: 200", "no"),
    # -- supervision reads ------------------------------------------------------------------------------------------
    "supervision:board": Row("403; anonymous: in; oversight: 200", "no"),
    # An order is its own authority's alone, and only to what is announced.
    "supervision:orders": Row(f"{HIDDEN}; supervisor@{ANNOUNCED}: 200", f"no; supervisor@{ANNOUNCED}: form"),
    "supervision:order-lift": Row(DEED, "no"),
    # Qualifications are public; a doubt is a supervisor's remark, whatever authority he acts for.
    "supervision:qualifications": Row("403; anonymous: in; oversight: 200", "no"),
    "supervision:doubt": Row("403; anonymous: in; oversight: 200", "no; supervisor+foreign: form"),
    # The doubt of this life is about another certificate than the one asked for here.
    "supervision:doubt-end": Row(DEED, "no"),
}
