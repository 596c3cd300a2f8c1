"""The clerk's counter: `/pickup`, its look-up card and the confirmation (flow 5.3, R-PIC-01 to 09).

A code is typed in the single chat, looked up, compared and confirmed. The message that carried it is forgotten as soon
as it is handled; logs name people and orders, never codes.
"""

import logging
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row

from adapters.base import Toast
from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from bot.telling import tell, tell_text
from cards.counter import clock, handed_card, lookup_card, receipt_card, refusal_text, refused_card, returned_card
from cards.model import Card
from domain.errors import NotBound
from domain.people.service import prefer, profile
from domain.people.stores import STAFF, store
from domain.rewards import counter, counter_dispute, orders
from domain.rewards.approvers import admins
from domain.rewards.counter_messages import HandedOver, Locked, LookedUp, Refusal, Refused, Withdrawn, WrongCode
from domain.rewards.counter_tries import STORE_TRIES

log = logging.getLogger("bida.counter")

LOOKS = re.compile(
    r"(?:(?:我的)?(?:领取码|取货码|核销码?|code|pick-?up code)(?:是|为| is)?[:：\s]*)?\d{4}[ \-]?\d{4}[.!。！]?",
    re.IGNORECASE,
)


def pickup(ctx: Ctx) -> Reply:
    """`/pickup 48217731`, or just the digits: the order behind a code, to be confirmed. In a group the code is
    withdrawn instead, whoever typed it."""
    code, late = counter.understand(ctx.command.args)
    if ctx.is_group:
        return ctx.text("ck.not_here") if code is None else _withdraw(ctx, code)
    if ctx.person.provisional:
        raise NotBound
    if code is None:
        return ctx.text("ck.usage")
    outcome = counter.look_up(ctx.uow, ctx.person, code, key_of(ctx), late)
    match outcome:
        case LookedUp():
            note(ctx, "pickup_looked_up", order=outcome.order.id, result="valid")
            subject = {"order": outcome.order.id, "at": _text_of(outcome.at), "note": late.note if late else ""}
            return Reply(posts=(Post(card=ctx.new_card("pickup", subject, about=outcome.order.id)),))
        case Refused():
            note(ctx, "pickup_looked_up", order=outcome.order_id, result=outcome.reason)
            return Reply(posts=(Post(text=refusal_text(outcome, ctx.person.locale)),))
        case WrongCode():
            note(ctx, "pickup_looked_up", result="wrong")
            return Reply(posts=(Post(text=_wrong(ctx, outcome)), *_warned(ctx, outcome)))
        case Locked():
            note(ctx, "pickup_looked_up", result="locked")
            return ctx.text("ck.locked", time=clock(outcome.until, outcome.zone))


def confirm(ctx: Ctx) -> Reply:
    """Hand over. Everything is checked again, now, in this unit (R-ROL-01)."""
    subject, params = ctx.subject(), ctx.command.params
    outcome = counter.hand_over(
        ctx.uow, ctx.person, subject["order"], seen=int(params["o"]), quantity=int(params["n"]),
        at=_instant_of(subject["at"]), note=subject["note"],
    )  # fmt: skip
    assert ctx.card is not None
    if isinstance(outcome, Refused):
        note(ctx, "pickup_refused", order=subject["order"], result=outcome.reason)
        ctx.advance(subject)
        if outcome.reason is Refusal.CHANGED:
            return Reply(card=ctx.redraw(), toast=Toast(text=ctx.say("error.stale_card"), tone="warning"))
        said = refusal_text(outcome, ctx.person.locale)
        card = refused_card(ctx.card.id, outcome, ctx.person.locale)
        return Reply(card=card, toast=Toast(text=said, tone="warning"))
    note(ctx, "pickup_handed_over", order=outcome.order.id, result=f"{outcome.quantity}")
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    facts = {
        "order": outcome.order.id, "note": subject["note"], "at": outcome.at.isoformat(), "units": outcome.quantity,
        "left": outcome.left, "clerk": outcome.clerk_id, "store": outcome.store.id, "today": outcome.today,
    }  # fmt: skip
    ctx.advance({**facts, "done": True})
    receipt = tell(ctx, outcome.order.person_id, "pickup_receipt", facts, about=receipts_of(outcome.order.id))
    card = handed_card(ctx.card.id, outcome, subject["note"], ctx.person.locale)
    return Reply(card=card, posts=receipt, refresh=(outcome.order.id,))


def back(ctx: Ctx) -> Reply:
    """Not this one: nothing is handed over."""
    assert ctx.card is not None
    ctx.advance({**ctx.subject(), "returned": True})
    return Reply(card=returned_card(ctx.card.id, ctx.person.locale))


def _withdraw(ctx: Ctx, code: str) -> Reply:
    """A code in a group is void from now on; its owner gets another, in their single chat (R-PIC-09)."""
    outcome = counter.withdraw(ctx.uow, ctx.person, code, key_of(ctx))
    if not isinstance(outcome, Withdrawn):
        note(ctx, "pickup_in_group", result="void" if outcome is None else "wrong")
        warned = _warned(ctx, outcome) if isinstance(outcome, WrongCode) else ()
        return Reply(posts=(Post(text=ctx.say("ck.not_here")), *warned))
    order = outcome.order
    note(ctx, "pickup_in_group", order=order.id, result="withdrawn")
    digits = f"{outcome.code[:4]} {outcome.code[4:]}"
    item = order_news.name_for(ctx, order.person_id, order)
    fresh = order_news.secretly(
        tell_text(ctx, order.person_id, "ck.new_code", code=digits, item=item, store=order.store_name)
    )
    return Reply(posts=(Post(text=ctx.say("ck.group")), *fresh))


def _wrong(ctx: Ctx, outcome: WrongCode) -> str:
    if outcome.until is None:
        return ctx.say("ck.bad", n=outcome.left)
    zone = outcome.store.timezone if outcome.store is not None else ctx.person.timezone
    return ctx.say("ck.bad_last", time=clock(outcome.until, zone))


def _warned(ctx: Ctx, outcome: WrongCode) -> tuple[Post, ...]:
    """Who is to know of wrong codes: the store manager of a lock, the admins of many in one store (R-PIC-04)."""
    place = outcome.store
    posts: list[Post] = []
    if place is None:
        return ()
    if outcome.until is not None:
        until = clock(outcome.until, place.timezone)
        for person in counter_dispute.deciders(ctx.uow, place, ctx.person.id):
            posts += tell_text(ctx, person, "ck.lock_notice", clerk=ctx.person.name, store=place.name, time=until)
    if outcome.alarm:
        for person in admins(ctx.uow):
            posts += tell_text(ctx, person, "ck.store_alarm", store=place.name, n=STORE_TRIES)
    return tuple(posts)


# --- drawing ----------------------------------------------------------------------------------------------------------


def _pickup_view(ctx: Ctx, row: Row[Any]) -> Card:
    """The looked-up order as it stands now, for the clerk whose card it is."""
    subject, locale = orjson.loads(row.subject), ctx.person.locale
    if subject.get("done"):
        return handed_card(row.id, handed(ctx, subject), subject["note"], locale)
    if subject.get("returned"):
        return returned_card(row.id, locale)
    found = counter.examine(ctx.uow, ctx.person, subject["order"], at=_instant_of(subject["at"]))
    if isinstance(found, Refused):
        return refused_card(row.id, found, locale)
    return lookup_card(row.id, found, subject["note"], locale)


def _receipt_view(ctx: Ctx, row: Row[Any]) -> Card:
    subject = orjson.loads(row.subject)
    upheld = counter_dispute.was_upheld(ctx.uow, subject["order"])
    return receipt_card(row.id, handed(ctx, subject), ctx.person.locale, upheld=upheld)


def handed(ctx: Ctx, subject: Mapping[str, Any]) -> HandedOver:
    """A hand-over as its cards remember it, with the order as it is now."""
    place, clerk = store(ctx.uow, subject["store"]), profile(ctx.uow, subject["clerk"])
    assert place is not None
    return HandedOver(
        order=orders.find(ctx.uow, subject["order"]), store=place, quantity=subject["units"], left=subject["left"],
        at=datetime.fromisoformat(subject["at"]), clerk_id=subject["clerk"], clerk_name=clerk.name if clerk else "?",
        today=subject["today"],
    )  # fmt: skip


def receipts_of(order_id: str) -> str:
    """What receipts are about: they change with a dispute, not with every step of their order."""
    return f"receipt:{order_id}"


def key_of(ctx: Ctx) -> bytes:
    """Codes are shown on one connection and typed on another: the key is the workspace's."""
    return ctx.connections.code_key(ctx.uow.workspace_id)


def note(ctx: Ctx, event: str, *, order: str = "", result: str = "") -> None:
    """Who did what to which order (R-AUD-01)."""
    ctx.uow.state(log, event, person=ctx.person.id, order=order, result=result)


def _text_of(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _instant_of(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


FEATURE = Feature(
    name="counter",
    commands=(
        SlashCommand(
            name="pickup", handler=pickup, bare=("核销", "pickup"), help="help.pickup", guest=True,
            of_roles=STAFF,
            looks=LOOKS, secret=True,
        ),
    ),
    actions=(
        CardAction(name="go.pickup", handler=pickup, on_card=False),
        CardAction(name="pickup.confirm", handler=confirm),
        CardAction(name="pickup.back", handler=back),
    ),
    views={"pickup": _pickup_view, "pickup_receipt": _receipt_view},
)  # fmt: skip
