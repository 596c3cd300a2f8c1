"""A messenger whose every answer is written by the test, and a sender over it on a real database and a frozen clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Engine

from adapters.base import Outgoing, Pace, Receipt, Rendered, RenderedKind
from bot.app import workspace_id
from bot.connections import Connection
from bot.envelopes import address
from bot.pace import Pacer
from bot.sender import Sender
from bot.units import Turn, Units
from bot.vault import Vault
from cards.capability import Surface
from domain.clock import ShiftedClock
from domain.command import Conversation, ConversationKind
from domain.delivery import cards as card_rows
from domain.delivery import outbox
from domain.ids import new_id
from tests.reliability.prepared import Tables, read_tables

MAIN = workspace_id("main")
Script = Callable[[Outgoing], Receipt]


@dataclass(slots=True)
class ScriptedAdapter:
    """Does what `script` says for each send, and keeps what arrived."""

    script: Script | None = None
    arrived: list[Outgoing] = field(default_factory=list)
    tried: list[Outgoing] = field(default_factory=list)
    pace: Pace = field(default_factory=lambda: Pace(parallel=4))
    platform: str = "feishu"

    async def send(self, out: Outgoing) -> Receipt:
        self.tried.append(out)
        await asyncio.sleep(0)
        receipt = self.script(out) if self.script is not None else Receipt(message_id=out.dedupe)
        self.arrived.append(out)
        return receipt

    def render_text(self, text: str, _surface: Surface) -> Rendered:
        return Rendered(payload={"text": text}, bytes=len(text), kind=RenderedKind.TEXT)

    @property
    def texts(self) -> list[str]:
        """What arrived, in order."""
        return [str(out.payload["text"]) for out in self.arrived]


@dataclass(slots=True)
class Line:
    """One connection's way out: enqueue, deliver what is due, look."""

    units: Units
    engine: Engine
    clock: ShiftedClock
    adapter: ScriptedAdapter
    sender: Sender

    async def promise(
        self, text: str, *, lane: str = "", card: str | None = None, update: bool = False,
        to: str = "ou_bob", expires_in: timedelta | None = None, plain: str = "plain", version: int | None = None,
    ) -> str:  # fmt: skip
        """Enqueue a message; returns its dedupe key."""
        dedupe = new_id()
        conversation = Conversation(platform="feishu", tenant="t", id=to, kind=ConversationKind.DIRECT)

        def job(turn: Turn) -> None:
            with turn.unit(MAIN) as uow:
                outbox.enqueue(
                    uow,
                    connection="feishu",
                    conversation=address(conversation),
                    dedupe=dedupe,
                    lane=lane or dedupe,
                    kind="UPDATE" if update else "SEND",
                    payload=orjson.dumps({"text": text}).decode(),
                    plain=plain,
                    card_key=card,
                    card_version=version,
                    expires_at=uow.now + expires_in if expires_in is not None else None,
                )
                uow.commit()

        await self.units.run(job)
        return dedupe

    async def put_card(self, key: str) -> None:
        """Note a card that is out there."""

        def job(turn: Turn) -> None:
            with turn.unit(MAIN) as uow:
                card_rows.add(
                    uow, key, kind="k", connection="feishu", conversation="{}", person_id=None, subject="{}"
                )  # fmt: skip
                uow.commit()

        await self.units.run(job)

    async def change_card(self, key: str, version: int, text: str) -> str:
        """A new version of the card and its update, as a handler makes them."""

        def job(turn: Turn) -> None:
            with turn.unit(MAIN) as uow:
                assert card_rows.advance(uow, key, seen=version - 1, verb="v", subject="{}")
                uow.commit()

        await self.units.run(job)
        return await self.promise(text, lane=key, card=key, update=True, version=version)

    async def deliver(self) -> None:
        """Everything that is due now, until nothing is."""
        while await self.sender.deliver_due() or self.sender._flying:
            if self.sender._flying:
                await asyncio.wait(self.sender._flying)

    async def after(self, seconds: float) -> None:
        """Let virtual time pass, then deliver what is due."""
        self.clock.advance(timedelta(seconds=seconds))
        await self.deliver()

    def tables(self) -> Tables:
        return read_tables(self.engine)

    def row(self, dedupe: str) -> Any:
        return next(row for row in self.tables().outbox if row["dedupe"] == dedupe)


def make_sender(
    adapter: ScriptedAdapter, units: Units, clock: ShiftedClock, dispatcher: Any, holder: str = "one"
) -> Sender:
    """A sender of the connection "feishu" through the scripted messenger."""
    connection = Connection("feishu", MAIN, adapter, Vault("secret", "feishu"))  # type: ignore[arg-type]
    return Sender(connection, units, clock, dispatcher, holder, Pacer.unlimited())
