"""Robot messages: what a person said to us in a chat (dingtalk.md §1.1, §7)."""

import re
from collections.abc import Mapping
from typing import Any

from adapters.base import Commands, Ignored, Json, Parsed, Raw
from adapters.dingtalk.door import SESSION_WEBHOOK, Door
from adapters.dingtalk.reading import instant, needed, nested, object_of, objects, text
from adapters.errors import Malformed
from adapters.text import split, tidy
from cards.action import MARK, ActionRef, NotAReference
from domain.command import Actor, Conversation, ConversationKind, Kind, Mention, ReplyHandle, Secret

STYLE: Mapping[str, str] = {"as": "robot"}
DO = "do"
"""The slash word that carries an encoded action where buttons can only send text (§3.11)."""

_QUOTA = "20001"
_AT_NAME = re.compile(r"(?<!\S)@(\S+)")
_SESSION_PATH = "/robot/sendBySession?"
_SESSION_USES = 20


def read(door: Door, raw: Raw) -> Parsed:
    """Turn a verified robot message into one command. Raises `Malformed`."""
    body = object_of(raw.body)
    if _QUOTA in {str(body.get(name)) for name in ("errorCode", "errCode", "errorcode", "errcode", "code")}:
        return Ignored("quota", STYLE)
    message_id = needed(body, "msgId")
    bot = text(body, "chatbotUserId")
    if bot and text(body, "senderId") == bot:
        return Ignored("own", STYLE)
    if text(body, "chatbotCorpId") not in {"", door.corp_id}:
        return Ignored("foreign.corp", STYLE)
    actor = _actor(door, body)
    said = _said(body) if actor.user_id else ""
    kind, name, args, params = _meaning(said)
    command = door.command(
        key=message_id, kind=kind, name=name, actor=actor, conversation=_conversation(door, body, actor),
        sent_at=instant(body.get("createAt", body.get("createA")), raw.at), received_at=raw.at,
        args=args, params=params, mentions=_mentions(body, said or ""), reply=_reply(door, body, raw),
        message_id=message_id,
    )  # fmt: skip
    return Commands((command,), STYLE)


def _actor(door: Door, body: Json) -> Actor:
    """The sender. A sender without staff id, or of another organisation, is nobody we can identify: user id "".

    Such a person still gets an answer through the session webhook, but what they said is not taken on as a command
    (`_said` is not asked), so that no account can ever be bound to an empty id.
    """
    own_corp = text(body, "senderCorpId") in {"", door.corp_id}
    return door.actor(text(body, "senderStaffId") if own_corp else "", text(body, "senderNick"))


def _conversation(door: Door, body: Json, actor: Actor) -> Conversation:
    kind = needed(body, "conversationType")
    if kind == "1":
        return door.conversation(ConversationKind.DIRECT, actor.user_id or needed(body, "conversationId"))
    if kind == "2":
        thread = text(body, "openThreadId") or None
        return door.conversation(ConversationKind.GROUP, needed(body, "conversationId"), thread)
    raise Malformed("conversationType")


def _said(body: Json) -> str | None:
    """The words of a message; None for one that has none (a picture, a file, …)."""
    kind = text(body, "msgtype")
    if kind == "text":
        given = body.get("text", body.get("content"))
        if isinstance(given, str):
            return given.replace("\0", "")
        return text(nested(body, "text") or nested(body, "content"), "content")
    if kind == "richText":
        parts = [text(part, "text") for part in objects(nested(body, "content"), "richText")]
        return "".join(parts) if any(part.strip() for part in parts) else None
    return None


def _meaning(said: str | None) -> tuple[Kind, str, str, Mapping[str, str]]:
    if said is None:
        return Kind.EVENT, "message.unsupported", "", {}
    words = split(said)
    if words.word == DO and words.rest.startswith(MARK):
        try:
            ref = ActionRef.decode(words.rest)
        except (NotAReference, UnicodeDecodeError):
            return Kind.SLASH, DO, words.rest, {}
        return Kind.ACTION, ref.name, "", ref.params
    if words.word:
        return Kind.SLASH, words.word, words.rest, {}
    return Kind.TEXT, "", words.rest, {}


def _mentions(body: Json, said: str) -> tuple[Mention, ...]:
    """The people named, without the bot. Shown names come from the text, in order, where there are as many of them
    as people; they are for showing only, identity is the staff id (§7)."""
    bot = text(body, "chatbotUserId")
    people = [person for person in objects(body, "atUsers") if not bot or text(person, "dingtalkId") != bot]
    named = _named_in_rich_text(body)
    shown = _AT_NAME.findall(tidy(said))
    names = shown if len(shown) == len(people) else [""] * len(people)
    mentions = []
    for person, name in zip(people, names, strict=True):
        ids = {text(person, "staffId"), text(person, "dingtalkId"), text(person, "unionId")} - {""}
        rich = next((named[id] for id in ids if id in named), "")
        mentions.append(Mention(user_id=text(person, "staffId") or None, shown_name=rich or name))
    return tuple(mentions)


def _named_in_rich_text(body: Json) -> dict[str, str]:
    if text(body, "msgtype") != "richText":
        return {}
    parts = objects(nested(body, "content"), "richText")
    return {text(part, "atUserId"): text(part, "atName").lstrip("@") for part in parts if part.get("atUserId")}


def _reply(door: Door, body: Mapping[str, Any], raw: Raw) -> ReplyHandle | None:
    """The right to answer through the session webhook; only for URLs on the host we are configured for."""
    url = text(body, "sessionWebhook")
    if not url.startswith(door.legacy_url + _SESSION_PATH) or any(mark in url for mark in " \r\n\\"):
        return None
    expires = instant(body.get("sessionWebhookExpiredTime"), raw.at)
    return ReplyHandle(kind=SESSION_WEBHOOK, value=Secret(url), expires_at=expires, uses_left=_SESSION_USES)
