"""What the robot receives when somebody writes to it (dingtalk.md §1.1)."""

import json
import re
import secrets
from typing import Any

from adapters.dingtalk.simulator.directory import Group, direct_conversation, opaque_id, union_id
from adapters.dingtalk.simulator.world import World

Json = dict[str, Any]
MENTION = re.compile(r"@(\S+)")
PUSH_QUOTA = "20001"


def text_message(world: World, person: str, text: str, chat: str | None, message_id: str | None) -> Json:
    """A text for the robot. In a group its own mention is already cut out, which leaves one leading space."""
    body = _envelope(world, person, chat, message_id)
    typed = f" {text}" if chat is not None else text
    content = {"msgtype": "text", "text": {"content": typed}}
    return _exhausted(body) if world.weather.quota_exhausted else {**body, **content, **_mentions(world, text, chat)}


def media_message(world: World, person: str, msgtype: str, content: Json, chat: str | None) -> Json:
    """A picture, audio, video, file or rich text for the robot; `content` as in §1.1's second table."""
    body = _envelope(world, person, chat, None)
    return {**body, "msgtype": msgtype, "content": content, **_mentions(world, "", chat)}


def _envelope(world: World, person: str, chat: str | None, message_id: str | None) -> Json:
    console, sender = world.console, world.company.people[person]
    webhook, expires_at = world.open_session(chat or person)
    body: Json = {
        "msgId": message_id or f"msg{secrets.token_urlsafe(16)}==",
        "createAt": world.milliseconds(),
        "conversationType": "1" if chat is None else "2",
        "conversationId": chat or direct_conversation(person),
        "senderId": opaque_id(person),
        "senderNick": sender.name,
        "senderPlatform": "Mac",
        "chatbotCorpId": console.corp_id,
        "chatbotUserId": console.bot_opaque_id,
        "robotCode": console.robot_code,
        "sessionWebhook": webhook,
        "sessionWebhookExpiredTime": expires_at,
    }
    if chat is not None:
        body |= {"conversationTitle": world.company.groups[chat].title, "isInAtList": True}
    if not world.weather.hide_staff_ids:
        body |= {"senderCorpId": console.corp_id, "senderStaffId": person, "isAdmin": False}
    return body


def _mentions(world: World, text: str, chat: str | None) -> Json:
    """`atUsers`: the robot itself first, then every member mentioned in the text."""
    if chat is None:
        return {}
    group = world.company.groups[chat]
    users: list[Json] = [{"dingtalkId": world.console.bot_opaque_id}]
    for user in dict.fromkeys(_mentioned(world, group, text)):
        entry = {"dingtalkId": opaque_id(user)}
        if world.weather.mention_staff_ids:
            entry |= {"staffId": user, "unionId": union_id(user)}
        users.append(entry)
    return {"atUsers": users}


def _mentioned(world: World, group: Group, text: str) -> list[str]:
    found = (world.company.member_named(group, word) for word in MENTION.findall(text))
    return [user for user in found if user is not None]


def _exhausted(body: Json) -> Json:
    """The month's pushes are used up: no content, code 20001 (§1.1)."""
    return {**body, "errorCode": PUSH_QUOTA, "errorMessage": "monthly push quota exhausted"}


def card_callback(world: World, person: str, chat: str, out_track_id: str, action: str, params: Json) -> Json:
    """The body of a card callback (§3.5); `content` and `value` are the same JSON string."""
    content = json.dumps({"cardPrivateData": {"actionIds": [action], "params": params}}, ensure_ascii=False)
    space = chat if chat in world.company.groups else direct_conversation(chat)
    return {
        "type": "actionCallback", "outTrackId": out_track_id, "corpId": world.console.corp_id, "userId": person,
        "userIdType": 1, "spaceType": "im", "spaceId": space, "extension": "{}", "content": content, "value": content,
    }  # fmt: skip
