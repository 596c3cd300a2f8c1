"""Inputs the surface has no form for: as choices of sensible values, by message, or on the next card."""

from cards.action import ActionRef
from cards.fit.draft import Asked, Draft, is_action, option_of
from cards.fit.limits import can_show, counts_fit
from cards.fit.options import room
from cards.fit.outcome import CannotFit
from cards.model import Bold, Button, Choice, DateInput, Group, Input, NumberInput, Option, Plain, Text


def fit_inputs(draft: Draft) -> None:
    """Leave only inputs the surface can show, whole groups from the front; the rest gets another way in."""
    order = list(dict.fromkeys(item.input.group for item in draft.asked))
    kept: list[Asked] = []
    doors: list[str] = []
    for place, key in enumerate(order):
        said = len(draft.changes)
        shown, elsewhere = _converted(draft, key)
        if not counts_fit([item.input for item in kept + shown], draft.caps):
            if kept:
                del draft.changes[said:]
                _postpone(draft, order[place:])
                break
            elsewhere += _squeezed(draft, shown)
        kept += shown
        if _send_elsewhere(draft, elsewhere):
            doors.append(key)
    position = {item.name: place for place, item in enumerate(draft.card.inputs)}
    draft.asked = sorted(kept, key=lambda item: position[item.input.name])
    for key in doors:
        _open_door(draft, key, alone=len(doors) == 1)
    _spell_out_lost_headings(draft, order)


def _converted(draft: Draft, key: str) -> tuple[list[Asked], list[Input]]:
    """A group's inputs as the surface can show them, and those it cannot show at all."""
    shown: list[Asked] = []
    elsewhere: list[Input] = []
    for item in draft.asked:
        if item.input.group != key:
            continue
        if can_show(item.input, draft.caps):
            shown.append(item)
            continue
        choice = _as_choice(item.input)
        if choice is not None and can_show(choice, draft.caps):
            shown.append(Asked(choice, loose=True, door=_door(draft, key)))
            draft.note(f"input:{choice.name}", "choice")
        else:
            elsewhere.append(item.input)
    return shown, elsewhere


def _as_choice(asked: Input) -> Choice | None:
    if not isinstance(asked, NumberInput | DateInput):
        return None
    initial = tuple(option.value for option in asked.suggestions if option.value == asked.initial)
    return Choice(
        name=asked.name,
        label=asked.label,
        options=asked.suggestions,
        required=asked.required,
        initial=initial[:1],
        group=asked.group,
        placeholder=asked.placeholder,
    )


def _door(draft: Draft, key: str) -> Option | None:
    ref = draft.door_of(key)
    return None if ref is None else option_of(draft.say("fit.other"), ref)


def _squeezed(draft: Draft, shown: list[Asked]) -> list[Input]:
    """Take optional inputs out of a group that is too big alone, last first. Required ones are never taken out."""
    taken: list[Input] = []
    while not counts_fit([item.input for item in shown], draft.caps):
        spare = next((item for item in reversed(shown) if not item.input.required), None)
        if spare is None:
            raise CannotFit(f"group:{shown[0].input.group}")
        shown.remove(spare)
        taken.insert(0, spare.input)
    return taken


def _postpone(draft: Draft, keys: list[str]) -> None:
    """These groups wait: the card is made again with them after what it asks now has been answered."""
    waiting = set(keys)
    draft.groups = [group for group in draft.groups if group.key not in waiting]
    for key in keys:
        draft.note(f"group:{key}", "next page")


def _send_elsewhere(draft: Draft, inputs: list[Input]) -> bool:
    """Find another way in for inputs of one group; True if they need the group's door."""
    needs_door = False
    for asked in inputs:
        options = asked.options if isinstance(asked, Choice) else ()
        pressed = [option for option in options if is_action(option)]
        draft.actions += [Button(label=option.label, ref=ActionRef.decode(option.value)) for option in pressed]
        if pressed and len(pressed) == len(options):
            draft.note(f"input:{asked.name}", "buttons")
        elif draft.door_of(asked.group) is not None:
            needs_door = True
            draft.note(f"input:{asked.name}", "by message")
        else:
            _ask_in_words(draft, asked)
    return needs_door


def _ask_in_words(draft: Draft, asked: Input) -> None:
    submit = draft.submit
    if submit is None or not submit.hint:
        raise CannotFit(f"input:{asked.name}")
    draft.rest.append(draft.say("fit.answer_hint", label=asked.label, hint=submit.hint))
    draft.note(f"input:{asked.name}", "hint")


def _open_door(draft: Draft, key: str, alone: bool) -> None:
    """Show the group's door: the last option of its first choice that has room, else a button of its own."""
    ref = draft.door_of(key)
    assert ref is not None
    choices = [(item, choice) for item, choice in draft.choices() if choice.group == key]
    if any(item.door is not None for item, _ in choices):
        return
    roomy = [item for item, choice in choices if room(draft, item, choice) > 0]
    target = next(iter(roomy), choices[0][0] if choices else None)
    if target is not None:
        target.door = option_of(draft.say("fit.other"), ref)
        return
    title = next((group.title for group in draft.groups if group.key == key), "")
    label = draft.say("fit.answer") if alone or not title else draft.say("fit.answer_for", title=title)
    draft.actions.append(Button(label=label, ref=ref, hint=draft.submit.hint if draft.submit else ""))


def _spell_out_lost_headings(draft: Draft, order: list[str]) -> None:
    """A group none of whose inputs is left would not be shown: its heading becomes a paragraph."""
    shown = {item.input.group for item in draft.asked}
    for group in list(draft.groups):
        if group.key in order and group.key not in shown:
            draft.groups.remove(group)
            if group.title or group.caption:
                draft.blocks.append(_heading(group))


def _heading(group: Group) -> Text:
    gap = "\n" if group.title and group.caption else ""
    return Text(tuple(span for span in (Bold(group.title), Plain(gap + group.caption)) if span.text))
