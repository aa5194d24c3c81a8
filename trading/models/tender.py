"""Tender (the registered project) and Lot (what is traded, with its state, money and moments)."""

import pickle
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from platform_site.accounts.actors import Actor
from platform_site.rows import one_or_none
from trading.booked import BookedLot
from trading.kernel import factors


class Tender(models.Model):
    """A registered project: who trades what by which procedure, under which edition of the book."""

    reference = models.CharField(max_length=40, unique=True)  # 统一交易标识码
    title = models.CharField(max_length=200)
    procedure = models.CharField(max_length=40)
    trade_category = models.CharField(max_length=3)  # 交易分类代码, A01 …
    initiator = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, related_name="initiated")
    agency = models.ForeignKey(
        "credit.Subject", on_delete=models.PROTECT, null=True, blank=True, related_name="managed"
    )
    # {"signed_at", "digest", "scope"}: the signed mandate 委托书; empty where the initiator acts itself.
    mandate = models.JSONField(default=dict, blank=True)
    centre = models.ForeignKey("credit.Subject", on_delete=models.PROTECT, null=True, blank=True, related_name="hosted")
    authority = models.ForeignKey(
        "credit.Subject", on_delete=models.PROTECT, null=True, blank=True, related_name="watched"
    )
    region_code = models.CharField(max_length=6)
    region_name = models.CharField(max_length=60, blank=True)
    investment_code = models.CharField(max_length=30, blank=True)  # 投资项目统一代码
    funding = models.CharField(max_length=200, blank=True)
    # {"number", "authority", "date"}: the approval 审批核准备案.
    approval = models.JSONField(default=dict, blank=True)
    funds_secured = models.BooleanField(default=False)
    state_controlled = models.BooleanField(default=True)
    mandatory = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, default="works")  # a key of vocabulary.KINDS
    # 一套招标文件: all its lots stand in one document and one notice, and what changes it changes it for all.
    shared_document = models.BooleanField(default=False)
    book_edition = models.DateField()
    # The row of the trade catalogue in force at the registration, as it stood; {} where none covered the project.
    catalogue = models.JSONField(default=dict, blank=True)
    registered_at = models.DateTimeField()
    # 招标计划: the plan this project follows.
    plan = models.ForeignKey(
        "trading.TenderPlan", on_delete=models.PROTECT, null=True, blank=True, related_name="tenders"
    )
    # Where the draft came from when it was read out of a notice: {"file", "record", "facts", "missing", "breaches"}.
    source = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def ledger_ref(self) -> str:
        """How the ledger names this tender."""
        return f"tender:{self.reference}"

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """initiator, agency: by the subject acted for."""
        if not actor.subject_code:
            return frozenset()
        held = set()
        if actor.subject_code == self.initiator.code:
            held.add("initiator")
        if self.agency and actor.subject_code == self.agency.code and self.mandate:
            held.add("agency")
        return frozenset(held)


class LotQuerySet(models.QuerySet):
    """Lots, as the sentences of selectors."""

    def visible_to(self, viewer: Actor) -> "LotQuerySet":
        """Announced lots for everybody; drafts for the initiator and its agency only."""
        own = Q(tender__initiator__code=viewer.subject_code) | Q(tender__agency__code=viewer.subject_code)
        announced = ~Q(state__in=("registered", "scheduled"))
        return self.filter(announced | own) if viewer.subject_code else self.filter(announced)

    def due(self, now: datetime) -> "LotQuerySet":
        """Lots whose next moment has come, oldest first."""
        return self.filter(next_check__lte=now).order_by("next_check", "pk")


AWARDED = ("awarded", "contracted", "settled", "archived")


class Lot(BookedLot, models.Model):
    """标段: state, money, place and moments of what is traded."""

    tender = models.ForeignKey(Tender, on_delete=models.PROTECT, related_name="lots")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, default="registered")
    scope = models.TextField(blank=True)
    qualification = models.TextField(blank=True)
    period_text = models.CharField(max_length=60, blank=True)  # 工期, as printed: 730 日历天
    period_days = models.PositiveIntegerField(null=True, blank=True)
    estimate_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    ceiling_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    # What the document says beyond the columns: bond_cny, bond_forms, validity_days, method, criteria, price_formula …
    # Money as strings. trading.services.terms reads and checks it.
    terms = models.JSONField(default=dict, blank=True)
    # name -> RFC 3339 UTC. Read through `recorded`, written through `record`.
    moments = models.JSONField(default=dict, blank=True)
    next_check = models.DateTimeField(null=True, blank=True, db_index=True)
    key_set_hash = models.CharField(max_length=64, blank=True)
    # 重新招标: the failed lot this one tenders anew.
    retenders = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="retendered_by"
    )

    objects = LotQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tender", "number"], name="lot_number_once")]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def columns(self) -> dict[str, bytes]:
        """What each column would hold, to be compared with itself later: what is changed inside a term shows too."""
        return {field.name: pickle.dumps(getattr(self, field.attname)) for field in self._meta.concrete_fields}

    def record(self, name: str, at: datetime) -> None:
        """Note the moment `name`; the caller saves."""
        self.moments = {**self.moments, name: at.astimezone(UTC).isoformat()}

    @property
    def drawn_factor(self) -> str:
        """The factor drawn at the opening; "" before the draw, and where the document draws none. At most one query."""
        draw = getattr(self, "factor_draw", None) if factors.factors_of(self.terms) else None
        return draw.drawn if draw else ""

    @property
    def scored_terms(self) -> Mapping[str, Any]:
        """The terms prices are scored by: the document's, with the factor drawn at the opening. At most one query."""
        drawn = self.drawn_factor
        return factors.with_factor(self.terms, drawn) if drawn else self.terms

    @property
    def standing_award(self) -> Any:
        """The award that stands, with its bid and subject; None without one. One query."""
        return self.awards.filter(state="standing").select_related("bid__subject", "subject").first()

    def sign_up_of(self, code: str) -> Any:
        """The subject's sign-up, None without one. One query; none once it was found: a sign-up never goes away."""
        known = self.__dict__.setdefault("_sign_ups", {})
        if code not in known and (found := one_or_none(self.sign_ups.filter(subject__code=code))):
            known[code] = found
        return known.get(code)

    def party_roles(self, actor: Actor) -> frozenset[str]:
        """initiator and agency by the tender; holder, bidder, winner, partner (of the winning consortium), committee by
        the lot's own rows."""
        return self.tender.party_roles(actor) | {role for role, holds in self._own_roles(actor) if holds()}

    def holds_any(self, actor: Actor, wanted: Set[str]) -> bool:
        """Whether one of the roles is the actor's. Only rows that could tell are asked."""
        own = (holds() for role, holds in self._own_roles(actor) if role in wanted)
        return bool(self.tender.party_roles(actor) & wanted) or any(own)

    def _own_roles(self, actor: Actor) -> Iterator[tuple[str, Callable[[], bool]]]:
        """Every role the lot's rows may give the actor, with the question that tells; one query each."""
        code = actor.subject_code
        # Where a book knows no documents, no filings, nobody holds or files any: an offer in a live round is hurried.
        sealed = "file_bid" in self.procedure.transitions
        if code and sealed:
            yield "holder", lambda: self.obtained.filter(subject__code=code).exists()
            yield "bidder", lambda: self.bids.filter(subject__code=code).exclude(state="withdrawn").exists()
        if code:
            yield "bidder", lambda: self.sign_up_of(code) is not None
        if code and self.state in AWARDED:
            standing = self.awards.filter(state="standing")
            yield "winner", lambda: standing.filter(subject__code=code).exists()
            partner = {"bid__envelope__header__consortium__members__contains": [code]}
            yield "partner", lambda: standing.filter(**partner).exists()
        if sealed and actor.user_id:
            yield "committee", lambda: self._seats(actor)

    def _seats(self, actor: Actor) -> bool:
        """Whether the person sits in the committee and has not been replaced. Names are sealed: yes or no only."""
        seated = Q(committee__members__user__public_id=actor.user_id, committee__members__left_at__isnull=True)
        return Lot.objects.filter(seated, pk=self.pk).exists()
