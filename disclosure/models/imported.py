"""Notices of other systems, taken in as history: never on our ledger, never a lot of ours."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

# How far a value can be relied on, the weakest last.
CONFIDENCE = {
    "stated": "原文载明",
    "relayed": "转载方载明",
    "derived": "由原文推定",
    "doubtful": "存疑，照录",
}
PARTY_ROLES = {
    "buyer": "招标人、采购人、出让人",
    "agency": "代理机构",
    "candidate": "候选人",
    "winner": "中标人、成交人",
}


class ImportRun(models.Model):
    """One file taken in once. `finished_at` stays empty where the process died on the way."""

    file = models.CharField(max_length=255)
    source = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    started_at = models.DateTimeField()  # wall time
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rows=models.F("accepted") + models.F("rejected") + models.F("unchanged")),
                name="import_counts_add_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}: {self.rows}"


class ImportedNoticeQuerySet(models.QuerySet["ImportedNotice"]):
    """Imported notices in the words of lists."""

    def current(self) -> "ImportedNoticeQuerySet":
        """The newest version of each row."""
        return self.filter(current=True)

    def listed(self) -> "ImportedNoticeQuerySet":
        """One row for each notice of the other system: the fullest of those that tell of it."""
        return self.filter(current=True, shown=True)


class ImportedNotice(models.Model):
    """One version of one row of another system's notices.

    Attributes:
        key: source and the row's id there; a changed row is a new version under the same key.
        origin: the notice itself; a list line and a full text of the same notice share it.
        kind: plan | prequalification | tender | amendment | clarification | candidates | award | contract |
            acceptance | failure | termination | other.
        category: engineering | procurement | land | mining | equity | other.
        budget_cny, amount_cny: yuan with fen; None where not stated, stated as nothing, or stated as a rate.
        published_at: midnight in China where the source gives a day only (`hour_stated` false).
        fields: by name of the field: where it was read ("from"), the words, the confidence, a note.
        flags: what a reader must be told, as codes of `disclosure.imports.FLAGS`.
        confidence: the weakest among date, parties and money, as far as they are filled.
        raw: the row as it came, its long text left out (that is `body`).
    """

    key = models.CharField(max_length=120)
    version = models.PositiveSmallIntegerField(default=1)
    current = models.BooleanField(default=True)
    origin = models.CharField(max_length=120)
    richness = models.PositiveSmallIntegerField(default=0)
    shown = models.BooleanField(default=True)
    digest = models.CharField(max_length=64)
    source = models.CharField(max_length=40)
    platform = models.CharField(max_length=120, blank=True, default="")
    title = models.CharField(max_length=300)
    kind = models.CharField(max_length=20)
    category = models.CharField(max_length=12)
    region_code = models.CharField(max_length=6, blank=True, default="")
    region_name = models.CharField(max_length=60, blank=True, default="")
    buyer_name = models.CharField(max_length=200, blank=True, default="")
    agency_name = models.CharField(max_length=200, blank=True, default="")
    winner_names = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    budget_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    published_on = models.DateField()
    published_at = models.DateTimeField()
    hour_stated = models.BooleanField(default=False)
    reference = models.CharField(max_length=120, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    body = models.TextField(blank=True, default="")
    fields = models.JSONField(default=dict)
    flags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    confidence = models.CharField(max_length=10, choices=list(CONFIDENCE.items()))
    raw = models.JSONField(default=dict)
    run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="accepted_rows")
    row_number = models.PositiveIntegerField()
    # The last run that met this row, so that one file cannot say two things under one id.
    seen = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    objects = ImportedNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="imported_version_once"),
            models.UniqueConstraint(fields=["key"], condition=Q(current=True), name="imported_one_current"),
            models.UniqueConstraint(
                fields=["origin"], condition=Q(current=True, shown=True), name="imported_one_shown"
            ),
            models.CheckConstraint(condition=Q(budget_cny__isnull=True) | Q(budget_cny__gte=0), name="imported_budget"),
            models.CheckConstraint(condition=Q(amount_cny__isnull=True) | Q(amount_cny__gte=0), name="imported_amount"),
        ]
        indexes = [
            models.Index(fields=["origin"], condition=Q(current=True), name="imported_by_origin"),
            models.Index(fields=["published_at", "id"], condition=Q(current=True, shown=True), name="imported_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class ImportedParty(models.Model):
    """Who took part according to the notice; tied to a subject of ours where name or code is one's exactly.

    Attributes:
        code: the unified social credit code as printed, "" where none is; kept also where it fails its check digits.
        code_flaw: what is wrong with the code.
        amount_cny: what the party offered or won, where the notice says so.
    """

    notice = models.ForeignKey(ImportedNotice, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=10, choices=list(PARTY_ROLES.items()))
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=40, blank=True, default="")
    code_flaw = models.CharField(max_length=200, blank=True, default="")
    amount_cny = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    subject = models.ForeignKey("credit.Subject", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "role", "position"], name="imported_party_place"),
        ]
        indexes = [models.Index(fields=["subject", "role"], name="imported_party_by_subject")]

    def __str__(self) -> str:
        return self.name


class RejectedRow(models.Model):
    """A row that was not taken in, with why and what it said. Not for the public: it may hold anything.

    Attributes:
        reason: a code of `disclosure.imports.REASONS`; `why` says it with the row's own values.
        raw: the row's text, at most 64 KiB of it; NUL stands as ␀.
        raw_bytes, digest: length and SHA-256 of the whole row, so that what was cut off can still be recognised.
    """

    source = models.CharField(max_length=40)
    file = models.CharField(max_length=255)
    row_number = models.PositiveIntegerField()
    record_id = models.CharField(max_length=120, blank=True, default="")
    reason = models.CharField(max_length=40)
    why = models.CharField(max_length=500)
    raw = models.TextField()
    raw_bytes = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    first_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="rejected_rows")
    last_run = models.ForeignKey(ImportRun, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "row_number", "digest", "reason"], name="rejected_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row_number} {self.reason}"
