"""Thanking colleagues: `/kudos` as one line and as a card, up to the moment it is given, and undo (flow 5.2)."""

from dataclasses import replace
from typing import Any

import orjson

from adapters.base import Toast
from bot.context import Ctx
from bot.handlers.kudos_allowance import begin_month, tell_admins
from bot.handlers.kudos_draft import Draft, draw, fresh_key
from bot.handlers.kudos_given import given, shown_in
from bot.handlers.kudos_problems import OTHER_WORDS, ways_out
from bot.handlers.starter import done
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from domain.delivery import cards as card_rows
from domain.delivery import pending
from domain.errors import CardUnknown, Conflict, DomainError, PostingsStopped
from domain.people.binding import account_of
from domain.points.reading import balances
from domain.recognition.errors import AllowanceUnfunded, NotActive, UndoTooLate
from domain.recognition.finding import candidates
from domain.recognition.messages import ExcessFound, KudosView
from domain.recognition.service import give, undo
from domain.recognition.tags import values_of
from domain.starter.messages import Step


def kudos(ctx: Ctx) -> Reply:
    """`/kudos`: the form, or where there are none the question for a sentence; with a line behind it, that kudos."""
    if not ctx.command.args.strip() and not ctx.command.mentions:
        return ctx.privately(_open(ctx))
    draft = Draft.begin(ctx)
    draft.hear(ctx, ctx.command.args)
    news = _go_on(ctx, draft, at_once=True)
    return _first_shown(ctx, draft, news)


def _open(ctx: Ctx) -> Reply:
    unfunded = begin_month(ctx)
    if ctx.connection.capabilities(ctx.direct).text_input:
        draft = Draft.begin(ctx)
        draft.idem = fresh_key()
        return Reply(posts=(Post(card=ctx.new_card("kudos", draft.subject())), *unfunded))
    pending.ask(ctx.uow, _direct_account(ctx), "kudos.line", "{}")
    return Reply(posts=(Post(text=_question(ctx)), *unfunded))


def _question(ctx: Ctx) -> str:
    left = balances(ctx.uow, ctx.person.id).giving
    tag = values_of(ctx.uow)[0].named(ctx.person.locale).replace(" ", "-")
    return "\n".join([ctx.say("ku.ask", left=left, tag=tag), ctx.say("ku.ask_more")])


def answered(ctx: Ctx) -> Reply:
    """The sentence asked for: shown once more before it goes out, with the value to choose (flow 5.2, WeCom)."""
    draft = Draft.begin(ctx)
    draft.hear(ctx, ctx.command.args)
    if not draft.to and not draft.unsure:
        return ctx.text("ku.nobody")
    pending.forget(ctx.uow, ctx.account)
    news = _go_on(ctx, draft, at_once=False)
    return _first_shown(ctx, draft, news)


def _first_shown(ctx: Ctx, draft: Draft, news: Reply) -> Reply:
    """The giver's first card of it, always in their direct chat; in a group a public one speaks for itself."""
    card = ctx.new_card("kudos", draft.subject(), about=draft.kudos or None)
    _listen(ctx, draft, card.key)
    reply = replace(news, posts=(Post(card=card, to=ctx.direct), *news.posts))
    if draft.kudos and (news.refresh or any(post.to == ctx.command.conversation for post in news.posts)):
        return _counted(ctx, draft, reply)
    return _counted(ctx, draft, ctx.privately(reply))


def _listen(ctx: Ctx, draft: Draft, card_key: str) -> None:
    """Where there are no forms: what only wants other words takes the next message, without a click in between."""
    wants_words = draft.state == "problem" and draft.to and [name for name, _ in draft.ways] == ["kudos.edit"]
    if wants_words and draft.error in OTHER_WORDS and not ctx.connection.capabilities(ctx.direct).text_input:
        pending.ask(ctx.uow, _direct_account(ctx), "kudos.reason", orjson.dumps({"card": card_key}).decode())


def _counted(ctx: Ctx, draft: Draft, reply: Reply) -> Reply:
    """A thank-you that was given may be a step of the starter kit."""
    return done(ctx, Step.THANKS, reply) if draft.state == "sent" else reply


def _go_on(ctx: Ctx, draft: Draft, *, at_once: bool, on_form: bool = False) -> Reply:
    """The next step of a draft: ask who is meant, ask for value and consent, or give. Gives what others see of it.
    `on_form`: what only wants other words is said on the form itself."""
    draft.error, draft.params, draft.ways = "", {}, []
    if draft.unsure:
        draft.state = "choose"
        return NOTHING
    if not at_once or (not draft.tags and draft.to):
        draft.state = "confirm"
        return NOTHING
    try:
        outcome = give(ctx.uow, ctx.person, draft.command(), ctx.calendar())
    except (Conflict, PostingsStopped):
        raise  # nothing of this unit may stay: the month's allowance was about to be granted in it
    except DomainError as error:
        draft.state, draft.error, draft.params = "problem", error.code, dict(error.params)
        if isinstance(error, NotActive):
            gone = candidates(ctx.uow, error.params["who"].split(","))
            draft.params["name"] = ctx.say("plain.names").join(one.name for one in gone)
        draft.ways = ways_out(draft, error)
        if on_form and all(name == "kudos.edit" for name, _ in draft.ways):
            draft.state = "form"
        return Reply(posts=tell_admins(ctx) if isinstance(error, AllowanceUnfunded) else ())
    if isinstance(outcome, ExcessFound):
        names = ctx.say("plain.names").join(outcome.names)
        draft.state, draft.error = "problem", "ku.excess"
        draft.params = {"names": names, "limit": str(outcome.limit)}
        draft.ways = [("kudos.agree", {})]
        return NOTHING
    draft.state, draft.kudos = "sent", outcome.kudos.id
    return NOTHING if outcome.again else given(ctx, outcome.kudos)


def _step(ctx: Ctx, draft: Draft, *, at_once: bool = True, on_form: bool = False) -> Reply:
    """The clicked card one step further."""
    news = _go_on(ctx, draft, at_once=at_once, on_form=on_form)
    shown = replace(_shown(ctx, draft), posts=news.posts, refresh=news.refresh)
    if ctx.card is not None:
        _listen(ctx, draft, ctx.card.id)
    return _counted(ctx, draft, shown)


def _shown(ctx: Ctx, draft: Draft) -> Reply:
    ctx.advance(draft.subject())
    assert ctx.card is not None
    row = card_rows.find(ctx.uow, ctx.card.id)
    return Reply(card=draw(ctx, row)) if row is not None else Reply()


def send(ctx: Ctx) -> Reply:
    """The form goes out; what is wrong with it is said on it, and nothing of it is lost."""
    draft = Draft.of(ctx)
    draft.take_form(ctx)
    return _step(ctx, draft, on_form=True)


def preview(ctx: Ctx) -> Reply:
    """The form as it would go out."""
    draft = Draft.of(ctx)
    draft.take_form(ctx)
    return _step(ctx, draft, at_once=False)


def confirm(ctx: Ctx) -> Reply:
    """Yes, as shown, with the value chosen."""
    draft = Draft.of(ctx)
    draft.take_tag(ctx)
    return _step(ctx, draft)


def toggle_private(ctx: Ctx) -> Reply:
    """Between giver and recipients only, or again for everybody."""
    draft = Draft.of(ctx)
    draft.take_tag(ctx)
    draft.private = not draft.private
    return _shown(ctx, draft)


def person(ctx: Ctx) -> Reply:
    """This one is meant."""
    draft = Draft.of(ctx)
    chosen = ctx.command.params.get("p", "")
    if draft.state != "choose" or chosen not in draft.unsure[0][1]:
        raise CardUnknown
    draft.settle(chosen)
    return _step(ctx, draft)


def skip(ctx: Ctx) -> Reply:
    """Nobody of that name: the others only."""
    draft = Draft.of(ctx)
    draft.settle("")
    return _step(ctx, draft)


def points(ctx: Ctx) -> Reply:
    """A way out: so many points each instead."""
    draft = Draft.of(ctx)
    wanted = ctx.command.params.get("p", "0")
    draft.points = int(wanted) if wanted.isdecimal() and len(wanted) < 4 else 0
    return _step(ctx, draft)


def others(ctx: Ctx) -> Reply:
    """A way out: without those who cannot get it."""
    draft = Draft.of(ctx)
    without = set(ctx.command.params.get("w", "").split(","))
    draft.to = [one for one in draft.to if one not in without]
    return _step(ctx, draft)


def agree(ctx: Ctx) -> Reply:
    """Some will get it without points, and that is all right (R-KUD-04)."""
    draft = Draft.of(ctx)
    draft.agreed = True
    return _step(ctx, draft)


def edit(ctx: Ctx) -> Reply:
    """Back to the form; where there is none, the next message is the reason."""
    draft = Draft.of(ctx)
    draft.state = "form"
    if ctx.connection.capabilities(ctx.command.conversation).text_input:
        return _shown(ctx, draft)
    assert ctx.card is not None
    nobody = not draft.to
    question = orjson.dumps({"card": ctx.card.id}).decode()
    pending.ask(ctx.uow, ctx.account, "kudos.line" if nobody else "kudos.reason", question)
    draft.state = "problem"
    asked = _question(ctx) if nobody else ctx.say("ku.ask_reason")
    return replace(_shown(ctx, draft), posts=(Post(text=asked),))


def reworded(ctx: Ctx) -> Reply:
    """The reason, said again in a message."""
    assert ctx.question is not None
    asked: dict[str, Any] = orjson.loads(ctx.question.params)
    pending.forget(ctx.uow, ctx.account)
    row = card_rows.find(ctx.uow, asked["card"])
    if row is None or row.person_id != ctx.person.id:
        return ctx.text(CardUnknown.code)
    ctx.card = row
    draft = Draft.of(ctx)
    draft.reason = ctx.command.args.strip()
    return _step(ctx, draft)


def cancel(ctx: Ctx) -> Reply:
    """Nothing is sent."""
    draft = Draft.of(ctx)
    pending.forget(ctx.uow, ctx.account)
    draft.state = "cancelled"
    return _shown(ctx, Draft(state="cancelled", idem=draft.idem))


def take_back(ctx: Ctx) -> Reply:
    """Undo, within ten minutes (R-KUD-06). Every card about it changes with it."""
    subject = ctx.subject()
    try:
        undone: KudosView = undo(ctx.uow, ctx.person, str(subject.get("kudos", "")))
    except UndoTooLate:
        ctx.advance({**subject, "late": True})
        return _redrawn(ctx, Toast(text=ctx.say("ku.undo_late"), tone="warning"))
    ctx.advance(subject)
    return replace(_redrawn(ctx, None), refresh=shown_in(ctx, undone))


def _redrawn(ctx: Ctx, toast: Toast | None) -> Reply:
    assert ctx.card is not None
    row = card_rows.find(ctx.uow, ctx.card.id)
    return Reply(card=draw(ctx, row) if row is not None else None, toast=toast)


def _direct_account(ctx: Ctx) -> str:
    """Where an answer in the direct chat belongs, wherever the question was begun."""
    actor = ctx.command.actor
    return f"{account_of(actor.platform, actor.tenant, actor.user_id)}|{ctx.direct.id}"


FEATURE = Feature(
    name="kudos",
    commands=(
        SlashCommand(
            name="kudos", handler=kudos, aliases=("thanks", "赞"), bare=("感谢", "kudos", "赞"), help="help.kudos"
        ),
    ),
    actions=(
        CardAction(name="kudos.send", handler=send),
        CardAction(name="kudos.preview", handler=preview),
        CardAction(name="kudos.confirm", handler=confirm),
        CardAction(name="kudos.private", handler=toggle_private),
        CardAction(name="kudos.person", handler=person),
        CardAction(name="kudos.skip", handler=skip),
        CardAction(name="kudos.points", handler=points),
        CardAction(name="kudos.others", handler=others),
        CardAction(name="kudos.agree", handler=agree),
        CardAction(name="kudos.edit", handler=edit),
        CardAction(name="kudos.cancel", handler=cancel),
        CardAction(name="kudos.undo", handler=take_back),
        CardAction(name="go.kudos", handler=kudos, on_card=False),
    ),
    views={"kudos": draw},
    answers={"kudos.line": answered, "kudos.reason": reworded},
)  # fmt: skip
