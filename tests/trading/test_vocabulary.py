"""A form offers exactly the words the book knows, and whatever is read out of a notice fits the form."""

import pytest
from django.http import QueryDict

from trading.draftforms import layout_of
from trading.forms import RegisterForm
from trading.intake import bonds, terms
from trading.rulebooks import PROCEDURES
from trading.rulebooks.guards.document import DESIGN
from trading.rulebooks.vocabulary import BOND_FORMS, DEPOSITS, KINDS

OPEN = PROCEDURES["engineering.open"]
ProjectStep, TimesStep = (layout_of(OPEN.draft).step(slug).form for slug in ("project", "times"))
READ_KINDS = {*dict(terms._KINDS), *dict(terms._SCOPE_KINDS), *terms._FORM_KINDS.values()}
READ_FORMS = {name for name, _ in bonds.FORMS}


@pytest.mark.django_db
def test_the_forms_offer_every_kind_of_the_book_and_no_other():
    for form in (ProjectStep(), RegisterForm(kind_of_trade=OPEN)):
        assert dict(form.fields["kind"].choices) == KINDS


def test_the_wizard_offers_every_bond_form_and_deposit_of_the_book_and_no_other():
    fields = TimesStep().fields

    assert dict(fields["bond_forms"].choices) == BOND_FORMS
    assert dict(fields["deposits"].choices) == DEPOSITS


def test_every_word_a_notice_is_read_into_can_be_chosen():
    assert KINDS.keys() == READ_KINDS
    assert BOND_FORMS.keys() == READ_FORMS


def test_the_kinds_with_a_cap_of_their_own_are_kinds():
    assert KINDS.keys() > DESIGN


def test_cash_and_a_commitment_survive_the_wizard():
    form = TimesStep(QueryDict("bond_forms=guarantee&bond_forms=cash&bond_forms=commitment"))

    assert form.is_valid()
    assert form.cleaned_data["bond_forms"] == ["guarantee", "cash", "commitment"]


def test_a_form_the_book_does_not_know_is_refused():
    assert "bond_forms" in TimesStep(QueryDict("bond_forms=gold")).errors
