"""Experts, the pool's daily root, draws and invitations. Every write goes through experts.services."""

from experts.models.draws import Draw, Invitation
from experts.models.people import Expert, PoolRoot

__all__ = ["Draw", "Expert", "Invitation", "PoolRoot"]
