"""One command inside its unit of work (T2): who is it, what do they want, may they, what is shown. A plain function:
it runs where no network can happen, and is repeated whole when the database asks for it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from bot import outgoing
from bot.calendars import Calendars
from bot.connections import Connection, Connections
from bot.context import Ctx
from bot.reply import NOTHING, Handled, Reply
from bot.router import CardAction, Router
from bot.units import Turn
from cards.action import ActionRef, is_genuine
from cards.fit import unfold
from domain.command import Command, Kind
from domain.delivery import cards as card_rows
from domain.delivery import inbox, pending
from domain.errors import CardUnknown, Conflict, DomainError, HasLeft, NotBound, NotYours, UnknownCommand
from domain.people.messages import Profile
from domain.people.service import identify, note_reachable, profile, provisional, the_company
from domain.unit_of_work import UnitOfWork

log = logging.getLogger("bida.handling")

Act = Callable[[Ctx], Reply]


class AlreadyHandled(Exception):
    """Another process finished this inbox row first; everything of ours is rolled back."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every command needs besides itself: the tables, the connections, the calendars."""

    router: Router
    connections: Connections
    calendars: Calendars


def handle(turn: Turn, desk: Desk, connection: Connection, command: Command, row_id: str) -> Handled:
    """Handle one stored command. A `DomainError` is answered in a second, short unit; anything else is a bug and
    leaves the row to be tried again. Raises `AlreadyHandled` when somebody else was first."""
    try:
        return _unit(turn, desk, connection, command, row_id, lambda ctx: _noticed(ctx, _find))
    except DomainError as error:
        log.info(
            "refused",
            extra={
                "command_id": command.id, "command": desk.router.label(command.name), "code": error.code,
                "platform": command.platform,
            },
        )  # fmt: skip
        refusal = error
        return _unit(turn, desk, connection, command, row_id, lambda ctx: _noticed(ctx, lambda c: _refuse(c, refusal)))


def apologise(turn: Turn, desk: Desk, connection: Connection, command: Command, row_id: str) -> None:
    """The last attempt failed too: tell the person, with a number that finds the log, and stop trying."""
    with turn.unit(connection.workspace_id, command.id) as uow:
        ctx = _context(desk, connection, command, uow)
        sorry = NOTHING if _is_clock(command) else ctx.text("error.failed", ref=command.id[-8:])
        done = outgoing.promise(ctx, sorry)
        secret = _is_secret(desk.router, command)
        if inbox.fail(uow, row_id, done.answer.decode() if done.answer else None, secret=secret):
            uow.commit()


def _unit(turn: Turn, desk: Desk, connection: Connection, command: Command, row_id: str, act: Act) -> Handled:
    with turn.unit(connection.workspace_id, command.id) as uow:
        ctx = _context(desk, connection, command, uow)
        done = outgoing.promise(ctx, act(ctx))
        secret = _is_secret(desk.router, command)
        if not inbox.finish(uow, row_id, done.answer.decode() if done.answer else None, secret=secret):
            raise AlreadyHandled
        uow.commit()
    return done


def _context(desk: Desk, connection: Connection, command: Command, uow: UnitOfWork) -> Ctx:
    return Ctx(
        command=command,
        person=_person(uow, command),
        uow=uow,
        connection=connection,
        connections=desk.connections,
        router=desk.router,
        calendars=desk.calendars,
    )


def _person(uow: UnitOfWork, command: Command) -> Profile:
    actor = command.actor
    if _is_clock(command):
        return the_company(uow)
    known = identify(uow, actor.platform, actor.tenant, actor.user_id)
    if known is not None:
        if known.unreachable_here:
            note_reachable(uow, actor.platform, actor.tenant, actor.user_id, reachable=True)
        return known
    if command.kind is Kind.EVENT and command.name.startswith("directory."):
        return Profile(id="", name="", locale="zh-CN", timezone="Asia/Shanghai", provisional=True)
    return provisional(uow, actor.platform, actor.tenant, actor.user_id, actor.name)


def _is_clock(command: Command) -> bool:
    """Whether it is our own clock that speaks: a timer or a daily chore (`bot.timers`)."""
    return command.kind is Kind.EVENT and command.name.startswith("clock.")


def _is_secret(router: Router, command: Command) -> bool:
    """Whether the text of a command must not outlive its handling, however it ends."""
    match command.kind:
        case Kind.SLASH:
            found = router.command(command.name)
        case Kind.TEXT:
            found = router.plain(command.args.partition(" ")[0].casefold()) or router.looking(command.args)
        case _:
            return False
    return found is not None and found.secret


def _noticed(ctx: Ctx, act: Act) -> Reply:
    """Let an act answer; who has not seen the notice of their first contact sees it before the answer, whether that is
    an outcome or a refusal. It is drawn after, when the act may have told us who this is."""
    reply = act(ctx)
    first, person = ctx.router.first_contact, ctx.person
    if first is None or person.provisional or not person.active or person.notice_version >= first.version:
        return reply
    if ctx.command.kind is Kind.EVENT or ctx.command.params.get("deferred"):
        return reply
    notice, *more = first.handler(ctx).posts
    lane = next((post.card.key if post.card is not None else ctx.command.id for post in reply.posts), None)
    return replace(reply, posts=(replace(notice, lane=lane), *more, *reply.posts))


def _find(ctx: Ctx) -> Reply:
    command = ctx.command
    match command.kind:
        case Kind.EVENT:
            handler = ctx.router.events.get(command.name)
            return handler(ctx) if handler is not None else NOTHING
        case Kind.ACTION:
            return _press(ctx)
        case Kind.SLASH:
            _forget_question(ctx)
            return _run(ctx, command.name)
        case Kind.TEXT:
            return _hear(ctx)


def _run(ctx: Ctx, word: str) -> Reply:
    found = ctx.router.command(word)
    if found is None:
        raise UnknownCommand(word=word)
    _admit(ctx, guest=found.guest)
    return found.handler(ctx)


def _hear(ctx: Ctx) -> Reply:
    """Plain text: the answer to an open question, a command word without its slash, or nothing we know. While a
    question is open a command word is one only when it stands alone: an answer may begin with any word."""
    question = pending.find(ctx.uow, ctx.account)
    text = ctx.command.args
    word, _, rest = text.partition(" ")
    found = ctx.router.plain(word.casefold())
    if question is not None and (found is None or rest.strip()):
        if text.casefold() in ("取消", "cancel"):
            pending.forget(ctx.uow, ctx.account)
            return ctx.text("pending.cancelled")
        ctx.question = question
        return ctx.router.answers[question.action](ctx)
    if found is None:
        found, rest = ctx.router.looking(text), text
    if found is None:
        raise UnknownCommand(word=word)
    _forget_question(ctx)
    _admit(ctx, guest=found.guest)
    ctx.command = replace(ctx.command, name=found.name, args=rest.strip())
    return found.handler(ctx)


def _press(ctx: Ctx) -> Reply:
    """A button: prove that we made it, find its card, check whose it is and whether it is still the current one."""
    key = ctx.connection.vault.action_key
    # a typed text may only look like one
    folded = next((one for one in unfold(ctx.command.values) if is_genuine(one, key)), None)
    ref = folded or ActionRef(ctx.command.name, ctx.command.params)
    action = ctx.router.actions.get(ref.name)
    if action is None or not is_genuine(ref, key):
        log.warning("forged_action", extra={"command_id": ctx.command.id, "platform": ctx.command.platform})
        raise CardUnknown
    if folded is not None:
        ctx.command = replace(ctx.command, name=folded.name, params=folded.params)
    _forget_question(ctx)
    _admit(ctx, guest=action.guest)
    return _on_card(ctx, action, ref) if action.on_card else action.handler(ctx)


def _on_card(ctx: Ctx, action: CardAction, ref: ActionRef) -> Reply:
    ctx.card = card_rows.find(ctx.uow, ref.params.get("c", ""))
    if ctx.card is None:
        raise CardUnknown
    if ctx.card.person_id is not None and ctx.card.person_id != ctx.person.id:
        raise NotYours(name=_owner_name(ctx, ctx.card.person_id))
    if not action.keeps and ref.params.get("v") != str(ctx.card.version):
        return _stale(ctx, action)
    return action.handler(ctx)


def _owner_name(ctx: Ctx, person_id: str) -> str:
    owner = profile(ctx.uow, person_id)
    return owner.name if owner is not None else "?"


def _stale(ctx: Ctx, action: CardAction) -> Reply:
    """The card has moved on: by this very button (E04), or by something else (E03). Show it as it is now."""
    assert ctx.card is not None
    key = "error.duplicate" if ctx.card.verb == action.name else "error.stale_card"
    log.info("stale_click", extra={"command_id": ctx.command.id, "command": action.name, "code": key})
    reply = ctx.toast(key, tone="warning")
    return Reply(card=ctx.redraw(), toast=reply.toast)


def _refuse(ctx: Ctx, error: DomainError) -> Reply:
    """The failure as the person sees it: a toast on a click, a message otherwise. What a deferred command runs into
    is nobody's business."""
    if ctx.command.params.get("deferred") or _is_clock(ctx.command):
        return NOTHING
    if isinstance(error, Conflict) and ctx.command.kind is Kind.ACTION:
        return _press(ctx)  # somebody was faster, so this time the card is a stale one
    if ctx.command.kind is Kind.ACTION:
        return ctx.toast(error.code, tone="error", **error.params)
    if isinstance(error, UnknownCommand):
        return ctx.router.events["help.suggest"](ctx)
    return ctx.text(error.code, **error.params)


def _admit(ctx: Ctx, *, guest: bool) -> None:
    """Deny by default: guests may bind, ask for help, choose a language; leavers nothing (R-ID-03, R-ORG-03)."""
    if not ctx.person.active:
        raise HasLeft
    if ctx.person.provisional and not guest:
        raise NotBound


def _forget_question(ctx: Ctx) -> None:
    if ctx.command.kind is not Kind.ACTION:
        pending.forget(ctx.uow, ctx.account)
