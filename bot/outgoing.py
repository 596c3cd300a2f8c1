"""From replies to outbox rows, in the transaction of the command: audience → fit → render → enqueue."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson

from adapters.base import Answer, Json, Rendered, Shown
from bot.connections import Connection, surface_of
from bot.context import Ctx
from bot.envelopes import address, conversation_of, encode_answer
from bot.pictures.promise import promise_picture
from bot.reply import Handled, Post, Reply
from bot.telling import reader_of
from cards.action import MARK, ActionRef, seal
from cards.fit import fit
from cards.model import Action, Button, Card, Choice, Group, Input, Option, People, PersonRef, Text
from cards.plain import plain
from domain.command import Command, Conversation, Kind
from domain.delivery import cards as card_rows
from domain.delivery import outbox
from domain.people.service import shown_on

log = logging.getLogger("bida.outgoing")

AFTER_ACK = timedelta(milliseconds=500)
"""An update must not overtake the answer to the click (feishu.md §1.12)."""
ACK_SHARE = 0.6
"""How much of the platform's deadline we use before we say "working on it" (design (f))."""


@dataclass(frozen=True, slots=True)
class _Rendered:
    """A card ready for one surface: its payload, its text, and what has to be said after it."""

    payload: Json
    plain: str
    rest: str


def promise(ctx: Ctx, reply: Reply) -> Handled:
    """Write everything a reply shows into the outbox; returns what the acknowledgement may carry."""
    done = Handled(None)
    if ctx.command.kind is Kind.ACTION:
        done = _answer_click(ctx, reply)
    else:
        if reply.toast is not None:
            _post(ctx, Post(text=reply.toast.text), 0)
        if reply.card is not None:
            _change(ctx, reply.card)
    for number, post in enumerate(reply.posts, 1):
        _post(ctx, post, number)
    for number, look_up in enumerate(reply.look_ups):
        _look_up(ctx, look_up.user_id, number)
    if reply.refresh:
        _refresh(ctx, reply)
    if not (reply.posts or reply.look_ups or reply.refresh):
        return done
    return replace(done, due=True, others=frozenset(ctx.touched - {ctx.connection.name}))


def _answer_click(ctx: Ctx, reply: Reply) -> Handled:
    """The clicked card's new face rides on the acknowledgement; the same goes into the outbox in case it cannot, or
    because the answer is not all there is to it (DingTalk repaints only the clicker's client)."""
    caps = ctx.connection.capabilities(ctx.command.conversation)
    rows: tuple[tuple[str, str], ...] = ()
    payload: Json | None = None
    due = False
    if reply.card is not None:
        rendered = _render(ctx, reply.card, ctx.command.conversation, _version(ctx, reply.card))
        if rendered.rest:
            _enqueue(ctx, Post(), ctx.command.conversation, _text(ctx, rendered.rest), rendered.rest, number=90)
        due = bool(rendered.rest) or not caps.update_card
        payload = rendered.payload
        if not caps.update_card:
            _enqueue(ctx, Post(card=reply.card), ctx.command.conversation, payload, rendered.plain, number=91)
        else:
            # held back until the acknowledgement has had its chance
            later = ack_deadline(ctx.command, ctx.connection, ctx.now) + AFTER_ACK
            row = _update(ctx, reply.card, rendered, ctx.command.conversation, later, "card", clicked=True)
            rows = ((ctx.uow.workspace_id, row),)
    toast = reply.toast
    if toast is not None and not caps.toast:
        if reply.card is None:
            _post(ctx, Post(text=toast.text, to=ctx.direct), 92)
            due = True
        toast = None
    if payload is None and toast is None:
        return Handled(None, due=due)
    answer = encode_answer(Answer(card=payload if caps.update_card else None, toast=toast))
    if caps.ack_is_final:
        return Handled(answer, ridden=rows, due=due)
    return Handled(answer, following=rows, due=due)


def _change(ctx: Ctx, card: Card) -> None:
    """Change a card nobody clicked just now: a message answered its question."""
    assert ctx.card is not None
    to = conversation_of(ctx.card.conversation)
    rendered = _render(ctx, card, to, _version(ctx, card))
    _update(ctx, card, rendered, to, ctx.now, "card", clicked=False)


def _refresh(ctx: Ctx, reply: Reply) -> None:
    """Redraw every other card about the objects that have changed, each for its own reader."""
    fresh = {post.card.key for post in reply.posts if post.card is not None}
    if ctx.card is not None:
        fresh.add(ctx.card.id)
    for row in (row for about in reply.refresh for row in card_rows.about(ctx.uow, about)):
        connection = ctx.connections.get(row.connection)
        if row.id in fresh or connection is None:
            continue
        fresh.add(row.id)
        card_rows.advance(ctx.uow, row.id, seen=row.version, verb="", subject=row.subject)
        reader = reader_of(ctx, row.person_id, connection)
        reader.card, reader.card_version = row, row.version + 1
        card = ctx.router.views[row.kind](reader, row)
        to = conversation_of(row.conversation)
        rendered = _render(reader, card, to, row.version + 1)
        _update(reader, card, rendered, to, ctx.now, f"card:{row.id}", clicked=False)
        ctx.touched.add(connection.name)


def _update(
    ctx: Ctx, card: Card, rendered: _Rendered, to: Conversation, not_before: datetime, what: str, *, clicked: bool
) -> str:
    """The outbox row of a changed card. `clicked`: the command carries the right to change it."""
    return outbox.enqueue(
        ctx.uow,
        connection=_through(ctx, to).name,
        conversation=address(to),
        dedupe=f"{ctx.command.id}:{what}",
        lane=card.key,
        kind="UPDATE",
        payload=orjson.dumps(rendered.payload).decode(),
        plain=rendered.plain,
        card_kind=card.kind,
        card_key=card.key,
        card_version=_version(ctx, card),
        reply_handle=ctx.connection.vault.lock(ctx.command.reply) if clicked else None,
        target=ctx.command.card_ref if clicked else None,
        not_before=not_before,
    )


def ack_deadline(command: Command, connection: Connection, now: datetime) -> datetime:
    """Until when the acknowledgement may still carry the answer."""
    seconds = connection.capabilities(command.conversation).ack_seconds * ACK_SHARE
    return max(now, command.received_at + timedelta(seconds=seconds))


def _post(ctx: Ctx, post: Post, number: int) -> None:
    to = post.to or ctx.command.conversation
    if post.picture is not None:
        through = _through(ctx, to)
        ctx.touched.add(through.name)
        promise_picture(ctx.uow, post, through=through.name, to=to, command=ctx.command, number=number)
        return
    if post.card is None:
        _enqueue(ctx, post, to, _text(ctx, post.text, to), post.text, number)
        return
    rendered = _render(ctx, post.card, to, 1)
    _enqueue(ctx, post, to, rendered.payload, rendered.plain, number)
    if rendered.rest:
        rest = replace(post, card=None, dedupe=f"{post.dedupe or f'{ctx.command.id}:{number}'}:rest")
        _enqueue(ctx, rest, to, _text(ctx, rendered.rest, to), rendered.rest, number, lane=post.card.key)


def _enqueue(
    ctx: Ctx, post: Post, to: Conversation, payload: Json, text: str, number: int, lane: str | None = None
) -> None:
    card = post.card
    if not text and card is None:
        return
    through = _through(ctx, to)
    ctx.touched.add(through.name)
    answers_here = card is None and to == ctx.command.conversation
    outbox.enqueue(
        ctx.uow,
        connection=through.name,
        conversation=address(to),
        dedupe=post.dedupe or f"{ctx.command.id}:{number}",
        lane=lane or post.lane or (card.key if card is not None else ctx.command.id),
        kind="SEND",
        payload=orjson.dumps(payload).decode(),
        plain=text,
        card_kind=card.kind if card is not None else "",
        card_key=card.key if card is not None else None,
        reply_handle=ctx.connection.vault.lock(ctx.command.reply) if answers_here else None,
        target=ctx.command.message_id,
        not_before=post.not_before,
        expires_at=post.expires_at,
        secret=post.secret,
    )


def _look_up(ctx: Ctx, user_id: str, number: int) -> None:
    outbox.enqueue(
        ctx.uow,
        connection=ctx.connection.name,
        conversation=address(replace(ctx.direct, id=user_id)),
        dedupe=f"{ctx.command.id}:look:{number}",
        lane=ctx.command.id,
        kind="LOOK_UP",
        payload="{}",
        plain="",
    )


def _text(ctx: Ctx, text: str, to: Conversation | None = None) -> Json:
    to = to or ctx.command.conversation
    return _through(ctx, to).adapter.render_text(text, surface_of(to)).payload


def _through(ctx: Ctx, to: Conversation) -> Connection:
    """The connection that reaches a conversation: the command's own, unless it lies on another messenger."""
    adapter = ctx.connection.adapter
    if (to.platform, to.tenant) == (adapter.platform, adapter.tenant):
        return ctx.connection
    other = ctx.connections.reaching(ctx.uow.workspace_id, to.platform, to.tenant)
    assert other is not None, "addresses come from `reach`, which only gives what we can reach"
    return other


def _version(ctx: Ctx, card: Card) -> int:
    if ctx.card is None or ctx.card.id != card.key:
        return 1
    return ctx.card_version if ctx.card_version is not None else int(ctx.card.version)


def _render(ctx: Ctx, card: Card, to: Conversation, version: int) -> _Rendered:
    """Fit and render a card; a fault in either is an alarm, and the person gets the card as text instead."""
    connection = _through(ctx, to)
    text = plain(card)
    try:
        fitted = fit(stamp(card, version, connection.vault.action_key), connection.capabilities(to))
        if fitted.card is None:
            return _Rendered(_text(ctx, fitted.rest, to), fitted.rest, "")
        rendered: Rendered = connection.adapter.render(
            fitted.card, surface_of(to), people_on(ctx, fitted.card, connection)
        )
    except Exception:
        log.exception("render_failed", extra={"card_kind": card.kind, "platform": connection.adapter.platform})
        return _Rendered(_text(ctx, text, to), text, "")
    return _Rendered(rendered.payload, text, fitted.rest)


def people_on(ctx: Ctx, card: Card, connection: Connection) -> dict[str, Shown]:
    """How the people a card names appear on this messenger."""
    refs = [span for block in card.blocks if isinstance(block, Text) for span in block.spans]
    named = {ref.person_id: ref.name for ref in refs if isinstance(ref, PersonRef)}
    for block in card.blocks:
        if isinstance(block, People):
            named.update({ref.person_id: ref.name for ref in block.people})
    if not named:
        return {}
    adapter = connection.adapter
    known = shown_on(ctx.uow, list(named), adapter.platform, adapter.tenant)
    return {person: Shown(name, known.get(person)) for person, name in named.items()}


def stamp(card: Card, version: int, key: bytes) -> Card:
    """The card with every action naming this instance and version, and proven to be ours (R-EVT-02)."""

    def proven(ref: ActionRef) -> ActionRef:
        return seal(ActionRef(ref.name, {"c": card.key, "v": str(version), **ref.params}), key)

    def option(one: Option) -> Option:
        return Option(proven(ActionRef.decode(one.value)).encode(), one.label) if one.value.startswith(MARK) else one

    def asked(one: Input) -> Input:
        if not isinstance(one, Choice) or not any(each.value.startswith(MARK) for each in one.options):
            return one
        return replace(one, options=tuple(option(each) for each in one.options))

    def action(one: Action) -> Action:
        return replace(one, ref=proven(one.ref)) if isinstance(one, Button) else one

    def group(one: Group) -> Group:
        return replace(one, by_message=proven(one.by_message)) if one.by_message is not None else one

    return replace(
        card, inputs=tuple(asked(one) for one in card.inputs), actions=tuple(action(one) for one in card.actions),
        groups=tuple(group(one) for one in card.groups),
    )  # fmt: skip
