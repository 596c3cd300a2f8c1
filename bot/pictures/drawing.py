"""From an order to a PNG. Loads the drawing library, so only the drawing process imports this."""

from bot.pictures.ecard import draw_ecard
from bot.pictures.items import draw_item
from bot.pictures.pen import png
from cards.picture import ITEMS, Item, load


def draw(order: str) -> bytes:
    """The PNG of a catalogue picture's name, or of an e-card as JSON. Raises `NotAPicture` for anything else."""
    return png(draw_item(Item(order)) if order in ITEMS else draw_ecard(load(order)))
