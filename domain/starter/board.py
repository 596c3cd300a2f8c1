"""HR's view of all kits: how far people are, and who has not moved on (R-ADO-05)."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import and_, select

from domain.calendar import WorkCalendar
from domain.periods import local_date
from domain.starter.messages import Board, Step, Stuck
from domain.starter.service import KIT, PERSON, STEP, goals_published
from domain.unit_of_work import UnitOfWork

PATIENCE = 2
"""So many workdays at one step are nothing to worry about."""

_PEOPLE = (
    select(KIT.c.person_id, KIT.c.opened_at, PERSON.c.name)
    .select_from(KIT.join(PERSON, and_(PERSON.c.workspace_id == KIT.c.workspace_id, PERSON.c.id == KIT.c.person_id)))
    .where(PERSON.c.active)
    .order_by(KIT.c.opened_at, KIT.c.person_id)
)
_STEPS = select(STEP.c.person_id, STEP.c.step, STEP.c.amount, STEP.c.done_at, STEP.c.paid_at)


def board(uow: UnitOfWork, calendar: WorkCalendar, zone: str) -> Board:
    """Everybody who has a kit and still works here; `stuck` with the longest wait first."""
    done: dict[str, dict[Step, datetime]] = defaultdict(dict)
    owed = 0
    for row in uow.all(_STEPS):
        done[row.person_id][Step(row.step)] = row.done_at
        owed += row.amount if row.paid_at is None else 0
    counts = [0, 0, 0, 0]
    stuck: list[tuple[datetime, Stuck]] = []
    for row in uow.all(_PEOPLE):
        steps = done.get(row.person_id, {})
        counts[len(steps)] += 1
        following = next((step for step in Step if step not in steps), None)
        since = max([row.opened_at, *steps.values()])
        if following is not None and calendar.add_workdays(since, PATIENCE, zone) < uow.now:
            day = local_date(since, zone)
            stuck.append((since, Stuck(person_id=row.person_id, name=row.name, step=following, since=day)))
    stuck.sort(key=lambda pair: pair[0])
    return Board(
        counts=(counts[0], counts[1], counts[2], counts[3]), stuck=tuple(one for _, one in stuck), owed=owed,
        goals_published=goals_published(uow),
    )  # fmt: skip
