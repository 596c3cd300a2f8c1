"""Handing over at the counter: look up a code without changing anything, then confirm (R-PIC-02).

Every check is made here, at the look-up and again at the confirmation in the unit that hands over (R-ROL-01); between
the two anything may have happened.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import and_, bindparam, func, select

from domain.columns import table_of
from domain.errors import TooLong
from domain.people.messages import Profile, StoreRef
from domain.people.stores import CLERK, STORE_MANAGER, is_frozen, is_frozen_anywhere, stores_of
from domain.periods import in_zone, instant_at, local_date
from domain.rewards import counter_tries, orders, pickup
from domain.rewards.acting import has_agreed
from domain.rewards.counter_messages import HandedOver, Locked, LookedUp, Refusal, Refused, Withdrawn, WrongCode
from domain.rewards.messages import OrderState, OrderView
from domain.rewards.model import Order, OrderEvent
from domain.unit_of_work import UnitOfWork

ORDER, EVENT = table_of(Order), table_of(OrderEvent)

AT_THE_COUNTER: Final = (CLERK, STORE_MANAGER)
LATEST_ENTRY: Final = timedelta(hours=24)
NOTE_LIMIT: Final = 200

_HANDED: Final = (OrderState.FULFILLED, OrderState.DISPUTED, OrderState.REFUNDED)
_PREFIX = r"(?:(?:我的)?(?:领取码|取货码|核销码?|code|pick-?up code)(?:是|为| is)?[:\s]*)?"
_TYPED = re.compile(_PREFIX + r"(?P<code>[0-9]{4}[ -]?[0-9]{4})[.!。]?(?:\s+(?P<rest>.+))?", re.DOTALL | re.IGNORECASE)
_LATE = re.compile(
    r"(?:补录|补登|late)?\s*(?:(?P<month>[0-9]{1,2})[/-](?P<day>[0-9]{1,2})\s+)?"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})\s*(?P<note>.*)",
    re.DOTALL | re.IGNORECASE,
)
_TODAY = (
    select(func.count().label("n"))
    .select_from(EVENT.join(ORDER, and_(ORDER.c.workspace_id == EVENT.c.workspace_id, ORDER.c.id == EVENT.c.order_id)))
    .where(
        EVENT.c.by_id == bindparam("clerk"), EVENT.c.quantity > 0, ~EVENT.c.refused, EVENT.c.at >= bindparam("since"),
        ORDER.c.store_id == bindparam("store"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """An entry made after an outage: what the clock showed at the hand-over, and why (R-PIC-07). Without a date it is
    the last time the clock showed that."""

    clock: time
    month_day: tuple[int, int] | None = None
    note: str = ""

    def instant(self, now: datetime, zone: str) -> datetime | None:
        """When that was; None for a date there is not."""
        today = local_date(now, zone)
        if self.month_day is None:
            then = instant_at(today, self.clock, zone)
            return then if then <= now else instant_at(today - timedelta(days=1), self.clock, zone)
        month, day = self.month_day
        try:
            meant = date(today.year, month, day)
            meant = meant if meant <= today else date(today.year - 1, month, day)
        except ValueError:
            return None
        return instant_at(meant, self.clock, zone)


def understand(text: str) -> tuple[str | None, Late | None]:
    """What a clerk typed: `48217731`, or `4821 7731 补录 13:40 停电`. (None, None) when there is no code in it; a code
    without `Late` and with something behind it is not understood either."""
    found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None, None
    code = pickup.read_code(found["code"])
    if found["rest"] is None:
        return code, None
    late = _LATE.fullmatch(found["rest"].strip())
    if late is None or int(late["hour"]) > 23 or int(late["minute"]) > 59:
        return None, None
    month_day = (int(late["month"]), int(late["day"])) if late["month"] else None
    return code, Late(
        clock=time(int(late["hour"]), int(late["minute"])), month_day=month_day, note=late["note"].strip()
    )


def look_up(
    uow: UnitOfWork, clerk: Profile, code: str, key: bytes, late: Late | None = None
) -> LookedUp | Refused | WrongCode | Locked:
    """What a code stands for, for this clerk. Changes nothing but the count of wrong tries, which the caller commits.
    Raises `TooLong` for the note of a late entry (R-GEN-08)."""
    if late is not None and len(late.note) > NOTE_LIMIT:
        raise TooLong(limit=str(NOTE_LIMIT), count=str(len(late.note)))
    stores = stores_of(uow, clerk.id, *AT_THE_COUNTER)
    if not stores:
        suspended = is_frozen_anywhere(uow, clerk.id)
        return Refused(reason=Refusal.SUSPENDED if suspended else Refusal.NOT_CLERK)
    until = counter_tries.locked_until(uow, clerk.id)
    if until is not None:
        return Locked(until=until, zone=stores[0].timezone)
    order_id = pickup.find_by_code(uow, code, key)
    if order_id is None:
        return counter_tries.note_wrong(uow, clerk.id, stores[0])
    return examine(uow, clerk, order_id, late=late)


def examine(
    uow: UnitOfWork, clerk: Profile, order_id: str, *, at: datetime | None = None, late: Late | None = None
) -> LookedUp | Refused:
    """Whether this clerk may hand this order over, now or as of `at`. Raises `NoOrder`."""
    order = orders.find(uow, order_id)
    if order.person_id == clerk.id:
        return Refused(reason=Refusal.OWN, order_id=order.id)
    store = next((one for one in stores_of(uow, clerk.id, *AT_THE_COUNTER) if one.id == order.store_id), None)
    if store is None:
        suspended = order.store_id is not None and is_frozen(uow, order.store_id, clerk.id)
        reason = Refusal.SUSPENDED if suspended else Refusal.OTHER_STORE
        return Refused(reason=reason, store_name=order.store_name, order_id=order.id)
    if late is not None:
        if not late.note:
            return Refused(reason=Refusal.NO_NOTE, order_id=order.id)
        at = late.instant(uow.now, store.timezone)
        if at is None:
            return Refused(reason=Refusal.NOT_THEN, order_id=order.id)
    return _state(uow, clerk, order, store, at) or LookedUp(order=order, store=store, at=at)


def _state(uow: UnitOfWork, clerk: Profile, order: OrderView, store: StoreRef, at: datetime | None) -> Refused | None:
    """What stands against handing over an order of the clerk's own store."""
    if order.state in _HANDED:
        return Refused(
            reason=Refusal.USED, at=order.fulfilled_at, by_name=order.fulfilled_by_name, zone=store.timezone,
            store_name=store.name, order_id=order.id,
        )  # fmt: skip
    over = order.due_at is not None and (at or uow.now) > order.due_at
    if order.state is OrderState.EXPIRED or (order.state is OrderState.READY and over):
        return Refused(reason=Refusal.FORFEITED if order.forfeits else Refusal.EXPIRED, order_id=order.id)
    if order.state is not OrderState.READY:
        return Refused(reason=Refusal.CLOSED, order_id=order.id)
    if has_agreed(uow, order.id, clerk.id):
        return Refused(reason=Refusal.APPROVED, order_id=order.id)
    if at is not None and not _may_be_entered(uow, order, at):
        return Refused(reason=Refusal.NOT_THEN, order_id=order.id)
    return None


def _may_be_entered(uow: UnitOfWork, order: OrderView, at: datetime) -> bool:
    """R-PIC-07. The clock the clerk read has minutes, so the minute in which it became ready counts."""
    begun = order.ready_at.replace(second=0, microsecond=0) if order.ready_at is not None else at
    return max(uow.now - LATEST_ENTRY, begun) <= at <= uow.now


def hand_over(
    uow: UnitOfWork, clerk: Profile, order_id: str, *, seen: int, quantity: int = 0, at: datetime | None = None,
    note: str = "",
) -> HandedOver | Refused:  # fmt: skip
    """Hand over so many units (0: all that are left) of an order the clerk saw at version `seen`. Of two at once one
    hands over, and the other learns who did (A34). Raises `NoOrder`."""
    orders.lock(uow, [order_id])
    found = examine(uow, clerk, order_id, at=at)
    if isinstance(found, LookedUp) and found.order.version != seen:
        found = Refused(reason=Refusal.CHANGED, order_id=order_id)
    if isinstance(found, Refused):
        orders.note_refusal(uow, order_id, orders.find(uow, order_id).state, OrderState.FULFILLED, clerk.id)
        return found
    done = orders.fulfil(uow, order_id, clerk.id, found.store.id, quantity, at=at, note=note)
    if done.left == 0:
        pickup.revoke(uow, order_id)
    return HandedOver(
        order=done.order, store=found.store, quantity=done.quantity, left=done.left, at=at or uow.now,
        clerk_id=clerk.id, clerk_name=clerk.name, today=handed_today(uow, clerk.id, found.store),
    )  # fmt: skip


def handed_today(uow: UnitOfWork, clerk_id: str, store: StoreRef) -> int:
    """How often this clerk has handed over in this store since midnight there."""
    row = uow.one(_TODAY, clerk=clerk_id, since=midnight(uow.now, store.timezone), store=store.id)
    return int(row.n) if row is not None else 0


def midnight(now: datetime, zone: str) -> datetime:
    """When today began in a zone."""
    return instant_at(in_zone(now, zone).date(), time(0), zone)


def withdraw(uow: UnitOfWork, person: Profile, code: str, key: bytes) -> Withdrawn | WrongCode | Locked | None:
    """A code was typed where others can read it: it becomes void, and its order gets a new one (R-PIC-09). None when
    it opens nothing any more. Trying codes this way is counted like trying them at the counter."""
    stores = stores_of(uow, person.id, *AT_THE_COUNTER)
    until = counter_tries.locked_until(uow, person.id)
    if until is not None:
        return Locked(until=until, zone=stores[0].timezone if stores else person.timezone)
    order_id = pickup.find_by_code(uow, code, key)
    if order_id is None:
        return counter_tries.note_wrong(uow, person.id, stores[0] if stores else None)
    orders.lock(uow, [order_id])
    order = orders.find(uow, order_id)
    if order.state is not OrderState.READY:
        return None
    return Withdrawn(order, pickup.issue(uow, order.id, key))
