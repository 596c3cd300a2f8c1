"""Cards that show goals: mine, the tree, the status."""

from cards.action import ActionRef
from cards.checkin_row import line_text
from cards.goals import progress_words
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Divider,
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
from cards.values import icon
from domain.goals.formulas import Status
from domain.goals.messages import GoalStatus, GoalTree, KeyResultLine, ObjectiveView
from domain.numbers import percent


def my_goals_card(key: str, objectives: tuple[ObjectiveView, ...], locale: str) -> Card:
    """`/okr`: each of my objectives with its progress and key results."""
    blocks: list[Block] = []
    for view in objectives:
        if blocks:
            blocks.append(Divider())
        blocks.append(_objective(view, locale))
        if view.progress is not None:
            caption = f"{percent(view.progress)}　{say(locale, 'okr.expected', p=percent(view.expected))}"
            blocks.append(Progress(icon(view.status), min(view.progress, type(view.progress)(1)), caption))
        blocks += [_line(line, locale) for line in view.lines]
    if not blocks:
        blocks.append(Text((Plain(say(locale, "okr.none")),)))
    return _card("okr_mine", key, say(locale, "okr.mine"), blocks, locale)


def goal_tree_card(key: str, tree: GoalTree, locale: str) -> Card:
    """`/okr tree`: level, objective, measure and responsible person, from the company down (S6)."""
    blocks: list[Block] = []
    for depth, view in tree.rows:
        blocks.append(_tree_row(depth, view, locale))
    if not blocks:
        blocks.append(Text((Plain(say(locale, "okr.none")),)))
    more: list[Action] = []
    if tree.more:
        after = str(tree.offset + len(tree.rows))
        more.append(
            Button(
                label=say(locale, "okr.more", n=tree.more), ref=ActionRef("okr.tree", {"o": after}),
                style=Style.PRIMARY, hint=f"/okr tree {after}",
            )
        )  # fmt: skip
    return _card("okr_tree", key, say(locale, "okr.tree"), blocks, locale, more)


def goal_status_card(key: str, status: GoalStatus, locale: str) -> Card:
    """`/okr status`: how many key results stand where, and what is behind."""
    pairs = [Field(f"{icon(one)} {say(locale, f'okr.status.{one}')}", str(count)) for one, count in status.counts]
    pairs.append(Field(say(locale, "okr.checked"), f"{status.checked_in}/{status.total}"))
    blocks: list[Block] = [Fields(tuple(pairs))]
    if status.worst:
        blocks.append(Text((Bold(say(locale, "okr.behind")),)))
        blocks += [_line(line, locale) for line in status.worst]
    worst = {one for one, _ in status.counts}
    tone = Tone.DANGER if Status.RED in worst else Tone.WARNING if Status.AMBER in worst else Tone.SUCCESS
    return _card("okr_status", key, say(locale, "okr.status"), blocks, locale, tone=tone)


def _objective(view: ObjectiveView, locale: str) -> Block:
    due = say(locale, "okr.due", date=day(view.due_on, locale))
    return Text((Bold(view.title), Plain(f"\n{say(locale, f'okr.level.{view.level}')}　{view.owner_name}　{due}")))


def _line(line: KeyResultLine, locale: str) -> Block:
    number = f"#{line.number} " if line.number else ""
    return Text(
        (Plain(f"{number}{line.title}　{progress_words(line, locale)}\n"), Plain(line_text(line, locale)))
    )  # fmt: skip


def _tree_row(depth: int, view: ObjectiveView, locale: str) -> Block:
    reached = percent(view.progress) if view.progress is not None else "—"
    measures = "；".join(line.title for line in view.lines[:3])
    head = f"{'　' * depth}{icon(view.status)} {say(locale, f'okr.level.{view.level}')}　"
    return Text((Plain(head), Bold(view.title), Plain(f"　{reached}　{view.owner_name}\n{'　' * depth}{measures}")))


def _card(
    kind: str, key: str, title: str, blocks: list[Block], locale: str, more: list[Action] | None = None,
    tone: Tone = Tone.INFO,
) -> Card:  # fmt: skip
    actions: list[Action] = [
        *(more or []),
        Button(label=say(locale, "ci.open"), ref=ActionRef("go.checkin"), hint="/ci"),
    ]
    if kind != "okr_tree":
        actions.append(Button(label=say(locale, "okr.tree"), ref=ActionRef("okr.tree", {"o": "0"}), hint="/okr tree"))
    if kind != "okr_status":
        actions.append(Button(label=say(locale, "okr.status"), ref=ActionRef("okr.status"), hint="/okr status"))
    note = Note(say(locale, "okr.hint"))
    return Card(
        kind=kind, key=key, header=Header(title, tone=tone), blocks=(*blocks, note), actions=tuple(actions),
        summary=title, updates=False, locale=locale,
    )  # fmt: skip
