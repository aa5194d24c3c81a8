"""Experts, how they came into the pool, its daily root, draws and invitations. Every write goes through
experts.services."""

from experts.models.applications import Application
from experts.models.classification import Specialty
from experts.models.draws import Draw, Invitation
from experts.models.people import Expert, PoolRoot

__all__ = ["Application", "Draw", "Expert", "Invitation", "PoolRoot", "Specialty"]
