"""Guards on bid bonds: what is declared, what is forfeited. Those before the deadline ask for own facts only."""

from platform_site.accounts.refusals import Violation
from trading.kernel.guards import guard
from trading.kernel.procedure import Book, Facts
from trading.rulebooks.vocabulary import FORFEITS


@guard("ENG-16")
def bond_asked_for(facts: Facts, book: Book) -> Violation | None:
    """No bond where the document asks for none: a deposit without a basis is not taken."""
    return None if facts.values.get("required_cny") else book.violation("bond.not_required", "ENG-16")


@guard("ENG-16")
def bond_form_allowed(facts: Facts, book: Book) -> Violation | None:
    """One of the document's forms; a guarantee is taken whatever the document says."""
    form, allowed = facts.values.get("form"), set(facts.values.get("forms") or ()) | {"guarantee"}
    return None if form in allowed else book.violation("bond.form", "ENG-16", forms=tuple(sorted(allowed)))


@guard("ENG-16")
def from_basic_account(facts: Facts, book: Book) -> Violation | None:
    """Money says beforehand from which basic account it will come; a guarantee says its number."""
    form = facts.values.get("form")
    if form == "guarantee" and not facts.values.get("guarantee_number"):
        return book.violation("fact.missing", "ENG-16", fact="guarantee_number")
    if form in {"transfer", "cheque", "cash"} and not facts.values.get("payer_account"):
        return book.violation("fact.missing", "ENG-16", fact="payer_account")
    return None


@guard("ENG-16")
def one_bond(facts: Facts, book: Book) -> Violation | None:
    """A bidder has one bond that stands for a lot."""
    return book.violation("bond.standing", "ENG-16") if facts.values.get("standing") else None


@guard("ENG-43")
def forfeit_grounded(facts: Facts, book: Book) -> Violation | None:
    """A bond is kept back only on one of the law's grounds, and only where the facts on the record carry it."""
    ground = facts.values.get("ground")
    if ground not in FORFEITS:
        return book.violation("forfeit.ungrounded", "ENG-43", grounds=tuple(words for words, _ in FORFEITS.values()))
    if not facts.values.get("reason"):
        return book.violation("fact.missing", "ENG-43", fact="reason")
    if not facts.values.get("standing"):
        return book.violation("forfeit.nothing", "ENG-43")
    carried = facts.values.get("revoked") if ground == "revoked" else facts.values.get("awarded")
    if not carried:
        return book.violation("forfeit.not_so", "ENG-43", ground=FORFEITS[ground][0])
    return None
