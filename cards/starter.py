"""The starter kit's card, from 0/3 to 3/3, and HR's board of who is where (flow 5.8, R-ADO-04, R-ADO-05)."""

from collections.abc import Sequence
from decimal import Decimal

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Field,
    Fields,
    Header,
    Note,
    Plain,
    Progress,
    Style,
    Text,
    Tone,
)
from cards.text import day, say
from domain.starter.messages import REWARDS, Board, Kit, Step, Stuck

_DOORS = {Step.GOAL: "okr", Step.CHECKIN: "checkin", Step.THANKS: "kudos"}
"""Where each step is done."""
SHOWN = 12
"""So many names on a board."""


def kit_card(key: str, kit: Kit, name: str, locale: str, go: Sequence[str], *, later: bool = False) -> Card:
    """The kit as it stands. `go` are the features that are there; `later`: they have put it off."""
    done = len(kit.done)
    title = say(locale, "st.title", name=name) if done == 0 else step_words(kit, locale)
    ratio = Decimal(done) / len(Step)
    blocks: list[Block] = [Progress(say(locale, "st.progress"), ratio, f"{done}/{len(Step)}")]
    blocks += [_row(step, kit, locale) for step in Step]
    if not kit.goals_published:
        blocks.append(Note(_waiting(kit, locale)))
    if kit.owed:
        blocks.append(Note(say(locale, "st.budget")))
    if later and kit.next is not None:
        blocks.append(Note(say(locale, "st.put_off")))
    tone = Tone.SUCCESS if kit.next is None else Tone.INFO
    return Card(
        kind="starter_kit", key=key, header=Header(title, tone=tone), blocks=tuple(blocks), summary=title,
        actions=_actions(kit, locale, go, later=later), locale=locale,
    )  # fmt: skip


def step_words(kit: Kit, locale: str) -> str:
    """How far somebody is, in a line: `✅ 2/3　已得 40 分，下一步：…`."""
    done, following = len(kit.done), kit.next
    if following is None:
        return say(locale, "st.full", p=kit.paid)
    return say(locale, "st.step", i=done, p=kit.paid, next=say(locale, f"st.{following}"))


def board_card(key: str, board: Board, locale: str) -> Card:
    """HR's board: how far everybody is, and who has not moved on for more than two workdays."""
    pairs = tuple(Field(f"{at}/{len(Step)}", str(count)) for at, count in enumerate(board.counts))
    blocks: list[Block] = [Fields(pairs)]
    if not board.goals_published:
        blocks.append(Note(say(locale, "st.board.blocker")))
    if board.owed:
        blocks.append(Note(say(locale, "st.board.owed", n=board.owed)))
    if board.stuck:
        blocks.append(Text((Bold(say(locale, "st.board.stuck", n=len(board.stuck))),)))
    blocks += [_stuck(one, locale) for one in board.stuck[:SHOWN]]
    if len(board.stuck) > SHOWN:
        blocks.append(Note(say(locale, "st.board.more", n=len(board.stuck) - SHOWN)))
    title = say(locale, "st.board")
    return Card(
        kind="starter_board", key=key, header=Header(title, tone=Tone.INFO), blocks=tuple(blocks), summary=title,
        updates=False, locale=locale,
    )  # fmt: skip


def _row(step: Step, kit: Kit, locale: str) -> Block:
    mark = "✅" if step in kit.done else "▫️"
    return Text((Plain(f"{mark} {say(locale, f'st.{step}')}　+{REWARDS[step]}"),))


def _actions(kit: Kit, locale: str, go: Sequence[str], *, later: bool) -> tuple[Action, ...]:
    following = kit.next
    if following is None:
        return _open(("points",), locale, go)
    if not kit.begun and not kit.done:
        start = Button(label=say(locale, "st.start"), ref=ActionRef("starter.begin"), style=Style.PRIMARY, hint="/kit")
        look = Button(label=say(locale, "st.look"), ref=ActionRef("okr.tree"), hint="/okr tree")
        return (start, look) if later else (start, look, _put_off(locale))
    doors = _open((_DOORS[following],), locale, go, step=following)
    look = Button(label=say(locale, "st.look"), ref=ActionRef("okr.tree"), hint="/okr tree")
    beside = (look,) if following is Step.GOAL else ()
    check = (Button(label=say(locale, "st.have"), ref=ActionRef("starter.begin")),) if following is Step.GOAL else ()
    return (*doors, *check, *beside) if later else (*doors, *check, *beside, _put_off(locale))


def _open(names: Sequence[str], locale: str, go: Sequence[str], *, step: Step | None = None) -> tuple[Action, ...]:
    return tuple(
        Button(
            label=say(locale, f"st.do.{step}" if step is not None else f"go.{name}"), ref=ActionRef(f"go.{name}"),
            style=Style.PRIMARY, hint=f"/{name}",
        )
        for name in names if name in go
    )  # fmt: skip


def _put_off(locale: str) -> Button:
    return Button(label=say(locale, "st.later"), ref=ActionRef("starter.later"))


def _waiting(kit: Kit, locale: str) -> str:
    """The company's goals come first (flow 5.8 step 4)."""
    if kit.publisher:
        return say(locale, "st.ceo", name=kit.publisher)
    return say(locale, "st.no_company_goals")


def _stuck(one: Stuck, locale: str) -> Block:
    since = say(locale, "st.board.since", date=day(one.since, locale))
    return Text((Bold(one.name), Plain(f"　{say(locale, f'st.{one.step}')}　{since}")))
