"""Which pictures a surface shows, and what becomes of the others: their words where they have any, else nothing."""

from collections.abc import Sequence

from cards.capability import Capabilities
from cards.model import Action, Block, Button, Input, Picture
from cards.picture import ITEMS


def room_for_pictures(inputs: Sequence[object | Input], actions: Sequence[Action], caps: Capabilities) -> int:
    """Pictures a card may show; some surfaces have room for one only where there is nothing to press."""
    if caps.still_pictures is not None and not inputs and not any(isinstance(one, Button) for one in actions):
        return caps.still_pictures
    return caps.pictures


def shown_pictures(blocks: Sequence[Block], room: int) -> set[int]:
    """The places of the pictures that are shown: the first ones that exist."""
    exist = [place for place, block in enumerate(blocks) if isinstance(block, Picture) and block.name in ITEMS]
    return set(exist[:room])
