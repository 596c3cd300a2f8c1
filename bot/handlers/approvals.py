"""Deciding about orders: agree, decline with a reason; HR's confirmation (product flow 5.3 step 4)."""

from dataclasses import replace
from typing import Any

import orjson

from bot.context import Ctx
from bot.handlers import order_news
from bot.reply import Post, Reply
from bot.router import CardAction, Feature
from cards.approvals import approval_card, confirmation_card
from cards.model import Card
from domain.delivery import cards as card_rows
from domain.delivery import pending
from domain.errors import CardUnknown
from domain.people.service import prefer
from domain.rewards import reading
from domain.rewards.approvals import approve, confirm, reject
from domain.rewards.approvers import ADMIN, away_this_week
from domain.rewards.messages import Moved, OrderState, OrderView
from domain.rewards.refusals import StepRefused


def agree(ctx: Ctx) -> Reply:
    """Yes: to the next approver, or on its way."""
    order = order_of_card(ctx)
    try:
        moved = approve(ctx.uow, order.id, ctx.person.id, order_news.terms_of(ctx))
    except StepRefused as error:
        return order_news.refused(ctx, error)
    return _done(ctx, moved, approved=True)


def decline(ctx: Ctx) -> Reply:
    """No: a reason is needed, in the card where it has room for words, else by the next message."""
    order = order_of_card(ctx)
    if not _decides(ctx, order):
        return Reply(card=ctx.redraw())
    card = order_news.redrawn(ctx, {**ctx.subject(), "rejecting": True})
    return Reply(card=card, posts=ask_for(ctx, "approval.reason", "ap.reason_ask"))


def ask_reason(ctx: Ctx) -> Reply:
    """The door where the card has no room for the reason."""
    return Reply(card=ctx.redraw(), posts=ask_for(ctx, "approval.reason", "ap.reason_ask", always=True))


def declined(ctx: Ctx) -> Reply:
    """The reason from the card."""
    reason = ctx.command.values.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        posts = ask_for(ctx, "approval.reason", "ap.reason_ask")
        return replace(ctx.toast("ap.reason_needed", tone="warning"), card=ctx.redraw(), posts=posts)
    pending.forget(ctx.uow, ctx.account)
    return _reject(ctx, reason)


def keep(ctx: Ctx) -> Reply:
    """Not now: back to the question."""
    pending.forget(ctx.uow, ctx.account)
    card = order_news.redrawn(ctx, {**ctx.subject(), "rejecting": False})
    return Reply(card=card)


def reason_said(ctx: Ctx) -> Reply:
    """The reason as a message."""
    gone = answered(ctx)
    return gone if gone is not None else _reject(ctx, ctx.command.args)


def ask_detail(ctx: Ctx) -> Reply:
    """HR, where the card has no room for words."""
    return Reply(card=ctx.redraw(), posts=ask_for(ctx, "confirm.detail", "hr.detail_ask", always=True))


def confirmed(ctx: Ctx) -> Reply:
    """HR's confirmation from the card."""
    detail = ctx.command.values.get("detail")
    if not isinstance(detail, str) or not detail.strip():
        posts = ask_for(ctx, "confirm.detail", "hr.detail_ask")
        return replace(ctx.toast("hr.detail_needed", tone="warning"), card=ctx.redraw(), posts=posts)
    return _confirm(ctx, detail)


def detail_said(ctx: Ctx) -> Reply:
    """HR's confirmation as a message."""
    gone = answered(ctx)
    return gone if gone is not None else _confirm(ctx, ctx.command.args)


def draw_approval(ctx: Ctx, row: Any) -> Card:
    subject = orjson.loads(row.subject)
    order = reading.find(ctx.uow, subject["order"])
    is_open = order.state is OrderState.PENDING_APPROVAL
    away = away_this_week(ctx.uow, order.person_id, order_news.terms_of(ctx)) if is_open else ()
    return approval_card(
        row.id, order, ctx.person.id, ctx.person.locale, decides=_decides(ctx, order),
        why=reading.why(ctx.uow, order.id), away=away, rejecting=bool(subject.get("rejecting")),
    )  # fmt: skip


def draw_confirmation(ctx: Ctx, row: Any) -> Card:
    order = reading.find(ctx.uow, orjson.loads(row.subject)["order"])
    return confirmation_card(row.id, order, ctx.person.locale)


def _reject(ctx: Ctx, reason: str) -> Reply:
    order = order_of_card(ctx)
    try:
        moved = reject(ctx.uow, order.id, ctx.person.id, order_news.worded(reason))
    except StepRefused as error:
        return order_news.refused(ctx, error)
    return _done(ctx, moved)


def _confirm(ctx: Ctx, detail: str) -> Reply:
    order = order_of_card(ctx)
    try:
        moved = confirm(ctx.uow, order.id, ctx.person.id, order_news.worded(detail), order_news.terms_of(ctx))
    except StepRefused as error:
        return order_news.refused(ctx, error)
    return _done(ctx, moved)


def _done(ctx: Ctx, moved: Moved, *, approved: bool = False) -> Reply:
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    card = order_news.redrawn(ctx, {**ctx.subject(), "rejecting": False})
    news = order_news.follow(ctx, moved.order, restocked=moved.restocked, approved=approved) if moved.fresh else ()
    return Reply(card=card, posts=news, refresh=(moved.order.id,))


def ask_for(ctx: Ctx, answer: str, key: str, *, always: bool = False, **values: object) -> tuple[Post, ...]:
    """Take the next message as the answer; said in words where the card itself does not ask."""
    assert ctx.card is not None
    pending.ask(ctx.uow, ctx.account, answer, orjson.dumps({"card": ctx.card.id}).decode())
    in_card = ctx.connection.capabilities(ctx.command.conversation).text_input
    return () if in_card and not always else (Post(text=ctx.say(key, **values)),)


def answered(ctx: Ctx) -> Reply | None:
    """Find the card a message answers; a reply when it is gone."""
    assert ctx.question is not None
    pending.forget(ctx.uow, ctx.account)
    ctx.card = card_rows.find(ctx.uow, orjson.loads(ctx.question.params)["card"])
    if ctx.card is None or ctx.card.person_id != ctx.person.id:
        return ctx.text(CardUnknown.code)
    return None


def _decides(ctx: Ctx, order: OrderView) -> bool:
    if ctx.person.id in (order.person_id, order.first_approver_id):
        return False
    return ctx.person.id == order.approver_id or ADMIN in ctx.person.roles


def order_of_card(ctx: Ctx) -> OrderView:
    return reading.find(ctx.uow, ctx.subject()["order"])


FEATURE = Feature(
    name="approvals",
    actions=(
        CardAction(name="approval.approve", handler=agree),
        CardAction(name="approval.reject", handler=decline),
        CardAction(name="approval.reason", handler=ask_reason, keeps=True),
        CardAction(name="approval.reject_send", handler=declined),
        CardAction(name="approval.keep", handler=keep),
        CardAction(name="confirm.ask", handler=ask_detail, keeps=True),
        CardAction(name="confirm.send", handler=confirmed),
    ),
    views={"approval": draw_approval, "confirmation": draw_confirmation},
    answers={"approval.reason": reason_said, "confirm.detail": detail_said},
)
