"""评标基准价系数: what binds its draw before the notice, and what was drawn at the opening."""

from typing import Any

from django.db import models

from trading.models.tender import Lot


class FactorDraw(models.Model):
    """The draw of one lot's factor; once for ever. What is drawn from stands in the document and the roll."""

    lot = models.OneToOneField(Lot, on_delete=models.PROTECT, related_name="factor_draw")
    commitments = models.JSONField(default=dict)  # role -> hex
    sealed_nonces = models.JSONField(default=dict)  # role -> experts.nonces, sealed to the lot's own key set
    certificate = models.JSONField(null=True, blank=True)  # trading.kernel.factors.certify
    drawn_at = models.DateTimeField(null=True, blank=True)

    @property
    def drawn(self) -> str:
        """The factor, as the document writes it; "" before the draw."""
        said: dict[str, Any] = self.certificate or {}
        return said.get("drawn", "")
