"""Too many buttons: the most important stay, the rest become options, then words to type."""

from dataclasses import replace

from cards.fit.draft import Asked, Draft, option_of
from cards.fit.labels import shorten_all
from cards.fit.limits import button_limit, ref_fits, submits_of
from cards.fit.options import room
from cards.fit.outcome import CannotFit
from cards.model import Action, Button, Choice, Link, Style

_NAME = "action"


def fit_actions(draft: Draft) -> None:
    """Leave as many actions as the surface has buttons for. Raises `CannotFit` for a form nothing would send."""
    if draft.asked and draft.submit is None:
        raise CannotFit("submit")
    _ask_what_to_submit_for(draft)
    buttons = [action for action in draft.actions if isinstance(action, Button)]
    if not draft.asked and len(buttons) > draft.caps.max_buttons:
        _ask_for_action(draft)
    inputs = [item.input for item in draft.asked]
    limit = button_limit(inputs, len(draft.actions), draft.groups, draft.caps)
    kept = _most_important(draft, limit)
    spare = [button for button in buttons if not any(button is one for one in kept)]
    for button in sorted(spare, key=lambda one: bool(one.hint)):
        _fold(draft, button, place=buttons.index(button))
    for link in draft.actions:
        if isinstance(link, Link) and not any(link is one for one in kept):
            draft.rest.append(draft.say("plain.pair", label=link.label, value=link.url))
            draft.note(f"link:{link.label}", "rest")
    draft.actions = kept


def fit_action_labels(draft: Draft) -> None:
    """Shorten button labels that are too long."""
    limit = draft.caps.button_label
    if all(len(action.label) <= limit for action in draft.actions):
        return
    short = shorten_all([(action.label, "") for action in draft.actions], limit)
    draft.actions = [replace(action, label=label) for action, label in zip(draft.actions, short, strict=True)]


def _most_important(draft: Draft, limit: int) -> list[Action]:
    """The actions that stay, in the card's order: what sends the form, then primary, then others, links last."""
    submit = draft.submit if draft.asked else None

    def rank(action: Action) -> int:
        if isinstance(action, Link):
            return 3
        if action is submit:
            return 0
        return 1 if action.style is Style.PRIMARY else 2

    able = [one for one in draft.actions if isinstance(one, Link) or ref_fits(one.ref, draft.caps.action_bytes)]
    if submit is not None and not any(one is submit for one in able):
        raise CannotFit(f"action:{submit.ref.name}")
    chosen = sorted(able, key=rank)[:limit]
    return [action for action in draft.actions if any(action is one for one in chosen)]


def _ask_for_action(draft: Draft) -> None:
    """Make the card a form that asks what to do, where the surface has choices and the card something that submits."""
    caps = draft.caps
    possible = caps.choice and caps.max_inputs and caps.max_choices and caps.form_buttons and caps.max_options
    if possible and draft.submit is not None:
        label = draft.say("fit.actions")
        draft.asked.append(Asked(Choice(name=_NAME, label=label, options=())))
        draft.note("actions", "choice")


def _ask_what_to_submit_for(draft: Draft) -> None:
    """Where fewer buttons can send the answers along than the card has, the others become a question of their own:
    as an option of another question they would cost its answer."""
    submit = draft.submit
    if not draft.asked or submit is None or submits_of(draft.actions) <= draft.caps.submits:
        return
    others = [one for one in draft.actions if isinstance(one, Button) and one.submits and one is not submit]
    asked = Asked(Choice(name=_NAME, label=draft.say("fit.actions"), options=()))
    asked.folded = [(place, option_of(one.label, one.ref)) for place, one in enumerate(others)]
    draft.asked.append(asked)
    draft.actions = [one for one in draft.actions if not any(one is other for other in others)]
    for one in others:
        draft.note(f"action:{one.ref.name}", "option")


def _fold(draft: Draft, button: Button, place: int) -> None:
    """Give a button without room another form: an option, else what to type instead."""
    option = option_of(button.label, button.ref)
    if len(option.value) <= draft.caps.option_bytes:
        for item, choice in draft.choices():
            if option.value in {one.value for one in (*choice.options, *(one for _, one in item.folded))}:
                return
            if room(draft, item, choice) > 0:
                item.folded.append((place, option))
                draft.note(f"action:{button.ref.name}", "option")
                return
            if button.hint:
                break
    if not button.hint:
        raise CannotFit(f"action:{button.ref.name}")
    draft.hint(button)
