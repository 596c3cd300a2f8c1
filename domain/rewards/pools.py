"""Team pools: contributions are held until the goal is reached together and an admin agrees, else returned."""

from datetime import date

from sqlalchemy import bindparam, select

from domain.columns import table_of
from domain.rewards.approvals import proceed
from domain.rewards.catalogue import item_row, pooled
from domain.rewards.messages import ItemKind, OrderState, OrderView
from domain.rewards.model import Item
from domain.rewards.orders import Step, lock, transition
from domain.rewards.reading import of_item
from domain.rewards.terms import Terms
from domain.unit_of_work import UnitOfWork

ITEM = table_of(Item)

_OVER = select(ITEM.c.id).where(ITEM.c.kind == ItemKind.TEAM_POOL, ITEM.c.pool_until < bindparam("day"))


def is_reached(uow: UnitOfWork, item_id: str) -> bool:
    """Whether a pool has all it needs and waits for an admin."""
    item = item_row(uow, item_id)
    return item is not None and pooled(uow, item_id) >= item.price


def settle(uow: UnitOfWork, item_id: str, admin_id: str, terms: Terms) -> list[OrderView]:
    """An admin agrees: every contribution is spent; none when somebody has taken theirs back meanwhile and it does not
    reach. Raises `StepNotYours`: nobody agrees to a pool they are in."""
    waiting = of_item(uow, item_id, OrderState.REQUESTED)
    lock(uow, (order.id for order in waiting))
    if not is_reached(uow, item_id):
        return []
    settled: list[OrderView] = []
    for order in waiting:
        transition(uow, order.id, OrderState.APPROVED, admin_id, terms=terms)
        settled.append(proceed(uow, order.id, terms))
    return settled


def give_back(uow: UnitOfWork, item_id: str, reason: str, by_id: str | None = None) -> list[OrderView]:
    """The date has passed, or an admin (`by_id`) does not agree: everybody has their points again."""
    waiting = of_item(uow, item_id, OrderState.REQUESTED)
    lock(uow, (order.id for order in waiting))
    step = Step(note=reason)
    return [transition(uow, order.id, OrderState.CANCELLED, by_id, step=step).order for order in waiting]


def over(uow: UnitOfWork, today: date) -> list[str]:
    """Pools whose date has passed."""
    return [row.id for row in uow.all(_OVER, day=today)]
