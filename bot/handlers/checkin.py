"""Checking in: `/checkin`, its one-line form, and the buttons of its card (product flow 5.1)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson

from adapters.base import Toast
from bot.context import Ctx
from bot.handlers.checkin_card import Items, draw, moment_of
from bot.handlers.starter import done
from bot.reply import NOTHING, Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from cards.goals import choose_line, nothing_to_check_in
from cards.model import Card
from domain.delivery import cards as card_rows
from domain.delivery import pending
from domain.errors import CardUnknown
from domain.goals.acting import addressed, lines_for
from domain.goals.messages import KeyResultLine
from domain.goals.service import is_editable
from domain.goals.sheet import Moment, Sheet, my_sheet, sheet_of, worst_first
from domain.goals.spoken import LATER, Spoken, understand
from domain.ids import new_id
from domain.people.messages import Profile
from domain.people.service import prefer, profile
from domain.periods import in_zone
from domain.starter.messages import Step

PER_CARD = 3
SNOOZE = timedelta(hours=2)


def checkin(ctx: Ctx) -> Reply:
    """`/checkin`: the card with the worst three; with a line behind it, that check-in at once; `@name` first means
    theirs."""
    if ctx.command.args[:1] in ("@", "＠"):
        return ctx.privately(_for_other(ctx, ctx.command.args[1:].strip()))
    sheet = my_sheet(ctx.uow, ctx.person.id, moment_of(ctx))
    deferred = ctx.command.params.get("deferred") == "1"
    if deferred and all(line.recent is not None for line in sheet.lines):
        return NOTHING
    if not sheet.lines:
        return ctx.privately(Reply(posts=(Post(card=nothing_to_check_in(new_id(), ctx.person.locale)),)))
    text = ctx.command.args
    if text.casefold() in LATER:
        return _later(ctx)
    if text:
        return ctx.privately(_one_line(ctx, sheet, text))
    return ctx.privately(_open(ctx, worst_first(sheet.lines)))


def _open(ctx: Ctx, lines: list[KeyResultLine], owner: Profile | None = None) -> Reply:
    items = _begin(lines[:PER_CARD], [line.id for line in lines[PER_CARD:]], owner)
    return Reply(posts=(Post(card=ctx.new_card("checkin", items.subject(ctx))),))


def _begin(lines: list[KeyResultLine], rest: list[str], owner: Profile | None) -> Items:
    return Items.begin(lines, rest, owner.name, owner.timezone) if owner is not None else Items.begin(lines, rest)


def _for_other(ctx: Ctx, text: str) -> Reply:
    """`/ci @name #n value …`: the manager, or a contributor, checks in for somebody (R-CHK-12)."""
    found = addressed(ctx.uow, ctx.person, text)
    name = text.partition(" ")[0][:20]
    if len(found.people) > 1:
        first = found.people[0]
        return ctx.text("ci.which_person", n=len(found.people), name=first.name, number=first.employee_no or "")
    owner = profile(ctx.uow, found.people[0].id) if found.people else None
    if owner is None:
        return ctx.text("ci.who", name=name)
    moment = Moment.of(ctx.now, owner.timezone, ctx.calendar())
    sheet = Sheet(lines_for(ctx.uow, my_sheet(ctx.uow, owner.id, moment).lines, ctx.person, owner.manager_id))
    if not found.rest:
        return _open(ctx, worst_first(sheet.lines), owner) if sheet.lines else ctx.text("ci.who", name=name)
    return _one_line(ctx, sheet, found.rest, owner)


def _one_line(ctx: Ctx, sheet: Sheet, text: str, owner: Profile | None = None) -> Reply:
    """`/ci #2 92 g note`: without #n only when there is no doubt which key result is meant."""
    spoken = understand(text)
    numbered = [line for line in sheet.lines if line.number == spoken.number]
    if spoken.number is None and len(sheet.lines) == 1:
        numbered = list(sheet.lines)
    if not numbered or not (spoken.value or spoken.no_change):
        return Reply(posts=(Post(card=choose_line(new_id(), sheet.lines, ctx.person.locale)),))
    items = _begin(numbered, [], owner)
    items.say(ctx, 0, spoken)
    notice = items.notice([0])
    if notice is not None:
        return ctx.text(notice)
    if items.is_refused(0) and not items.wants_reason(0):
        code, params = items.refusal(0)
        return ctx.text(code, **params)
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    card = ctx.new_card("checkin", items.subject(ctx))
    why = (_ask_why(ctx, items, 0, card.key),) if items.wants_reason(0) and not ctx.is_group else ()
    return _counted(ctx, items, Reply(posts=(Post(card=card), *why)))


def _counted(ctx: Ctx, items: Items, reply: Reply) -> Reply:
    """What was checked in by this very step may be a step of the starter kit."""
    return done(ctx, Step.CHECKIN, reply) if any(item.get("fresh") for item in items.items) else reply


def _ask_why(ctx: Ctx, items: Items, at: int, card: str) -> Post:
    """The third "no change" in a row wants a reason: the next message is it (R-CHK-04)."""
    pending.ask(ctx.uow, ctx.account, "checkin.line", orjson.dumps({"card": card, "k": at, "why": True}).decode())
    line = items.sheet(ctx).find(items.ids[at])
    return Post(text=ctx.say("ci.why", title=line.title if line is not None else ""))


def submit(ctx: Ctx) -> Reply:
    """The form: every key result that was on the page is checked in, asked about, or handed back with what is wrong."""
    items = Items.of(ctx)
    touched = items.take_form(ctx)
    if not touched:
        return ctx.toast("ci.nothing", tone="warning")
    if not all(items.is_refused(at) for at in touched):
        prefer(ctx.uow, ctx.person, ctx.command.platform)
    return _shown(ctx, items, _outcome(items, touched))


def _outcome(items: Items, touched: list[int]) -> str:
    """The text that says how it went for these."""
    return items.notice(touched) or ("ci.toast_saved" if items.all_done(touched) else "ci.toast_check")


def keep(ctx: Ctx) -> Reply:
    """No change: for what the person sees, which on a small card is one key result."""
    items = Items.of(ctx)
    touched = items.keep(ctx)
    if not touched:
        return ctx.toast("ci.nothing", tone="warning")
    reply = _shown(ctx, items, _outcome(items, touched))
    unexplained = next((at for at in touched if items.wants_reason(at)), None)
    if unexplained is None:
        return reply
    assert ctx.card is not None
    return replace(reply, posts=(_ask_why(ctx, items, unexplained, ctx.card.id), *reply.posts))


def confirm(ctx: Ctx) -> Reply:
    """Yes, the implausible value is right (R-CHK-10), or the number with "%" means the number (R-GEN-09)."""
    items = Items.of(ctx)
    at = _place(ctx, items)
    items.confirm(ctx, at)
    return _shown(ctx, items, _outcome(items, [at]))


def fix(ctx: Ctx) -> Reply:
    """No, let me correct it: back to the form with what was entered."""
    items = Items.of(ctx)
    items.reopen(_place(ctx, items))
    return _shown(ctx, items, None)


def edit(ctx: Ctx) -> Reply:
    """Correct a finished check-in within 24 hours (R-CHK-08)."""
    items = Items.of(ctx)
    moment, sheet = items.moment(ctx), items.sheet(ctx)
    opened = [line for line in sheet.lines if is_editable(line, ctx.person, moment)]
    other = next((line.recent for line in sheet.lines if line.recent and line.recent.by_id != ctx.person.id), None)
    if not opened and other is not None:
        said = Toast(text=ctx.say("ci.overtaken", name=other.by_name), tone="warning")
        return Reply(card=ctx.redraw(), toast=said)
    if not opened:
        return Reply(card=ctx.redraw(), toast=Toast(text=ctx.say("ci.too_late"), tone="warning"))
    items.edit(opened)
    return _shown(ctx, items, None)


def following(ctx: Ctx) -> Reply:
    """The next three, on the same card."""
    items = Items.of(ctx)
    moment = items.now(ctx)
    lines = sheet_of(ctx.uow, items.rest[:PER_CARD], {}, moment).lines
    owner = lines[0].owner_id if lines else ctx.person.id
    numbers = {line.id: line.number for line in my_sheet(ctx.uow, owner, moment).lines}
    return _shown(ctx, items.turned(list(lines), numbers, PER_CARD), None)


def snooze(ctx: Ctx) -> Reply:
    """In two hours: the command comes back by itself, unless everything has been updated by then."""
    items = Items.of(ctx)
    until = ctx.now + SNOOZE
    assert ctx.card is not None
    ctx.defer("checkin", until, f"snooze:{ctx.card.id}:{ctx.card.version}")
    items.snoozed = in_zone(until, ctx.person.timezone).strftime("%H:%M")
    return _shown(ctx, items, None)


def wake(ctx: Ctx) -> Reply:
    """Back from a snooze by hand."""
    items = Items.of(ctx)
    items.snoozed = ""
    return _shown(ctx, items, None)


def _later(ctx: Ctx) -> Reply:
    until = ctx.now + SNOOZE
    ctx.defer("checkin", until, f"snooze:{ctx.command.key}")
    return ctx.text("ci.snoozed", time=in_zone(until, ctx.person.timezone).strftime("%H:%M"))


def ask(ctx: Ctx) -> Reply:
    """`自定义…`: the next message in this chat is the value, status and note of this key result."""
    items = Items.of(ctx)
    at = _place(ctx, items)
    assert ctx.card is not None
    question = orjson.dumps({"card": ctx.card.id, "k": at}).decode()
    pending.ask(ctx.uow, ctx.account, "checkin.line", question)
    line = items.sheet(ctx).find(items.ids[at])
    asked = [line.title if line is not None else "", ctx.say("ci.custom"), ctx.say("ci.custom_more")]
    return Reply(posts=(Post(text="\n".join(asked)),), card=ctx.redraw())


def answered(ctx: Ctx) -> Reply:
    """The message that answers `ask`. What cannot be read is asked again; the question stays open."""
    assert ctx.question is not None
    asked: dict[str, Any] = orjson.loads(ctx.question.params)
    row = card_rows.find(ctx.uow, asked["card"])
    if row is None or row.person_id != ctx.person.id:
        pending.forget(ctx.uow, ctx.account)  # answered, not refused: a refusal would keep the question
        return ctx.text(CardUnknown.code)
    ctx.card = row
    items = Items.of(ctx)
    at = int(asked["k"])
    if not items.is_open(at):
        pending.forget(ctx.uow, ctx.account)
        return Reply(card=ctx.redraw(), posts=(Post(text=ctx.say("error.duplicate")),))
    text = ctx.command.args
    items.say(ctx, at, Spoken(no_change=True, note=text) if asked.get("why") else understand(text))
    if items.is_refused(at):
        code, params = items.refusal(at)
        return ctx.text(code, **params)
    pending.forget(ctx.uow, ctx.account)
    prefer(ctx.uow, ctx.person, ctx.command.platform)
    notice = items.notice([at])
    words = ctx.say(notice) if notice is not None else items.words(ctx, at)
    return _counted(ctx, items, Reply(card=_next(ctx, items), posts=(Post(text=words),) if words else ()))


def _shown(ctx: Ctx, items: Items, toast: str | None) -> Reply:
    said = Toast(text=ctx.say(toast), tone="success" if toast == "ci.toast_saved" else "warning") if toast else None
    return _counted(ctx, items, Reply(card=_next(ctx, items), toast=said))


def _next(ctx: Ctx, items: Items) -> Card:
    """Make what the items say the card's next version, and draw it from what was read already."""
    assert ctx.card is not None
    ctx.advance(items.subject(ctx))
    return items.card(ctx, ctx.card.id)


def _place(ctx: Ctx, items: Items) -> int:
    """Which key result a button means; the claim is checked against the card."""
    try:
        at = int(ctx.command.params.get("k", ""))
    except ValueError:
        raise CardUnknown from None
    if not 0 <= at < len(items.ids):
        raise CardUnknown
    return at


FEATURE = Feature(
    name="checkin",
    commands=(
        SlashCommand(
            name="checkin", handler=checkin, aliases=("ci", "check-in", "签到"), bare=("打卡", "checkin"),
            help="help.checkin",
        ),
    ),
    actions=(
        CardAction(name="checkin.submit", handler=submit),
        CardAction(name="checkin.keep", handler=keep),
        CardAction(name="checkin.confirm", handler=confirm),
        CardAction(name="checkin.fix", handler=fix),
        CardAction(name="checkin.edit", handler=edit),
        CardAction(name="checkin.next", handler=following),
        CardAction(name="checkin.snooze", handler=snooze),
        CardAction(name="checkin.wake", handler=wake),
        CardAction(name="checkin.ask", handler=ask),
        CardAction(name="go.checkin", handler=checkin, on_card=False),
    ),
    views={"checkin": draw},
    answers={"checkin.line": answered},
)  # fmt: skip
