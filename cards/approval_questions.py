"""The card on which an approver's question reaches the requester, with the way to answer it (flow 5.3 step 4)."""

from cards.action import ActionRef
from cards.model import Action, Block, Button, Card, Header, Note, Plain, Style, Text, Tone
from cards.text import say
from domain.rewards.messages import OrderView


def question_card(
    key: str, order: OrderView, asker: str, question: str, locale: str, *, is_answered: bool = False
) -> Card:
    """`asker` wants to know `question` about an order; answered once, by the next message after the button."""
    asked = say(locale, "ap.asked", name=asker, no=order.no, item=order.name(locale), question=question)
    blocks: list[Block] = [Text((Plain(asked),))]
    actions: list[Action] = []
    if is_answered:
        blocks.append(Note(say(locale, "ap.question_sent", name=asker)))
    else:
        actions.append(
            Button(label=say(locale, "ap.answer"), ref=ActionRef("question.answer"), style=Style.PRIMARY)
        )  # fmt: skip
    actions.append(Button(label=say(locale, "go.order"), ref=ActionRef("go.order"), hint="/order"))
    title = say(locale, "ap.asked_title")
    tone = Tone.NEUTRAL if is_answered else Tone.INFO
    return Card(
        kind="approval_question", key=key, header=Header(title, order.no, tone), blocks=tuple(blocks),
        actions=tuple(actions), summary=title, locale=locale,
    )  # fmt: skip
