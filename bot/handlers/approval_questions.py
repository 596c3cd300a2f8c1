"""What an approver wants to know first, and what the requester answers (product flow 5.3 step 4, 问一下)."""

from typing import Any

import orjson

from bot.context import Ctx
from bot.handlers import order_news
from bot.handlers.approvals import answered, ask_for, order_of_card
from bot.reply import Reply
from bot.router import CardAction, Feature
from bot.telling import tell, tell_text
from cards.approval_questions import question_card
from cards.model import Card
from domain.people.service import profile
from domain.rewards import reading


def ask_question(ctx: Ctx) -> Reply:
    """Ask the requester something: the next message is passed on to them."""
    order = order_of_card(ctx)
    posts = ask_for(ctx, "approval.question", "ap.question_ask", always=True, name=order.person_name)
    return Reply(card=ctx.redraw(), posts=posts)


def question_said(ctx: Ctx) -> Reply:
    """The question as a message."""
    gone = answered(ctx)
    if gone is not None:
        return gone
    order = order_of_card(ctx)
    subject = {"order": order.id, "by": ctx.person.id, "question": order_news.worded(ctx.command.args)}
    posts = tell(ctx, order.person_id, "approval_question", subject)
    return Reply(posts=(*ctx.text("ap.question_sent", name=order.person_name).posts, *posts))


def answer(ctx: Ctx) -> Reply:
    """The requester's button: their next message is passed back."""
    posts = ask_for(ctx, "question.answer", "ap.answer_ask", always=True, name=_asker(ctx, ctx.subject()["by"]))
    return Reply(card=ctx.redraw(), posts=posts)


def answer_said(ctx: Ctx) -> Reply:
    """The answer as a message."""
    gone = answered(ctx)
    if gone is not None:
        return gone
    order, subject = order_of_card(ctx), ctx.subject()
    asker = str(subject["by"])
    posts = tell_text(
        ctx, asker, "ap.answered", name=ctx.person.name, no=order.no, item=order_news.name_for(ctx, asker, order),
        answer=order_news.worded(ctx.command.args),
    )  # fmt: skip
    card = order_news.redrawn(ctx, {**subject, "answered": True})
    return Reply(card=card, posts=(*ctx.text("ap.question_sent", name=_asker(ctx, asker)).posts, *posts))


def draw_question(ctx: Ctx, row: Any) -> Card:
    subject = orjson.loads(row.subject)
    return question_card(
        row.id, reading.find(ctx.uow, subject["order"]), _asker(ctx, subject["by"]), subject["question"],
        ctx.person.locale, is_answered=bool(subject.get("answered")),
    )  # fmt: skip


def _asker(ctx: Ctx, person_id: str) -> str:
    person = profile(ctx.uow, person_id)
    return person.name if person is not None else ""


FEATURE = Feature(
    name="approval_questions",
    actions=(
        CardAction(name="approval.ask", handler=ask_question, keeps=True),
        CardAction(name="question.answer", handler=answer, keeps=True),
    ),
    views={"approval_question": draw_question},
    answers={"approval.question": question_said, "question.answer": answer_said},
)
