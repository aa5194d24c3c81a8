"""One row for every published notice, of this platform or of imported history. Written by the projection alone."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from disclosure import folding

# `category/stage/place/imported` of every two or more of a row's facets, "" for the others (disclosure/facets.py).
MARKS = models.Func(
    "category", "stage", "province", "city", "region_code", "imported",
    function="gz_facets", output_field=ArrayField(models.TextField()),
)  # fmt: skip


class GramsField(models.Field):
    """The positional character bigrams of a text: a tsvector, kept by the database itself (`gz_grams`)."""

    def db_type(self, connection: Any) -> str:
        """The column's type."""
        return "tsvector"


@GramsField.register_lookup
class HoldsWords(models.Lookup):
    """`grams__holds=["空调", "采购"]`: every folded word occurs in the text. Answers what LIKE answers, by an index."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The phrase match."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*params, folding.tsquery(self.rhs)]


class ListedNotice(models.Model):
    """A line of the public list. It tells what the notice says and where its lot stands, nothing else.

    Attributes:
        source: "" for this platform, else the system the history came from.
        stage: what a reader looks for, a key of `disclosure.words.STAGES`.
        position: the ledger position at which the notice became public; None for history.
        province, city: the first two and four digits of the region, for lists of a whole province or city.
        closes_what: a key of `listwords.MOMENTS` or "", with `closes_at` None while the clock stands.
        ended: the word for a lot in which nothing is awaited from anybody any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=120, blank=True, default="")
    imported = models.BooleanField(default=False)
    category = models.CharField(max_length=12)
    kind = models.CharField(max_length=40)
    stage = models.CharField(max_length=10)
    title = models.CharField(max_length=500)
    path = models.CharField(max_length=300)
    reference = models.CharField(max_length=120, blank=True, default="")  # of the lot; as printed, for history
    method = models.CharField(max_length=60, blank=True, default="")
    region_code = models.CharField(max_length=6, blank=True, default="")
    region_name = models.CharField(max_length=60, blank=True, default="")
    province = models.CharField(max_length=2, blank=True, default="")
    city = models.CharField(max_length=4, blank=True, default="")
    buyer_name = models.CharField(max_length=300, blank=True, default="")
    agency_name = models.CharField(max_length=300, blank=True, default="")
    winner_names = models.TextField(blank=True, default="")
    amount_cny = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    amount_label = models.CharField(max_length=20, blank=True, default="")
    side = models.CharField(max_length=300, blank=True, default="")
    closes_what = models.CharField(max_length=20, blank=True, default="")
    closes_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=40, blank=True, default="")
    published_at = models.DateTimeField()
    position = models.BigIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, default="")
    # {"url", "confidence", "key"} of imported history.
    origin = models.JSONField(default=dict, blank=True)
    haystack = models.TextField(blank=True, default="")
    grams = models.GeneratedField(
        expression=models.Func(models.F("haystack"), function="gz_grams"), output_field=GramsField(), db_persist=True
    )

    class Meta:
        # Newest first within everything and within each facet: a page is the beginning of an index.
        indexes = [
            models.Index(fields=["published_at", "id"], name="listed_newest"),
            models.Index(fields=["category", "published_at", "id"], name="listed_category"),
            models.Index(fields=["stage", "published_at", "id"], name="listed_stage"),
            models.Index(fields=["province", "published_at", "id"], name="listed_province"),
            models.Index(fields=["city", "published_at", "id"], name="listed_city"),
            models.Index(fields=["region_code", "published_at", "id"], name="listed_region"),
            models.Index(fields=["imported", "published_at", "id"], name="listed_imported"),
            GinIndex(fields=["grams"], name="listed_grams"),
            # Facets together, of which there may be few or none.
            GinIndex(MARKS, name="listed_facets"),
            models.Index(fields=["reference"], name="listed_reference"),
            models.Index(fields=["position"], condition=models.Q(position__isnull=False), name="listed_position"),
        ]

    def __str__(self) -> str:
        return self.title


class ListedRegion(models.Model):
    """A region that some listed notice comes from."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=60)


class Projection(models.Model):
    """How far a projection has read: a position of the record, or the last imported row."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)
