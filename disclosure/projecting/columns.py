"""What is written when a row is projected again."""

from django.db import models


def columns(model: type[models.Model]) -> list[str]:
    """Every column but the key and what the database makes by itself."""
    return [f.attname for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
