"""What the page may touch: the running simulators, who lives there, and how to tell that something has changed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from adapters.simulation import Choosable, Exchange, Resident, Seen, Simulator
from domain.clock import ShiftedClock

KEPT_SIGHTINGS = 5000
TO_THE_BOT = ("out", "callback", "stream")
"""How the simulators call what goes to the bot; everything else is a call of the platform's API."""

Moved = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Room:
    """A group chat people can switch to. `chat` is its id on the platform."""

    chat: str
    title: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who lives in one messenger. The simulators keep no public list, so whoever seeded them says so here.

    `first` is the person shown when the page opens (else the first resident); `menu` are the bot's menu items there
    (`value` is the key of `press_menu`).
    """

    people: Sequence[Resident]
    rooms: Sequence[Room] = ()
    menu: Sequence[Choosable] = ()
    first: str = ""


@dataclass(slots=True, kw_only=True)
class Stage:
    """Everything a request needs. `acts` counts what people did through the page; `closing` ends open streams."""

    messengers: Mapping[str, Simulator]
    casts: Mapping[str, Cast]
    clock: ShiftedClock
    moved: Moved | None = None
    acts: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    sightings: dict[tuple[str, str, str], datetime] = field(default_factory=dict)

    def messages(self, name: str, person: str, chat: str) -> list[tuple[Seen, datetime]]:
        """What the person sees, each message with the simulated time at which the playground first saw it."""
        shown = self.messengers[name].seen(person, chat if chat != person else None)
        return [(seen, self._sighting((name, person, seen.message_id))) for seen in shown]

    def last_exchanges(self, name: str) -> dict[str, Exchange | None]:
        """The newest callback to the bot and the newest call of the platform's API."""
        wire = self.messengers[name].wire
        return {
            "callback": next((one for one in reversed(wire) if one.direction in TO_THE_BOT), None),
            "call": next((one for one in reversed(wire) if one.direction not in TO_THE_BOT), None),
        }

    def _sighting(self, key: tuple[str, str, str]) -> datetime:
        if key not in self.sightings:
            if len(self.sightings) >= KEPT_SIGHTINGS:
                del self.sightings[next(iter(self.sightings))]
            self.sightings[key] = self.clock.now()
        return self.sightings[key]
