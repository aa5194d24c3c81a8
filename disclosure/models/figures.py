"""Sums of deals by month and place, and what their last comparison with the rows found. Written by the worker alone."""

from django.db import models

PLACES = ("category", "region_code", "centre_code", "authority_code")


class DealCell(models.Model):
    """The deals of one month of China's calendar, one category, region, centre and authority, added up.

    Every public figure is a sum of cells, every cell the sum of its rows of `ListedLot`.

    Attributes:
        bought, sold: how many deals saved_cny and gained_cny rest on; saved_base_cny, gained_base_cny: yuan they are
            measured by.
    """

    month = models.DateField()  # its first day
    category = models.CharField(max_length=12)
    region_code = models.CharField(max_length=6, blank=True, default="")
    centre_code = models.CharField(max_length=18, blank=True, default="")
    authority_code = models.CharField(max_length=18, blank=True, default="")
    count = models.PositiveIntegerField()
    bought = models.PositiveIntegerField()
    sold = models.PositiveIntegerField()
    amount_cny = models.DecimalField(max_digits=20, decimal_places=2)
    saved_cny = models.DecimalField(max_digits=20, decimal_places=2)
    gained_cny = models.DecimalField(max_digits=20, decimal_places=2)
    saved_base_cny = models.DecimalField(max_digits=20, decimal_places=2)
    gained_base_cny = models.DecimalField(max_digits=20, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", *PLACES], name="deal_cell_once")]

    def __str__(self) -> str:
        return f"{self.month} {self.category} {self.region_code}"


class FigureCheck(models.Model):
    """The last comparison of every figure with its rows and of every row with the record; one row.

    Attributes:
        differences: what did not agree, in words; [] where all did.
    """

    at = models.DateTimeField()
    cells = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    differences = models.JSONField(default=list, blank=True)
