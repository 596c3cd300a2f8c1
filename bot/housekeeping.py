"""The clock's own work: APScheduler ticks, each job runs once per period whatever the number of replicas.

A job only selects and writes in one transaction together with its `JobRun` row: the loser's insert does nothing, a
crash leaves no mark that would block the next try (design (f), "Scheduler").
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Row, bindparam, delete, func, select, update

from bot.observe import OLDEST, PENDING
from bot.settings import Configuration
from bot.timers import Chores
from bot.units import DatabaseGone, Turn, Units
from domain.clock import Clock
from domain.columns import table_of
from domain.delivery.leases import first_run
from domain.delivery.model import CardRow, InboxRow, JobRun, OutboxRow, PendingAnswer
from domain.people.model import BindCode, BindTry
from domain.periods import in_zone, local_date
from domain.rewards.counter_model import PickupCode, PickupTry

log = logging.getLogger("bida.jobs")

INBOX, OUTBOX, CARD = table_of(InboxRow), table_of(OutboxRow), table_of(CardRow)

KEEP_INBOX = timedelta(days=7)
REDACT_AFTER = timedelta(days=1)
KEEP_PAYLOAD = timedelta(days=7)
KEEP_CARDS = timedelta(days=90)

_REDACT = (
    update(INBOX)
    .where(INBOX.c.state != "RECEIVED", ~INBOX.c.redacted, INBOX.c.received_at < bindparam("before"))
    .values(command="{}", answer=None, redacted=True)
)
_FORGET = delete(INBOX).where(INBOX.c.state != "RECEIVED", INBOX.c.received_at < bindparam("before"))
_EMPTY = (
    update(OUTBOX)
    .where(OUTBOX.c.state == "SENT", OUTBOX.c.created_at < bindparam("before"), OUTBOX.c.payload != "")
    .values(payload="", plain="", reply_handle=None)
)
_DROP_MESSAGES = delete(OUTBOX).where(OUTBOX.c.state != "PENDING", OUTBOX.c.created_at < bindparam("before"))
_DROP_CODES = delete(table_of(BindCode)).where(table_of(BindCode).c.expires_at < bindparam("before"))
_DROP_CARDS = delete(CARD).where(CARD.c.created_at < bindparam("before"))
_DROP_QUESTIONS = delete(table_of(PendingAnswer)).where(table_of(PendingAnswer).c.expires_at < bindparam("before"))
_DROP_TRIES = delete(table_of(BindTry)).where(table_of(BindTry).c.at < bindparam("before"))
_DROP_PICKUP_TRIES = delete(table_of(PickupTry)).where(table_of(PickupTry).c.at < bindparam("before"))
_DROP_PICKUP_CODES = delete(table_of(PickupCode)).where(table_of(PickupCode).c.ended_at < bindparam("before"))
_DROP_RUNS = delete(table_of(JobRun)).where(table_of(JobRun).c.ran_at < bindparam("before"))
_WAITING = (
    select(OUTBOX.c.connection, func.count().label("waiting"), func.min(OUTBOX.c.created_at).label("oldest"))
    .where(OUTBOX.c.state == "PENDING")
    .group_by(OUTBOX.c.connection)
)


def keep_house(turn: Turn, now: datetime) -> None:
    """Retention (design (f), "Privacy"): commands are reduced to nothing a day after they are done, payloads a week
    after they were sent, keys are kept seven days, cards ninety."""
    day = timedelta(days=1)
    for statement, before in (
        (_REDACT, now - REDACT_AFTER), (_FORGET, now - KEEP_INBOX), (_EMPTY, now - KEEP_PAYLOAD),
        (_DROP_CARDS, now - KEEP_CARDS), (_DROP_MESSAGES, now - KEEP_CARDS), (_DROP_RUNS, now - KEEP_CARDS),
        (_DROP_CODES, now - day), (_DROP_QUESTIONS, now - day), (_DROP_TRIES, now - day),
        (_DROP_PICKUP_TRIES, now - day), (_DROP_PICKUP_CODES, now - KEEP_CARDS),
    ):  # fmt: skip
        turn.connection.execute(statement, {"before": before})


@dataclass(frozen=True, slots=True)
class DailyJob:
    """Runs once per local day, from `hour`:`minute` in the installation's zone; a missed tick is made up for."""

    name: str
    hour: int
    minute: int
    work: Callable[[Turn, datetime], None]


JOBS = (DailyJob("housekeeping", 3, 40, keep_house),)


def run_once(turn: Turn, job: DailyJob, period: str, now: datetime) -> bool:
    """Run a job for a period unless it has run already, in one transaction."""
    with turn.over_all() as uow:
        if not first_run(uow, job.name, period):
            return False
        job.work(turn, now)
        uow.commit()
    return True


def _waiting(turn: Turn) -> Sequence[Row[Any]]:
    with turn.over_all():
        return turn.connection.execute(_WAITING).all()


class Scheduler:
    """Ticks. The same jobs on every replica; the database decides who runs."""

    def __init__(self, units: Units, clock: Clock, configuration: Configuration, chores: Chores) -> None:
        self._units = units
        self._chores = chores
        self._clock = clock
        self._zone = configuration.settings.timezone
        self._connections = {one.name for company in configuration.companies for one in company.connections}
        self._ticks: Any = None

    def start(self) -> None:
        self._ticks = AsyncIOScheduler(timezone=self._zone, job_defaults={"coalesce": True, "max_instances": 1})
        self._ticks.add_job(self.tick, "interval", seconds=60, id="tick")
        self._ticks.add_job(self.measure, "interval", seconds=15, id="measure")
        self._ticks.start()

    def stop(self) -> None:
        if self._ticks is not None:
            self._ticks.shutdown(wait=False)
            self._ticks = None

    async def tick(self) -> None:
        """Run what is due today and has not run; a late start makes up for the day's missed tick."""
        now = self._clock.now()
        today = local_date(now, self._zone).isoformat()
        for job in JOBS:
            if self._is_due(job, now):
                await self._run(job, today, now)
        await self._chores.tick()

    async def _run(self, job: DailyJob, period: str, now: datetime) -> None:
        try:
            ran = await self._units.run(lambda turn: run_once(turn, job, period, now))
        except DatabaseGone:
            log.warning("job_postponed", extra={"job": job.name})
            return
        if ran:
            log.info("job_ran", extra={"job": job.name, "period": period})

    async def measure(self) -> None:
        """What waits in the outbox, for the metrics."""
        try:
            rows = await self._units.run(_waiting)
        except DatabaseGone:
            return
        now = self._clock.now()
        waiting = {row.connection for row in rows}
        for name in self._connections - waiting:
            PENDING.labels(name).set(0)
            OLDEST.labels(name).set(0)
        for row in rows:
            PENDING.labels(row.connection).set(row.waiting)
            OLDEST.labels(row.connection).set(max(0.0, (now - row.oldest).total_seconds()))

    def _is_due(self, job: DailyJob, now: datetime) -> bool:
        local = in_zone(now, self._zone)
        return (local.hour, local.minute) >= (job.hour, job.minute)
