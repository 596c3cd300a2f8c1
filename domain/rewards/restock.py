"""Who wants to be told when an item is there again; of a training it is a waiting list (R-RED-03, R-CAT-02)."""

from sqlalchemy import Insert, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.ids import new_id
from domain.rewards import stock
from domain.rewards.catalogue import item_row
from domain.rewards.messages import ItemKind, StockMode
from domain.rewards.model import Subscription
from domain.unit_of_work import UnitOfWork

WAITING = table_of(Subscription)

_ADD: dict[bool, Insert] = {
    False: sqlite.insert(WAITING).on_conflict_do_nothing(),
    True: postgresql.insert(WAITING).on_conflict_do_nothing(),
}
_AGAIN = (
    update(WAITING)
    .where(
        WAITING.c.person_id == bindparam("person"), WAITING.c.item_id == bindparam("item"),
        WAITING.c.store_key == bindparam("store"), WAITING.c.told_at.is_not(None),
    )
    .values(told_at=None, created_at=bindparam("at"))
)  # fmt: skip
_WAITING = (
    select(WAITING.c.id, WAITING.c.person_id)
    .where(WAITING.c.item_id == bindparam("item"), WAITING.c.store_key == bindparam("store"))
    .where(WAITING.c.told_at.is_(None))
    .order_by(WAITING.c.created_at, WAITING.c.id)
)
_TOLD = update(WAITING).where(WAITING.c.id == bindparam("waiting")).values(told_at=bindparam("at"))


def subscribe(uow: UnitOfWork, person_id: str, item_id: str, store_id: str | None) -> int:
    """Tell this person when there is some again; their place in line, the first is 1. Once is enough."""
    store = store_id or ""
    if not uow.change(_AGAIN, person=person_id, item=item_id, store=store, at=uow.now):
        uow.change(
            _ADD[uow.is_postgres], id=new_id(), person_id=person_id, item_id=item_id, store_key=store,
            created_at=uow.now, told_at=None,
        )  # fmt: skip
    line = [row.person_id for row in uow.all(_WAITING, item=item_id, store=store)]
    return line.index(person_id) + 1


def to_tell(uow: UnitOfWork, item_id: str, store_id: str | None) -> list[str]:
    """Who is told now that there is some: everybody, of a training as many as there are seats. Each once."""
    item = item_row(uow, item_id)
    places = [row for row in stock.of_item(uow, item_id) if row.store_id == store_id]
    free = sum(row.on_hand - row.reserved for row in places)
    if item is None or item.stock_mode == StockMode.UNLIMITED or free < 1:
        return []
    rows = uow.all(_WAITING, item=item_id, store=store_id or "")
    if item.kind == ItemKind.TRAINING:
        rows = rows[:free]
    for row in rows:
        uow.change(_TOLD, waiting=row.id, at=uow.now)
    return [row.person_id for row in rows]
