"""Which options a choice keeps when there is not room for all."""

from dataclasses import replace

from cards.fit.draft import Asked, Draft, is_action, option_of
from cards.fit.outcome import CannotFit
from cards.model import Choice, Option


def room(draft: Draft, item: Asked, choice: Choice) -> int:
    """How many further options the choice can take: suggestions give way, real options do not."""
    limit = draft.limit_of() - len(item.folded) - (item.door is not None)
    if item.loose:
        return limit - min(len(choice.options), len(_dearest(choice)))
    return limit - len(choice.options)


def settle(draft: Draft, item: Asked, choice: Choice) -> Choice:
    """The choice with its final options: its own, then folded buttons, then the door. Raises `CannotFit` if options
    that mean something would be lost."""
    extra = [option for _, option in sorted(item.folded, key=lambda pair: pair[0])]
    capacity = draft.limit_of() - len(extra) - (item.door is not None)
    options = choice.options
    if len(options) > capacity:
        draft.note(f"options:{choice.name}", "fewer")
        if item.loose:
            options = _from_both_ends(choice, capacity)
        else:
            if item.door is None:
                capacity -= 1
                item.door = _more(draft, choice)
            options = _from_the_front(choice, capacity)
    values = {option.value for option in options}
    tail = [*extra, *([item.door] if item.door is not None else [])]
    final = (*options, *(option for option in tail if option.value not in values))
    known = {option.value for option in final}
    return replace(choice, options=final, initial=tuple(value for value in choice.initial if value in known))


def _more(draft: Draft, choice: Choice) -> Option:
    door = draft.door_of(choice.group)
    if door is None:
        raise CannotFit(f"options:{choice.name}")
    return option_of(draft.say("fit.more"), door)


def _dearest(choice: Choice) -> set[int]:
    """The suggestions that stay to the end: the current value, the first and the last."""
    current = {place for place, option in enumerate(choice.options) if option.value in choice.initial}
    return {0, len(choice.options) - 1} | current


def _from_both_ends(choice: Choice, capacity: int) -> tuple[Option, ...]:
    count = len(choice.options)
    ends = [place for pair in zip(range(count), range(count - 1, -1, -1), strict=True) for place in pair]
    current = [place for place, option in enumerate(choice.options) if option.value in choice.initial]
    kept = sorted(list(dict.fromkeys([*current, *ends]))[: max(capacity, 0)])
    return tuple(choice.options[place] for place in kept)


def _from_the_front(choice: Choice, capacity: int) -> tuple[Option, ...]:
    options = choice.options
    must = [place for place, one in enumerate(options) if one.value in choice.initial or is_action(one)]
    if len(must) > capacity:
        raise CannotFit(f"options:{choice.name}")
    kept = sorted(list(dict.fromkeys([*must, *range(len(options))]))[:capacity])
    return tuple(options[place] for place in kept)
