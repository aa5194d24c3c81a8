"""The movable clock's one row."""

from datetime import timedelta

from django.conf import settings
from django.db import models


class ClockOffset(models.Model):
    """How far legal time runs ahead of wall time. One row; production has none."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clock_offset_single_row"),
            models.CheckConstraint(condition=models.Q(offset__gte=timedelta(0)), name="clock_offset_forward_only"),
        ]

    @classmethod
    def current(cls) -> timedelta:
        """The offset in force; zero where no row stands, and always zero in production. One query."""
        if settings.MODE == "production":
            return timedelta(0)
        return next(iter(cls.objects.filter(pk=1).values_list("offset", flat=True)), timedelta(0))
