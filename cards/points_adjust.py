"""The card of a correction by hand, for who asks and who decides (R-LED-23)."""

from cards.action import ActionRef
from cards.model import Action, Block, Button, Card, Field, Fields, Header, Note, Style, Tone
from cards.text import day, number, say
from domain.periods import local_date
from domain.points.messages import AdjustmentView

_TONES = {"open": Tone.WARNING, "done": Tone.SUCCESS}


def adjustment_card(key: str, request: AdjustmentView, locale: str, zone: str, *, decides: bool) -> Card:
    """What is asked for and where it stands; `decides`: with the buttons."""
    signed = f"{'+' if request.amount > 0 else '−'}{number(abs(request.amount))}"
    pairs = (
        Field(say(locale, "adj.person"), request.person_name), Field(say(locale, "adj.amount"), signed),
        Field(say(locale, "adj.reason"), request.reason), Field(say(locale, "adj.evidence"), request.evidence),
        Field(say(locale, "adj.first"), request.first_name),
    )  # fmt: skip
    due = day(local_date(request.due_at, zone), locale)
    told = say(locale, f"adj.state.{request.state}", name=request.second_name, note=request.note, date=due)
    blocks: list[Block] = [Fields(pairs), Note(told)]
    actions: tuple[Action, ...] = ()
    if decides and request.state == "open":
        actions = (
            Button(label=say(locale, "adj.agree"), ref=ActionRef("adjust.agree"), style=Style.PRIMARY, hint="/adjust"),
            Button(label=say(locale, "adj.refuse"), ref=ActionRef("adjust.refuse"), hint="/adjust"),
        )
    title = say(locale, "adj.title", name=request.person_name, n=signed)
    tone = _TONES.get(request.state, Tone.NEUTRAL)
    return Card(
        kind="adjustment", key=key, header=Header(title, tone=tone), blocks=tuple(blocks), actions=actions,
        summary=title, locale=locale,
    )  # fmt: skip
