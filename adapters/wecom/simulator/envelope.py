"""The XML the platform writes: message and event bodies and the outer callback envelope (wecom.md §1.4, §2.1–2.4)."""

import re
from collections.abc import Mapping, Sequence

Element = str | int | Mapping[str, "Element"] | Sequence["Element"]

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)


def write(name: str, value: Element) -> str:
    """One element. Text goes into CDATA without what XML forbids; a sequence becomes repeated siblings."""
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, str):
        inner = _ILLEGAL.sub("", value).replace("]]>", "]]]]><![CDATA[>")
        return f"<{name}><![CDATA[{inner}]]></{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(write(child, content) for child, content in value.items())}</{name}>"
    return "".join(write(name, item) for item in value)


def document(fields: Mapping[str, Element]) -> bytes:
    return write("xml", fields).encode()


def selected_items(selected: Mapping[str, Sequence[str]]) -> Element:
    """The `SelectedItems` block of a card event."""
    return {
        "SelectedItem": [
            {"QuestionKey": question, "OptionIds": {"OptionId": list(options)}}
            for question, options in selected.items()
        ]
    }


def outer(corp_id: str, agent_id: int, encrypted: str) -> bytes:
    return document({"ToUserName": corp_id, "AgentID": str(agent_id), "Encrypt": encrypted})
