"""Our own clock: what is to happen later comes back as an event through the inbox, exactly once, like any command.

A timer is an inbox row whose lease runs out when its time has come; a daily chore is one that the scheduler writes once
per company and day. Their handlers are ordinary event handlers; nobody is the actor, and `ctx.person` is the company.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from bot.connections import Connection
from bot.context import Ctx
from bot.envelopes import inbox_values
from bot.handling import Desk
from bot.router import Chore
from bot.units import DatabaseGone, Turn, Units
from domain.clock import Clock
from domain.command import Actor, Command, Conversation, ConversationKind, Kind
from domain.delivery import inbox
from domain.ids import new_id
from domain.periods import in_zone

log = logging.getLogger("bida.jobs")


def later(ctx: Ctx, event: str, at: datetime, *, key: str, **params: str) -> None:
    """Send ourselves `event` ("clock.…") at `at`, once per `key`, whatever happens in between. The handler finds
    `params` in the command and decides by the state it then finds: a timer is a claim, never authority."""
    command = _event(ctx.connection, event, at, key, params)
    inbox.put(ctx.uow, inbox_values(command, ctx.connection, at))


def _event(connection: Connection, name: str, at: datetime, key: str, params: Mapping[str, str]) -> Command:
    adapter = connection.adapter
    return Command(
        id=new_id(),
        key=f"{name}:{key}",
        platform=adapter.platform,
        app_id="clock",
        kind=Kind.EVENT,
        name=name,
        params=dict(params),
        actor=Actor(platform=adapter.platform, tenant="", user_id=""),  # with `app_id`: one name space per company
        conversation=Conversation(
            platform=adapter.platform, tenant=adapter.tenant, id="", kind=ConversationKind.DIRECT
        ),
        sent_at=at,
        received_at=at,
    )  # fmt: skip


@dataclass(slots=True)
class Chores:
    """Writes each company's daily chores into its inbox once their time has come; a late start makes up for the day's
    missed ones. Any number of replicas may try: the inbox key decides."""

    units: Units
    clock: Clock
    desk: Desk
    zones: Sequence[tuple[str, str]]
    """Workspace id and IANA zone of every company."""
    _written: set[tuple[str, str, str]] = field(default_factory=set)

    async def tick(self) -> int:
        """Write what is due and not written yet; returns how many chores that were."""
        now = self.clock.now()
        written = 0
        for workspace_id, zone in self.zones:
            connection = next((one for one in self.desk.connections if one.workspace_id == workspace_id), None)
            if connection is None:
                continue
            local = in_zone(now, zone)
            for chore in self.desk.router.daily.values():
                mark = (workspace_id, chore.name, local.date().isoformat())
                if mark in self._written or (local.hour, local.minute) < (chore.hour, chore.minute):
                    continue
                try:
                    await self.units.run(partial(_write, connection=connection, chore=chore, day=mark[2], now=now))
                except DatabaseGone:
                    log.warning("chore_postponed", extra={"job": chore.name})
                    continue
                self._written = {one for one in self._written if one[2] >= mark[2]} | {mark}
                written += 1
        return written


def _write(turn: Turn, *, connection: Connection, chore: Chore, day: str, now: datetime) -> None:
    command = _event(connection, chore.name, now, day, {"day": day})
    with turn.unit(connection.workspace_id, command.id) as uow:
        inbox.put(uow, inbox_values(command, connection, now))
        uow.commit()
