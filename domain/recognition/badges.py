"""Badges: the values' own, given by peers, and those earned by doing (R-BDG-01, R-BDG-02)."""

from dataclasses import dataclass
from datetime import time

from sqlalchemy import Insert, Select, bindparam, exists, func, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.calendar import WorkCalendar
from domain.columns import table_of
from domain.goals.model import CheckIn
from domain.goals.service import streak
from domain.goals.sheet import Moment
from domain.ids import new_id
from domain.people.model import Person
from domain.periods import instant_at
from domain.recognition.messages import BadgeEarned, KudosView, TagView
from domain.recognition.model import Badge, BadgeAward, Kudos, KudosRecipient
from domain.unit_of_work import UnitOfWork

BADGE = table_of(Badge)
AWARD = table_of(BadgeAward)
KUDOS = table_of(Kudos)
RECIPIENT = table_of(KudosRecipient)
PERSON = table_of(Person)
CHECK_IN = table_of(CheckIn)

ONCE = "once"
MANY_PEOPLE = 5
DEPARTMENTS = 3


@dataclass(frozen=True, slots=True)
class Achievement:
    """A badge by rule. `monthly`: it can be earned again in every month."""

    key: str
    name: str
    name_en: str
    monthly: bool = False


FIRST_THANKS = Achievement("first_thanks", "第一次感谢", "First thanks")
THANKED_MANY = Achievement("thanked_five", "看见五个人", "Thanked five people", monthly=True)
THANKED_BY_MANY = Achievement("thanked_by_five", "五人点赞", "Thanked by five people", monthly=True)
THREE_DEPARTMENTS = Achievement("three_departments", "跨三个部门", "Helped three departments", monthly=True)
FIRST_CHECK_IN = Achievement("first_check_in", "第一次打卡", "First check-in")
FOUR_WEEKS = Achievement("streak_4", "连续四周", "Four-week streak")
TWELVE_WEEKS = Achievement("streak_12", "连续十二周", "Twelve-week streak")

_ADD_BADGE: dict[bool, Insert] = {
    False: sqlite.insert(BADGE).on_conflict_do_nothing(),
    True: postgresql.insert(BADGE).on_conflict_do_nothing(),
}
_ADD_AWARD: dict[bool, Insert] = {
    False: sqlite.insert(AWARD).on_conflict_do_nothing(),
    True: postgresql.insert(AWARD).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: two kudos may earn one person the same badge at once."""
_FIND = select(BADGE.c.id, BADGE.c.name, BADGE.c.name_en).where(BADGE.c.key == bindparam("which"))
_COUNT = (
    select(func.count())
    .select_from(AWARD)
    .where(AWARD.c.badge_id == bindparam("badge"), AWARD.c.person_id == bindparam("person"))
)
_MINE = (
    select(BADGE.c.key, BADGE.c.name, BADGE.c.name_en, func.count(AWARD.c.id).label("times"))
    .select_from(AWARD.join(BADGE, (BADGE.c.workspace_id == AWARD.c.workspace_id) & (BADGE.c.id == AWARD.c.badge_id)))
    .where(AWARD.c.person_id == bindparam("person"))
    .group_by(BADGE.c.key, BADGE.c.name, BADGE.c.name_en)
    .order_by(func.min(AWARD.c.created_at), BADGE.c.key)
)
_HAS = AWARD.join(BADGE, (BADGE.c.workspace_id == AWARD.c.workspace_id) & (BADGE.c.id == AWARD.c.badge_id))
_CHECKED_IN = (
    select(CHECK_IN.c.person_id)
    .where(
        CHECK_IN.c.by_id == CHECK_IN.c.person_id, CHECK_IN.c.created_at < bindparam("before"),
        ~exists()
        .select_from(_HAS)
        .where(
            AWARD.c.workspace_id == CHECK_IN.c.workspace_id, AWARD.c.person_id == CHECK_IN.c.person_id,
            BADGE.c.key == bindparam("which"),
        ),
    )
    .group_by(CHECK_IN.c.person_id)
    .having(func.count(func.distinct(CHECK_IN.c.period)) >= bindparam("weeks"))
    .order_by(CHECK_IN.c.person_id)
)  # fmt: skip
_GOT = func.coalesce(RECIPIENT.c.got_by, RECIPIENT.c.person_id)
_BOTH = RECIPIENT.join(KUDOS, (KUDOS.c.workspace_id == RECIPIENT.c.workspace_id) & (KUDOS.c.id == RECIPIENT.c.kudos_id))
_STANDS = (
    KUDOS.c.state != "undone", RECIPIENT.c.state != "parked", RECIPIENT.c.state != "returned",
    KUDOS.c.period == bindparam("in_"),
)  # fmt: skip
_THANKED = (
    select(func.count(func.distinct(_GOT))).select_from(_BOTH).where(KUDOS.c.giver_id == bindparam("person"), *_STANDS)
)
_THANKED_BY = (
    select(func.count(func.distinct(KUDOS.c.giver_id)))
    .select_from(_BOTH)
    .where(bindparam("person") == _GOT, *_STANDS)
)  # fmt: skip
_GIVER = PERSON.alias("giver")
_HELPED = (
    select(func.count(func.distinct(_GIVER.c.department_id)))
    .select_from(
        _BOTH.join(_GIVER, (_GIVER.c.workspace_id == KUDOS.c.workspace_id) & (_GIVER.c.id == KUDOS.c.giver_id)).join(
            PERSON, (PERSON.c.workspace_id == RECIPIENT.c.workspace_id) & (PERSON.c.id == _GOT)
        )
    )
    .where(
        bindparam("person") == _GOT, _GIVER.c.department_id.is_not(None),
        func.coalesce(PERSON.c.department_id, "") != _GIVER.c.department_id, *_STANDS,
    )
)  # fmt: skip


def on_kudos(uow: UnitOfWork, kudos: KudosView, period: str) -> tuple[BadgeEarned, ...]:
    """A kudos has become final: what giver and recipients have earned by it. `period` is its month."""
    got = [one.person_id for one in kudos.recipients if one.state in ("pending", "cleared")]
    earned = [_achieved(uow, kudos.giver_id, FIRST_THANKS, period, kudos.id)]
    if _number(uow, _THANKED, kudos.giver_id, period) >= MANY_PEOPLE:
        earned.append(_achieved(uow, kudos.giver_id, THANKED_MANY, period, kudos.id))
    for person in got:
        if kudos.badge and kudos.tags:
            earned.append(_culture(uow, person, kudos.tags[0], period, kudos.id))
        if _number(uow, _THANKED_BY, person, period) >= MANY_PEOPLE:
            earned.append(_achieved(uow, person, THANKED_BY_MANY, period, kudos.id))
        if _number(uow, _HELPED, person, period) >= DEPARTMENTS:
            earned.append(_achieved(uow, person, THREE_DEPARTMENTS, period, kudos.id))
    return tuple(one for one in earned if one is not None)


def for_check_ins(uow: UnitOfWork, zone: str, calendar: WorkCalendar) -> tuple[BadgeEarned, ...]:
    """Daily: who had earned a badge by checking in before today and does not have it yet. Asked once a day and not
    with every check-in, which is what people do most."""
    moment = Moment.of(uow.now, zone, calendar)
    midnight = instant_at(moment.today, time(0), zone)
    earned = []
    for what, weeks in ((FIRST_CHECK_IN, 1), (FOUR_WEEKS, 4), (TWELVE_WEEKS, 12)):
        for row in uow.all(_CHECKED_IN, which=what.key, weeks=weeks, before=midnight):
            if weeks == 1 or streak(uow, row.person_id, moment) >= weeks:
                earned.append(_achieved(uow, row.person_id, what, ONCE, ""))
    return tuple(one for one in earned if one is not None)


def badges_of(uow: UnitOfWork, person_id: str) -> tuple[BadgeEarned, ...]:
    """Everything somebody has, oldest first."""
    return tuple(
        BadgeEarned(person_id=person_id, key=row.key, name=row.name, name_en=row.name_en, count=row.times)
        for row in uow.all(_MINE, person=person_id)
    )


def award(
    uow: UnitOfWork, person_id: str, *, key: str, kind: str, name: str, name_en: str, period: str, cause: str,
    tag_id: str | None = None,
) -> BadgeEarned | None:  # fmt: skip
    """Give somebody a badge, once per period; None when they have it for this one already (R-BDG-01)."""
    badge = uow.one(_FIND, which=key)
    if badge is None:
        uow.change(
            _ADD_BADGE[uow.is_postgres], id=new_id(), key=key, kind=kind, name=name, name_en=name_en, tag_id=tag_id
        )  # fmt: skip
        badge = uow.one(_FIND, which=key)
        assert badge is not None
    fresh = uow.change(
        _ADD_AWARD[uow.is_postgres], id=new_id(), badge_id=badge.id, person_id=person_id, period=period, cause=cause,
        created_at=uow.now,
    )  # fmt: skip
    if not fresh:
        return None
    count = uow.one(_COUNT, badge=badge.id, person=person_id)
    return BadgeEarned(
        person_id=person_id, key=key, name=badge.name, name_en=badge.name_en, count=count[0] if count else 1
    )


def _achieved(uow: UnitOfWork, person_id: str, what: Achievement, period: str, cause: str) -> BadgeEarned | None:
    return award(
        uow, person_id, key=what.key, kind="achievement", name=what.name, name_en=what.name_en,
        period=period if what.monthly else ONCE, cause=cause,
    )  # fmt: skip


def _culture(uow: UnitOfWork, person_id: str, tag: TagView, period: str, cause: str) -> BadgeEarned | None:
    return award(
        uow, person_id, key=f"value:{tag.id}", kind="culture", name=tag.name, name_en=tag.name_en, period=period,
        cause=cause, tag_id=tag.id,
    )  # fmt: skip


def _number(uow: UnitOfWork, counting: Select[int], person_id: str, period: str) -> int:
    row = uow.one(counting, person=person_id, in_=period)
    return int(row[0]) if row is not None else 0
