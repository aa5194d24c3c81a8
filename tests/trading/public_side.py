"""The public pages follow the record a second or two behind an act; here they follow at once."""

from disclosure.projecting import lots
from trading.models import Lot


def followed() -> None:
    """The public page of every announced lot says what is public of it now. Lists want a numbered record besides."""
    for lot in Lot.objects.select_related("tender"):
        lots.project(lot.reference, upto=0)
