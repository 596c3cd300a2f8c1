"""Acting on the bot's answer to a callback: a text in the chat, or the clicker's card changed (wecom.md §4.5, §4.6)."""

from adapters.simulation import Delivered, Json
from adapters.wecom.simulator.api_message import apply_change, checked_card
from adapters.wecom.simulator.callbacks import Letter
from adapters.wecom.simulator.cards import INTERACTIVE
from adapters.wecom.simulator.chats import Copy
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.contents import cut_text
from adapters.wecom.simulator.crypto import Crypto
from adapters.wecom.simulator.passive import Passive, PassiveRefused, read_passive
from adapters.wecom.simulator.refusal import Refused

TEXT_ANSWERED = frozenset({"message", "event"})
CARD_ANSWERED = frozenset({"card", "card_menu"})


def act_on(company: Company, crypto: Crypto, letter: Letter, result: Delivered, before: Json | None) -> Delivered:
    """Apply an answer; what the platform would ignore goes to `company.problems`.

    `before` is the clicker's card as it was when the callback went out. The result carries the answer as its body.
    """
    if result.status != 200:
        return result
    if not result.raw:
        _overwrite(company, letter, before)
        return result
    try:
        passive = read_passive(crypto, company.corp_id, letter.person, result.raw)
        _apply(company, letter, passive)
    except (PassiveRefused, Refused) as error:
        company.problems.append(f"passive answer ignored: {error}")
        return result
    body: Json = {"msgtype": passive.kind, **passive.content}
    return Delivered(status=result.status, attempts=result.attempts, body=body, raw=result.raw)


def _apply(company: Company, letter: Letter, passive: Passive) -> None:
    if passive.kind == "text":
        if letter.kind not in TEXT_ANSWERED:
            raise PassiveRefused(f"a {letter.kind} callback takes no text")
        if not passive.content["content"]:
            raise PassiveRefused("the text is empty")
        _say(company, letter.person, cut_text(passive.content["content"]))
        return
    copy = company.chats.copy_of(letter.person, letter.message_id)
    if letter.kind not in CARD_ANSWERED or copy is None:
        raise PassiveRefused(f"a {letter.kind} callback takes no card")
    change = passive.content
    if passive.kind == "update_button":
        if copy.payload.get("card_type") not in INTERACTIVE:
            raise PassiveRefused("this card has no button to replace")
    else:
        if change.get("task_id", letter.task_id) != letter.task_id:
            raise PassiveRefused("TaskId is of another card")
        change = checked_card(company, change, update=True)
    apply_change(copy, change)
    if company.rules.passive_spends_code:
        company.codes.spend(letter.response_code)


def _say(company: Company, person: str, text: str) -> None:
    company.chats.put(
        Copy(
            message_id=company.next_number(), chat=person, person=person, by="bot", kind="text",
            payload={"content": text}, agent_id=company.agent_id, at=company.clock.now(),
        )
    )  # fmt: skip


def _overwrite(company: Company, letter: Letter, before: Json | None) -> None:
    copy = company.chats.copy_of(letter.person, letter.message_id)
    if copy is not None and before is not None and company.rules.late_answer_overwrites:
        copy.payload = before
