"""Guards from filing to opening. None of those asked before the deadline may depend on a rival (design §7)."""

from platform_site.accounts.refusals import Violation
from platform_site.rules import Value
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts


@guard("ELE-03")
def encrypted(facts: Facts, book: Book) -> Violation | None:
    """An unencrypted bid is refused with a prompt."""
    return None if facts.values.get("encrypted") else book.violation("bid.not_encrypted", "ELE-03")


@guard("ENG-24")
def acceptable(facts: Facts, book: Book) -> Violation | None:
    """Refused: not sealed as the document asks, or an envelope that does not bind to this lot and bidder."""
    return None if facts.values.get("bound", True) else book.violation("envelope.refused", "ENG-24")


@guard("ELE-04")
def arrived_whole(facts: Facts, book: Book) -> Violation | None:
    """An upload that is not complete at the deadline counts as withdrawn."""
    return None if facts.values.get("complete", True) else book.violation("upload.incomplete", "ELE-04")


@guard("GEN-05")
def signed(facts: Facts, book: Book) -> Violation | None:
    """A filing without a reliable signature is refused."""
    return None if facts.values.get("signed") else book.violation("bid.unsigned", "GEN-05")


@guard("ELE-02")
def not_operator(facts: Facts, book: Book) -> Violation | None:
    """The operator of the platform and its affiliates neither bid nor act for bidders here."""
    return book.violation("bidder.operator", "ELE-02") if facts.values.get("is_operator") else None


@guard("ENG-49")
def not_agency(facts: Facts, book: Book) -> Violation | None:
    """The agency of a project does not bid in it, nor does its tenderer."""
    return book.violation("bidder.agency", "ENG-49") if facts.values.get("is_agency_or_initiator") else None


@guard("ENG-49")
def not_agencys_person(facts: Facts, book: Book) -> Violation | None:
    """Nobody who acts for the project's agency files for a bidder: that is bidding for another (代理投标)."""
    return book.violation("bidder.agency_person", "ENG-49") if facts.values.get("agency_person") else None


@guard("ENG-49", effect="warn")
def agency_apart(facts: Facts, book: Book) -> Violation | None:
    """A bidder whose legal representative bears the name of the agency's: told to supervision when the roll is open."""
    names = facts.values.get("agency_related") or ()
    return book.violation("bidders.agency_related", "ENG-49", names=tuple(names)) if names else None


@guard("CRE-07")
def not_banned(facts: Facts, book: Book) -> Violation | None:
    """A subject under a market ban in force on the day does not bid."""
    bans = facts.values.get("bans") or ()
    if not bans:
        return None
    ban = bans[0]
    return book.violation(
        "sanction.banned", "CRE-07", authority=ban["authority"], until=ban["until"], basis=ban["article"]
    )


@guard("ENG-25")
def consortium_agreed(facts: Facts, book: Book) -> Violation | None:
    """A consortium bids where the document allows one, files its agreement, and its members stand in the register.

    Whether a member also bids alone or in another consortium is asked when the opening has started, never before.
    """
    if facts.values.get("consortium") and not facts.values.get("consortium_agreement"):
        return book.violation("fact.missing", "ENG-25", fact="consortium_agreement")
    if facts.values.get("consortium") and not facts.values.get("consortium_allowed", True):
        return book.violation("consortium.not_allowed", "ENG-25")
    if unknown := facts.values.get("unknown_members"):
        return book.violation("consortium.unknown", "ENG-25", codes=tuple(unknown))
    return None


def _fewer(facts: Facts, book: Book, rule: str, number: Value) -> Violation | None:
    """A violation where fewer have filed than the rule's number."""
    need, have = int(number.amount), facts.values.get("bid_count", 0)
    return None if have >= need else book.violation("bids.too_few", rule, have=have, need=need)


def _not_fewer(facts: Facts, book: Book, rule: str, number: Value) -> Violation | None:
    """A violation where as many have filed as the rule asks: then nothing has failed."""
    need, have = int(number.amount), facts.values.get("bid_count", 0)
    return book.violation("bids.enough", rule, have=have, need=need) if have >= need else None


@guard("ENG-26")
def enough_bids(facts: Facts, book: Book) -> Violation | None:
    """Fewer than three bidders at the deadline: nothing is opened."""
    return _fewer(facts, book, "ENG-26", book.rule("ENG-26")["bids"])


@guard("ENG-26")
def too_few_bids(facts: Facts, book: Book) -> Violation | None:
    """The failure act is itself guarded: with enough bids a lot may not be declared failed."""
    return _not_fewer(facts, book, "ENG-26", book.rule("ENG-26")["bids"])


@guard("GP-29")
def enough_suppliers(facts: Facts, book: Book) -> Violation | None:
    """询价, 磋商: at least three responses at the deadline; at least three of them with a final quote."""
    return _fewer(facts, book, "GP-29", book.rule("GP-29")["suppliers"])


@guard("GP-29")
def too_few_suppliers(facts: Facts, book: Book) -> Violation | None:
    """With enough responses, or final quotes, an inquiry or consultation may not be declared failed."""
    return _not_fewer(facts, book, "GP-29", book.rule("GP-29")["suppliers"])


@guard("GP-18")
def enough_tenders(facts: Facts, book: Book) -> Violation | None:
    """公开招标 of a procurement: at least three bidders at the deadline."""
    return _fewer(facts, book, "GP-18", book.rule("GP-18")["suppliers"])


@guard("GP-18")
def too_few_tenders(facts: Facts, book: Book) -> Violation | None:
    """With enough bidders a tender may not be declared failed."""
    return _not_fewer(facts, book, "GP-18", book.rule("GP-18")["suppliers"])


@guard("ENG-22", effect="warn")
def unrelated_bidders(facts: Facts, book: Book) -> Violation | None:
    """Same person in charge, holding or management among the bidders: told to supervision when the roll is open."""
    pairs = facts.values.get("related_pairs") or ()
    return book.violation("bidders.related", "ENG-22", pairs=tuple(pairs)) if pairs else None


@guard("ENG-25", effect="warn")
def members_apart(facts: Facts, book: Book) -> Violation | None:
    """A member of a consortium that also stands in another bid: told to supervision when the roll is open."""
    twice = facts.values.get("members_twice") or ()
    return book.violation("consortium.twice", "ENG-25", names=tuple(twice)) if twice else None


@guard("ELE-06")
def keys_settled(facts: Facts, book: Book) -> Violation | None:
    """Contents appear together, once every bid is open, revoked or withdrawn."""
    waiting = facts.values.get("waiting", 0)
    return book.violation("opening.waiting", "ELE-06", waiting=waiting) if waiting else None


@guard("ENG-31")
def factor_once(facts: Facts, book: Book) -> Violation | None:
    """The factor is drawn where the document says so, once for ever, from nonces as they were committed to."""
    if not facts.values.get("factors"):
        return book.violation("factor.none", "ENG-31")
    if drawn := facts.values.get("drawn"):
        return book.violation("factor.drawn", "ENG-31", drawn=drawn)
    have, need = facts.values.get("have", 0), facts.values.get("need", 0)
    if have < need:
        return book.violation("factor.keys_missing", "ENG-31", have=have, need=need)
    if false := facts.values.get("false"):
        return book.violation("factor.nonce_false", "ENG-31", roles=tuple(false))
    return None


@guard("ENG-31")
def factor_settled(facts: Facts, book: Book) -> Violation | None:
    """Where the document draws its factor, the draw comes before prices are seen, and before anything is evaluated."""
    return book.violation("factor.undrawn", "ENG-31") if facts.values.get("factor_undrawn") else None


def under_floor(facts: Facts, book: Book, rule: str) -> Violation | None:
    """An offer reaches the start price and then each increment; once made it stands."""
    amount, floor = facts.values["amount"], facts.values["floor"]
    if amount >= floor:
        return None
    return book.violation("offer.too_low", rule, {"field": "amount", "value": floor}, amount=amount, floor=floor)


@guard("LND-09")
def offer_high_enough(facts: Facts, book: Book) -> Violation | None:
    """Land: `under_floor`."""
    return under_floor(facts, book, "LND-09")


@guard("MIN-09")
def mining_offer(facts: Facts, book: Book) -> Violation | None:
    """Mining rights: `under_floor`."""
    return under_floor(facts, book, "MIN-09")


@guard("GP-29")
def still_consulting(facts: Facts, book: Book) -> Violation | None:
    """A final quote is of a supplier whose first response the group has: nobody comes in at the end."""
    return None if facts.values.get("consulting") else book.violation("quote.not_in", "GP-29")


@guard("GP-27")
def one_quote(facts: Facts, book: Book) -> Violation | None:
    """询价: one unchangeable price; a replacement before the deadline replaces, it does not add."""
    allowed = int(book.rule("GP-27")["quotes"].amount)
    return (
        None
        if facts.values.get("quotes", 1) <= allowed
        else book.violation("quotes.too_many", "GP-27", allowed=allowed)
    )
