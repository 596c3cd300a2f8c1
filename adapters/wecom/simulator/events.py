"""The decrypted content of every callback the platform sends (wecom.md §2.1–2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.envelope import Element, document, selected_items


@dataclass(frozen=True, slots=True, kw_only=True)
class CardClick:
    """A click as it goes over the wire. `selected` None leaves `SelectedItems` out altogether."""

    event: str
    key: str
    task_id: str
    card_type: str
    response_code: str
    selected: Mapping[str, Sequence[str]] | None


def text_message(company: Company, person: str, text: str, message_id: str) -> bytes:
    return document(
        {
            **_head(company, person),
            "MsgType": "text",
            "Content": text,
            "MsgId": int(message_id),
            "AgentID": company.agent_id,
        }
    )


def event(company: Company, person: str, name: str, key: str = "") -> bytes:
    """enter_agent, click, subscribe and whatever else has this shape."""
    return document({**_event(company, person, name), "EventKey": key, "AgentID": company.agent_id})


def card_click(company: Company, person: str, click: CardClick) -> bytes:
    fields: dict[str, Element] = {
        **_event(company, person, click.event),
        "EventKey": click.key,
        "TaskId": click.task_id,
        "CardType": click.card_type,
        "ResponseCode": click.response_code,
        "AgentID": company.agent_id,
    }
    if click.selected is not None:
        fields["SelectedItems"] = selected_items(click.selected)
    return document(fields)


def change_contact(company: Company, change: str, fields: Mapping[str, Element]) -> bytes:
    return document({**_event(company, "sys", "change_contact"), "ChangeType": change, **fields})


def _head(company: Company, person: str) -> dict[str, Element]:
    created = int(company.clock.now().timestamp())
    return {"ToUserName": company.corp_id, "FromUserName": person, "CreateTime": created}


def _event(company: Company, person: str, name: str) -> dict[str, Element]:
    return {**_head(company, person), "MsgType": "event", "Event": name}
