"""Making orders ready: the store's 备货单, an admin's decision about a full pool, and what our own clock looks at."""

from dataclasses import replace
from typing import Any

import orjson

from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Chore, Feature
from bot.telling import tell, tell_text
from cards.approvals import pool_card, prepare_card
from cards.model import Card
from domain.errors import CardUnknown
from domain.people.service import the_company
from domain.periods import local_date
from domain.rewards import pools, reading
from domain.rewards.approvals import overdue
from domain.rewards.approvers import ADMIN
from domain.rewards.catalogue import described
from domain.rewards.counter_dispute import pass_on
from domain.rewards.counter_messages import Disputed
from domain.rewards.messages import Fulfilment, OrderState, OrderView
from domain.rewards.orders import Step, transition
from domain.rewards.refusals import NoOrder, StepRefused

SWEEP = "clock.orders.sweep"


def is_ready(ctx: Ctx) -> Reply:
    """已备好: the owner gets a code."""
    order = reading.find(ctx.uow, ctx.subject()["order"])
    try:
        moved = transition(
            ctx.uow, order.id, OrderState.READY, ctx.person.id, terms=order_news.terms_of(ctx)
        )  # fmt: skip
    except StepRefused as error:
        return order_news.refused(ctx, error)
    return _made(ctx, moved.order, order_news.follow(ctx, moved.order) if moved.fresh else ())


def is_missing(ctx: Ctx) -> Reply:
    """缺货: what was reserved is not on the shelf; the owner has their points again."""
    order = reading.find(ctx.uow, ctx.subject()["order"])
    step = Step(note=ctx.say("or.out_of_stock"), is_missing=True)
    try:
        moved = transition(ctx.uow, order.id, OrderState.CANCELLED, ctx.person.id, step=step)
    except StepRefused as error:
        return order_news.refused(ctx, error)
    return _made(ctx, moved.order, order_news.follow(ctx, moved.order) if moved.fresh else ())


def draw_prepare(ctx: Ctx, row: Any) -> Card:
    order = reading.find(ctx.uow, orjson.loads(row.subject)["order"])
    return prepare_card(row.id, order, ctx.person.locale, ctx.person.timezone)


def approve_pool(ctx: Ctx) -> Reply:
    """What was put together is spent. Refused to who has a share in it (R-ROL-02)."""
    item = _pool(ctx)
    settled = pools.settle(ctx.uow, item, ctx.person.id, order_news.terms_of(ctx))
    if not settled:
        return replace(ctx.toast("pl.short", tone="warning"), card=ctx.redraw())
    return _pooled(ctx, settled, "pl.approved")


def decline_pool(ctx: Ctx) -> Reply:
    """Everybody has their points again."""
    item = _pool(ctx)
    returned = pools.give_back(ctx.uow, item, ctx.say("or.pool_declined"), ctx.person.id)
    return _pooled(ctx, returned, "pl.declined")


def draw_pool(ctx: Ctx, row: Any) -> Card:
    subject = orjson.loads(row.subject)
    pool = described(ctx.uow, subject["item"])
    assert pool is not None
    people = {one.person_id for one in reading.of_item(ctx.uow, pool.id, OrderState.REQUESTED)}
    outcome = ctx.say(subject["outcome"], n=subject["n"]) if "outcome" in subject else ""
    return pool_card(row.id, pool, len(people), ctx.person.locale, outcome=outcome)


def due(ctx: Ctx) -> Reply:
    """An approver's time, the time to collect, or a store manager's to look into a dispute, is over."""
    reply = _settle(ctx, [ctx.command.params.get("order", "")])
    return replace(reply, posts=order_news.awake(ctx, reply.posts))


def remind(ctx: Ctx) -> Reply:
    """Three days and one day before an order nobody has collected expires (§10.2)."""
    order = reading.find(ctx.uow, ctx.command.params.get("order", ""))
    if order.state is not OrderState.READY or order.due_at is None or order.due_at <= ctx.now:
        return NOTHING
    key = "or.remind_code" if order.fulfilment is Fulfilment.REVEAL else "or.remind"
    posts = tell_text(
        ctx, order.person_id, key, no=order.no, item=order_news.name_for(ctx, order.person_id, order),
        store=order.store_name, date=order_news.date_for(ctx, order.person_id, order),
    )  # fmt: skip
    return Reply(posts=order_news.awake(ctx, posts))


def late(ctx: Ctx) -> Reply:
    """Not made ready in time: those who should have are told once more."""
    order = reading.find(ctx.uow, ctx.command.params.get("order", ""))
    if order.state is not OrderState.APPROVED:
        return NOTHING
    posts: tuple[Post, ...] = ()
    for person_id in order_news.preparers(ctx, order):
        posts += tell_text(ctx, person_id, "or.late", no=order.no, item=order_news.name_for(ctx, person_id, order))
    return Reply(posts=order_news.awake(ctx, posts))


def sweep(ctx: Ctx) -> Reply:
    """Once a day whatever is overdue, should a timer have been lost; and pools whose date has passed."""
    reply = _settle(ctx, reading.due(ctx.uow, OrderState.PENDING_APPROVAL, OrderState.READY, OrderState.DISPUTED))
    posts, refresh = reply.posts, reply.refresh
    today = local_date(ctx.now, the_company(ctx.uow).timezone)
    for item in pools.over(ctx.uow, today):
        for order in pools.give_back(ctx.uow, item, ctx.say("or.pool_missed")):
            posts += order_news.follow(ctx, order)
            refresh += (order.id,)
    return Reply(posts=order_news.awake(ctx, posts), refresh=refresh)


def _settle(ctx: Ctx, order_ids: list[str]) -> Reply:
    posts: tuple[Post, ...] = ()
    changed: tuple[str, ...] = ()
    terms = order_news.terms_of(ctx)
    for order_id in order_ids:
        order = reading.find(ctx.uow, order_id)
        if order.due_at is None or order.due_at > ctx.now:
            continue
        if order.state is OrderState.PENDING_APPROVAL:
            found = overdue(ctx.uow, order_id, terms, ctx.say("or.nobody_decided"))
            news = found.order if found.passed_on or found.refused else None
            restocked = found.refused
        elif order.state is OrderState.READY:
            moved = transition(ctx.uow, order_id, OrderState.EXPIRED, None)
            news, restocked = moved.order, moved.restocked
        elif order.state is OrderState.DISPUTED and (told := pass_on(ctx.uow, order_id, terms)) is not None:
            posts += _to_admins(ctx, told)
            news, restocked = None, False
        else:
            continue
        changed += (order_id,)
        posts += order_news.follow(ctx, news, restocked=restocked) if news is not None else ()
    return Reply(posts=posts, refresh=changed)


def _to_admins(ctx: Ctx, told: Disputed) -> tuple[Post, ...]:
    """The dispute's card, with its decisions, to the admins whom it is not about (R-PIC-06)."""
    posts: tuple[Post, ...] = ()
    for person_id in told.admins:
        if person_id in told.deciders:
            posts += tell(ctx, person_id, "pickup_dispute", {"order": told.order.id}, about=told.order.id)
    return posts


def _made(ctx: Ctx, order: OrderView, posts: tuple[Post, ...]) -> Reply:
    card = order_news.redrawn(ctx, {"order": order.id})
    return Reply(card=card, posts=posts, refresh=(order.id,))


def _pool(ctx: Ctx) -> str:
    """The pool an admin decides about. Raises `NoOrder` to anybody else."""
    if ADMIN not in ctx.person.roles:
        raise NoOrder
    item = ctx.subject().get("item")
    if not isinstance(item, str):
        raise CardUnknown
    return item


def _pooled(ctx: Ctx, orders: list[OrderView], outcome: str) -> Reply:
    card = order_news.redrawn(ctx, {**ctx.subject(), "outcome": outcome, "n": len(orders)})
    posts: tuple[Post, ...] = ()
    for order in orders:
        posts += order_news.follow(ctx, order)
    return Reply(card=card, posts=posts, refresh=tuple(order.id for order in orders))


FEATURE = Feature(
    name="preparing",
    actions=(
        CardAction(name="prepare.ready", handler=is_ready),
        CardAction(name="prepare.missing", handler=is_missing),
        CardAction(name="pool.approve", handler=approve_pool),
        CardAction(name="pool.decline", handler=decline_pool),
    ),
    views={"prepare": draw_prepare, "pool": draw_pool},
    events={order_news.DUE: due, order_news.REMIND: remind, order_news.LATE: late, SWEEP: sweep},
    daily=(Chore(name=SWEEP, hour=3, minute=40),),
)
