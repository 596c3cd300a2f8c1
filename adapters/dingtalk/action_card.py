"""A fitted card without a template: a robot ActionCard whose buttons type for the person (dingtalk.md §3.11, §4.3)."""

from urllib.parse import quote

from adapters.base import Json, People
from adapters.dingtalk.markdown import block, literal, paragraphs
from adapters.dingtalk.robot_in import DO
from cards.capability import Surface
from cards.model import Action, Button, Card

MAX_BUTTONS = 5


def payload(card: Card, surface: Surface, people: People, public_url: str) -> Json:
    """`{"msgKey", "msgParam"}` for the robot send APIs. Buttons are `dtmd://` links in direct chats; in groups, where
    such a link may not reach the bot, the words to type stand in the text."""
    typed = [action for action in card.actions if isinstance(action, Button)] if surface is Surface.GROUP else []
    buttons = [action for action in card.actions if action not in typed][:MAX_BUTTONS]
    body = paragraphs(
        [
            f"**{literal(card.header.title.strip())}**" if card.header.title.strip() else "",
            literal(card.header.subtitle),
            *(block(item, people, public_url) for item in card.blocks),
            *(f"{literal(action.label)}：{_literal_command(action)}" for action in typed),
        ]
    )
    title = " ".join((card.summary or card.header.title).split())
    return _message(title, body, [(action.label, _url(action)) for action in buttons])


def text(words: str) -> Json:
    """A plain text message."""
    return {"msgKey": "sampleText", "msgParam": {"content": words}}


def command_of(button: Button) -> str:
    """What a person would type to the same effect: the button's own hint, else the encoded action."""
    return button.hint or f"/{DO} {button.ref.encode()}"


def _literal_command(button: Button) -> str:
    """The words to type. An encoded action must be copied letter by letter, and holds nothing that could be markup
    worth fearing, so it is not defused."""
    return literal(button.hint) if button.hint else command_of(button)


def _url(action: Action) -> str:
    if isinstance(action, Button):
        return f"dtmd://dingtalkclient/sendMessage?content={quote(command_of(action), safe='')}"
    return action.url


def _message(title: str, body: str, buttons: list[tuple[str, str]]) -> Json:
    if not buttons:
        return {"msgKey": "sampleMarkdown", "msgParam": {"title": title, "text": body}}
    if len(buttons) == 1:
        ((label, url),) = buttons
        return {
            "msgKey": "sampleActionCard",
            "msgParam": {"title": title, "text": body, "singleTitle": label, "singleURL": url},
        }
    numbered: Json = {"title": title, "text": body}
    for number, (label, url) in enumerate(buttons, start=1):
        numbered |= {f"actionTitle{number}": label, f"actionURL{number}": url}
    return {"msgKey": f"sampleActionCard{len(buttons)}", "msgParam": numbered}
