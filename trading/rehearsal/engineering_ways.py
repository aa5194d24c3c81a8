"""Every way a public engineering tender can go: the happy one and its neighbours, each in the module of its kind."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from trading.rehearsal import (
    engineering_consortium,
    engineering_factor,
    engineering_failed,
    engineering_interrupted,
    engineering_lots,
    engineering_lowest,
    engineering_open,
    engineering_outage,
    engineering_overturned,
    engineering_performed,
    engineering_prepared,
    engineering_replaced,
)
from trading.rehearsal.people import Cast
from trading.rehearsal.stage import Script, Stage

MODULES: tuple[ModuleType, ...] = (
    engineering_open,
    engineering_interrupted,
    engineering_failed,
    engineering_overturned,
    engineering_performed,
    engineering_prepared,
    engineering_replaced,
    engineering_outage,
    engineering_consortium,
    engineering_lowest,
    engineering_factor,
    engineering_lots,
)
BY_VARIANT = {variant: module for module in MODULES for variant in module.VARIANTS}
VARIANTS: dict[str, str] = {variant: text for module in MODULES for variant, text in module.VARIANTS.items()}


def script(stage: Stage, cast: Cast, variant: str = "happy", *, draft: Mapping[str, Any] | None = None) -> Script:
    """The variant's whole life, from registration to archive.

    Raises:
        KeyError: no such variant.
    """
    return BY_VARIANT[variant].script(stage, cast, variant, draft=draft)
