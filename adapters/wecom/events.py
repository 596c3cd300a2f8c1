"""Events of the app: card clicks, menu clicks, opened chats, directory changes (wecom.md §2.2-§2.4)."""

import re
from collections.abc import Mapping
from datetime import datetime
from xml.etree.ElementTree import Element

from adapters.base import Commands, Ignored, Parsed
from adapters.errors import Malformed
from adapters.wecom.origin import CLICK_CODE, Happening, Origin, moment, person, response_handle
from cards.action import ActionRef
from domain.command import Kind, Value

MANY_MARK = "#many"
"""Suffix of the submit key of a vote with several answers, so that even one answer comes back as a tuple: the event
does not say which mode the vote had. No encoded `ActionRef` can end in it."""

_CARD_EVENTS = ("template_card_event", "template_card_menu_event")
_OPENED = ("enter_agent", "subscribe")
_MENU_COMMAND = re.compile(r"cmd[:_](.+)")
_LEFT = "5"
_KEY_PARTS = (
    "CreateTime", "Event", "EventKey", "ChangeType", "UserID", "NewUserID", "Id", "TagId", "TaskId", "ResponseCode",
    "CardType",
)  # fmt: skip
_IGNORED = frozenset({
    "unsubscribe", "view", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_sysphoto",
    "pic_photo_or_album", "pic_weixin", "location_select", "location", "taskcard_click", "batch_job_result",
    "open_approval_change", "share_agent_change", "share_chain_change", "inactive_alert", "close_inactive_agent",
    "reopen_inactive_agent",
})  # fmt: skip


def is_contact(said: Mapping[str, str]) -> bool:
    """Whether it is a directory event: those may carry the contact-sync assistant's agent id instead of ours."""
    return said.get("Event", "").casefold() == "change_contact"


def read(origin: Origin, root: Element, said: Mapping[str, str], at: datetime) -> Parsed:
    """The event as commands, or why it is of no use to us. Raises `Malformed`."""
    event = said.get("Event", "").casefold()
    if event in _CARD_EVENTS:
        return _card(origin, root, said, at)
    if event == "click":
        return _menu(origin, said, at)
    if event in _OPENED:
        return _one(origin, said, at, Happening(kind=Kind.EVENT, name="chat.entered"))
    if event == "change_contact":
        return _contact(origin, said, at)
    return Ignored(event if event in _IGNORED else "unknown_event")


def _key(origin: Origin, said: Mapping[str, str]) -> str:
    """The extended key of §1.6: sender and second alone would drop bursts and quick clicks."""
    return origin.key(person(said), "event", *(said.get(part, "") for part in _KEY_PARTS))


def _one(origin: Origin, said: Mapping[str, str], at: datetime, what: Happening, **style: str) -> Commands:
    command = origin.command(_key(origin, said), what, actor=person(said), sent_at=moment(said), at=at)
    return Commands((command,), style)


def _menu(origin: Origin, said: Mapping[str, str], at: datetime) -> Parsed:
    match = _MENU_COMMAND.fullmatch(said.get("EventKey", "").strip())
    if match is None:
        return Ignored("menu")
    return _one(origin, said, at, Happening(kind=Kind.SLASH, name=match[1].strip().casefold()))


def _card(origin: Origin, root: Element, said: Mapping[str, str], at: datetime) -> Parsed:
    key = said.get("EventKey", "")
    try:
        ref = ActionRef.decode(key.removesuffix(MANY_MARK))
    except ValueError as error:
        raise Malformed("action") from error
    task = said.get("TaskId", "")
    what = Happening(
        kind=Kind.ACTION,
        name=ref.name,
        params=ref.params,
        values=_selected(root, many=key.endswith(MANY_MARK)),
        reply=response_handle(said.get("ResponseCode", ""), moment(said), kind=CLICK_CODE),
        card_ref=task.partition("@")[0] or None,
    )
    return _one(
        origin, said, at, what, card="1", user=said.get("FromUserName", ""), task=task, time=str(int(at.timestamp()))
    )


def _selected(root: Element, *, many: bool) -> dict[str, Value]:
    """Question → chosen option id, or a tuple of them; unanswered questions are absent."""
    values: dict[str, Value] = {}
    # by plain tags, which the parser's own tree finds; a path would be walked in Python
    for item in (item for items in root.findall("SelectedItems") for item in items.findall("SelectedItem")):
        question = item.findtext("QuestionKey") or ""
        options = [option.text for ids in item.findall("OptionIds") for option in ids.findall("OptionId")]
        chosen = tuple(option for option in options if option)
        if question and chosen:
            values[question] = chosen if many or len(chosen) > 1 else chosen[0]
    return values


def _contact(origin: Origin, said: Mapping[str, str], at: datetime) -> Parsed:
    change = said.get("ChangeType", "").casefold()
    if change.endswith("_party"):
        return Ignored("contact_party")
    if change == "update_tag":
        return Ignored("contact_tag")
    if change not in ("create_user", "update_user", "delete_user"):
        return Ignored("unknown_contact_change")
    user = person(said, "UserID")
    left = change == "delete_user" or said.get("Status", "").strip() == _LEFT
    values: dict[str, Value] = {"user_id": user}
    if not left:
        # `Department` holds ids only (§2.4): the reader asks the directory for the name.
        values |= {"name": said["Name"]} if said.get("Name") else {}
        values |= {"new_user_id": person(said, "NewUserID")} if said.get("NewUserID", "").strip() else {}
    what = Happening(kind=Kind.EVENT, name="directory.left" if left else "directory.changed", values=values)
    sender = person(said)
    command = origin.command(_key(origin, said), what, actor=sender, sent_at=moment(said), at=at, about=user)
    return Commands((command,))
