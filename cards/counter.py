"""Cards of the counter: the order behind a code, what became of it, and the owner's receipt (flow 5.3)."""

from datetime import datetime

from cards.action import ActionRef
from cards.model import Action, Bold, Button, Card, Confirm, Field, Fields, Header, Note, Plain, Style, Text, Tone
from cards.text import say
from domain.periods import in_zone
from domain.rewards.counter_messages import HandedOver, LookedUp, Refused
from domain.rewards.messages import OrderState, OrderView


def masked(name: str) -> str:
    """As much of a name as a clerk needs to compare: `李*`, `C* G*`."""
    words = name.split()
    return " ".join(f"{word[0]}*" for word in words) if words else "*"


def clock(at: datetime, zone: str) -> str:
    """The time of day: `14:05`."""
    return f"{in_zone(at, zone):%H:%M}"


def stamp(at: datetime, zone: str) -> str:
    """Day and time: `1/19 14:05`."""
    local = in_zone(at, zone)
    return f"{local.month}/{local.day} {local:%H:%M}"


def lookup_card(key: str, found: LookedUp, note: str, locale: str) -> Card:
    """What a code stands for, for the clerk to compare and confirm; nothing has changed yet (R-PIC-02)."""
    order, left = found.order, found.order.quantity - found.order.fulfilled
    line = say(
        locale, "ck.look", masked=masked(order.person_name), item=order.name(locale), q=left, no=order.no
    )  # fmt: skip
    late = () if found.at is None else (Note(late_line(found.at, found.store.timezone, note, locale)),)
    return Card(
        kind="pickup", key=key, header=Header(say(locale, "ck.title", store=found.store.name), tone=Tone.INFO),
        blocks=(Text((Bold(line),)), *late), actions=_choices(order, left, locale), summary=line, locale=locale,
    )  # fmt: skip


def _choices(order: OrderView, left: int, locale: str) -> tuple[Action, ...]:
    version = str(order.version)
    back = Button(label=say(locale, "ck.back"), ref=ActionRef("pickup.back"))
    whole = Button(
        label=say(locale, "ck.confirm") if left == 1 else say(locale, "ck.confirm_all", n=left),
        ref=ActionRef("pickup.confirm", {"n": str(left), "o": version}), style=Style.PRIMARY,
    )  # fmt: skip
    if left == 1:
        return whole, back
    one = Button(label=say(locale, "ck.confirm_one"), ref=ActionRef("pickup.confirm", {"n": "1", "o": version}))
    return whole, one, back


def handed_card(key: str, done: HandedOver, note: str, locale: str) -> Card:
    """The clerk's receipt: order, time, clerk, store (R-PIC-06)."""
    order, zone = done.order, done.store.timezone
    line = say(locale, "ck.done", time=clock(done.at, zone), clerk=done.clerk_name, n=done.today)
    what = say(
        locale, "ck.what", masked=masked(order.person_name), item=order.name(locale), q=done.quantity, no=order.no
    )  # fmt: skip
    notes = []
    if note:
        notes.append(Note(late_line(done.at, zone, note, locale)))
    if done.left:
        notes.append(Note(say(locale, "ck.left", n=done.left)))
    if order.state is OrderState.DISPUTED:
        notes.append(Note(say(locale, "ck.dispute_title")))
    return Card(
        kind="pickup", key=key, header=Header(say(locale, "ck.title", store=done.store.name), tone=Tone.SUCCESS),
        blocks=(Text((Bold(line), Plain("\n" + what))), *notes), summary=line, locale=locale,
    )  # fmt: skip


def late_line(at: datetime, zone: str, note: str, locale: str) -> str:
    """That something was entered after an outage: when it was, and why."""
    return say(locale, "ck.late", time=stamp(at, zone), note=note)


def refused_card(key: str, refused: Refused, locale: str) -> Card:
    """The looked-up order as it cannot be handed over any more."""
    return _closed(key, refusal_text(refused, locale), Tone.WARNING, locale)


def returned_card(key: str, locale: str) -> Card:
    """The clerk went back: nothing was handed over."""
    return _closed(key, say(locale, "ck.returned"), Tone.NEUTRAL, locale)


def _closed(key: str, text: str, tone: Tone, locale: str) -> Card:
    return Card(
        kind="pickup", key=key, header=Header(say(locale, "go.pickup"), tone=tone), blocks=(Text((Plain(text),)),),
        summary=text, locale=locale,
    )  # fmt: skip


def refusal_text(refused: Refused, locale: str) -> str:
    """Why nothing is handed over, in the words of flow 5.3."""
    time = stamp(refused.at, refused.zone) if refused.at is not None else "—"
    return say(locale, f"ck.{refused.reason}", store=refused.store_name, time=time, clerk=refused.by_name)


def receipt_card(key: str, done: HandedOver, locale: str, *, upheld: bool = False) -> Card:
    """What the owner gets: what was collected, when, where and from whom; they may say it was not them (R-PIC-06).
    `upheld`: they did, and the store manager found that it was."""
    order = done.order
    disputable = order.state is OrderState.FULFILLED and not upheld
    words = "sh.receipt" if disputable else "sh.receipt_plain"
    line = say(
        locale, words, item=order.name(locale), time=stamp(done.at, done.store.timezone), clerk=done.clerk_name
    )  # fmt: skip
    pairs = (
        Field(say(locale, "sh.receipt_order"), order.no),
        Field(say(locale, "sh.receipt_quantity"), f"×{done.quantity}"),
        Field(say(locale, "sh.receipt_store"), done.store.name),
    )
    sure = Confirm(say(locale, "sh.not_me_ask"), say(locale, "sh.not_me_sure"))
    button = Button(label=say(locale, "sh.not_me"), ref=ActionRef("receipt.not_me"), style=Style.DANGER, confirm=sure)
    title = say(locale, "sh.receipt_title", no=order.no)
    return Card(
        kind="pickup_receipt", key=key, header=Header(title, tone=Tone.SUCCESS), locale=locale, summary=line,
        blocks=(Text((Plain(line),)), Fields(pairs), *_after(done, upheld, locale)),
        actions=(button,) if disputable else (),
    )  # fmt: skip


def _after(done: HandedOver, upheld: bool, locale: str) -> tuple[Note, ...]:
    """What is to be added: more to collect, or how the report stands."""
    match done.order.state:
        case OrderState.FULFILLED if upheld:
            return (Note(say(locale, "sh.not_me_upheld")),)
        case OrderState.READY:
            return (Note(say(locale, "ck.left", n=done.left)),)
        case OrderState.DISPUTED:
            return (Note(say(locale, "sh.not_me_sent")),)
        case OrderState.REFUNDED:
            return (Note(say(locale, "sh.not_me_refunded")),)
    return ()
