"""The message calls of the platform: send, reply, update, edit, recall, read, react (feishu.md §1.12, §4.2)."""

import json
from uuid import uuid4

from aiohttp import web

from adapters.feishu.simulator import cards
from adapters.feishu.simulator.api import body_of, object_of, ok, text_of
from adapters.feishu.simulator.content import accept, mentions_in
from adapters.feishu.simulator.messages import Chat, Message, millis
from adapters.feishu.simulator.refusal import Refusal, field_error
from adapters.feishu.simulator.tenant import TENANT, UPDATE_WINDOW, Tenant
from adapters.simulation import Json

MAX_EDITS = 20
_ID_TYPES = ("open_id", "union_id", "user_id", "email", "chat_id")


def routes() -> list[web.RouteDef]:
    """All message routes."""
    one = "/open-apis/im/v1/messages/{message_id}"
    return [
        web.post("/open-apis/im/v1/messages", _send), web.post(f"{one}/reply", _reply), web.patch(one, _update),
        web.put(one, _edit), web.delete(one, _recall), web.get(one, _read), web.post(f"{one}/reactions", _react),
        web.delete(f"{one}/reactions/{{reaction_id}}", _unreact),
    ]  # fmt: skip


async def _send(request: web.Request) -> web.Response:
    tenant, body = request.app[TENANT], await body_of(request)
    id_type = request.query.get("receive_id_type", "")
    if id_type not in _ID_TYPES:
        raise field_error("receive_id_type")
    receiver, kind, content = (text_of(body, name) for name in ("receive_id", "msg_type", "content"))
    uuid = text_of(body, "uuid", optional=True)
    if (before := tenant.sent_before(f"{uuid}")) is not None:
        return ok(show(tenant, before))
    value = accept(tenant, kind, content, len(await request.read()))
    chat = _chat(tenant, receiver) if id_type == "chat_id" else None
    chat = chat or tenant.chats.direct(tenant.recipient(id_type, receiver).open_id)
    return _post(tenant, chat, kind, value, uuid)


async def _reply(request: web.Request) -> web.Response:
    tenant, body = request.app[TENANT], await body_of(request)
    parent = tenant.message(request.match_info["message_id"])
    kind, content = text_of(body, "msg_type"), text_of(body, "content")
    in_thread = body.get("reply_in_thread", False)
    if not isinstance(in_thread, bool):
        raise field_error("reply_in_thread must be a boolean")
    uuid = text_of(body, "uuid", optional=True)
    if (before := tenant.sent_before(uuid)) is not None:
        return ok(show(tenant, before))
    if parent.recalled:
        raise Refusal(230011, "The message was recalled.")
    if parent.only_for:
        raise Refusal(230050, "The message is invisible to the operator.")
    value = accept(tenant, kind, content, len(await request.read()))
    chat = _chat(tenant, parent.chat.chat_id)
    if in_thread and not chat.is_group:
        raise Refusal(230071, "This chat does not support reply in thread.")
    return _post(tenant, chat, kind, value, uuid, parent, in_thread)


def _post(
    tenant: Tenant, chat: Chat, kind: str, value: Json, uuid: str, parent: Message | None = None,
    in_thread: bool = False,
) -> web.Response:  # fmt: skip
    tenant.not_too_fast(f"to:{chat.chat_id}")
    message = tenant.chats.post(
        chat, "bot", kind, value, tenant.clock.now(), parent=parent, in_thread=in_thread,
        mentions=tuple(mentions_in(tenant, kind, value)),
    )  # fmt: skip
    tenant.remember(uuid, message)
    return ok(show(tenant, message))


def _chat(tenant: Tenant, chat_id: str) -> Chat:
    chat = tenant.chats.by_id.get(chat_id)
    if chat is None:
        raise Refusal(230034, "The receive_id is invalid.")
    if chat.dissolved:
        raise Refusal(232009, "The chat has been dissolved.")
    if not chat.has_bot:
        raise Refusal(230002, "The bot can not be outside the group.")
    if chat.person:
        tenant.recipient("open_id", chat.person)
    return chat


async def _update(request: web.Request) -> web.Response:
    """PATCH: change a card for everybody, within 14 days, if it is shared before and after (§1.12)."""
    tenant, body = request.app[TENANT], await body_of(request)
    message = _own(tenant, request, 230027)
    content = text_of(body, "content")
    if message.recalled:
        raise Refusal(230011, "The message was recalled.")
    if message.kind != "interactive" or message.only_for or message.batch:
        raise Refusal(230001, "This message can not be updated.")
    if tenant.clock.now() - message.sent_at > UPDATE_WINDOW:
        raise Refusal(230031, "The message was sent more than 14 days ago.")
    tenant.not_too_fast(f"update:{message.message_id}")
    card = accept(tenant, "interactive", content, len(await request.read()))
    if not _shared(message.content) or not _shared(card):
        raise Refusal(230001, "config.update_multi must be true before and after the update.")
    if message.answering:
        await tenant.let_answers_land()
    tenant.change_card(message, card)
    return ok({})


def _shared(card: Json) -> bool:
    return cards.schema_of(card) == "2.0" or card.get("config", {}).get("update_multi") is True


async def _edit(request: web.Request) -> web.Response:
    """PUT: edit a text or post, at most 20 times."""
    tenant, body = request.app[TENANT], await body_of(request)
    message = _own(tenant, request, 230071)
    kind, content = text_of(body, "msg_type"), text_of(body, "content")
    if message.recalled:
        raise Refusal(230011, "The message was recalled.")
    if message.kind not in ("text", "post") or kind not in ("text", "post"):
        raise Refusal(230001, "Only text and post can be edited.")
    if tenant.clock.now() - message.sent_at > UPDATE_WINDOW:
        raise Refusal(230075, "The message is too old to be edited.")
    if message.edits >= MAX_EDITS:
        raise Refusal(230072, "The message has reached the number of times it can be edited.")
    value = accept(tenant, kind, content, len(await request.read()))
    message.kind = kind
    message.edits += 1
    message.replace(value, tenant.clock.now())
    return ok(show(tenant, message))


async def _recall(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    message = _own(tenant, request, 230026)
    if message.recalled:
        raise Refusal(230110, "The message has been deleted.")
    if message.only_for:
        raise Refusal(230050, "The message is invisible to the operator.")
    if tenant.recall_window is not None and tenant.clock.now() - message.sent_at > tenant.recall_window:
        raise Refusal(230009, "The message can not be recalled any more.")
    message.recalled = True
    return ok({})


async def _read(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    message = tenant.message(request.match_info["message_id"])
    shown = show(tenant, message)
    if message.kind == "interactive" and request.query.get("card_msg_content_type") != "user_card_content":
        title = message.content.get("header", {}).get("title", {}).get("content", "")
        reduced = {"title": title, "elements": [[{"tag": "text", "text": "请升级至最新版本客户端，以查看内容"}]]}
        shown["body"] = {"content": json.dumps(reduced, ensure_ascii=False)}
    return ok({"items": [shown]})


async def _react(request: web.Request) -> web.Response:
    tenant, body = request.app[TENANT], await body_of(request)
    message = tenant.message(request.match_info["message_id"])
    emoji = text_of(object_of(body, "reaction_type"), "emoji_type")
    reaction_id = uuid4().hex
    reaction = {
        "reaction_id": reaction_id, "operator": {"operator_id": tenant.keys.app_id, "operator_type": "app"},
        "action_time": millis(tenant.clock.now()), "reaction_type": {"emoji_type": emoji},
    }  # fmt: skip
    message.reactions[reaction_id] = reaction
    return ok(reaction)


async def _unreact(request: web.Request) -> web.Response:
    tenant = request.app[TENANT]
    message = tenant.message(request.match_info["message_id"])
    reaction = message.reactions.pop(request.match_info["reaction_id"], None)
    if reaction is None:
        raise Refusal(231003, "The reaction does not exist.")
    return ok(reaction)


def _own(tenant: Tenant, request: web.Request, refused: int) -> Message:
    message = tenant.message(request.match_info["message_id"])
    if message.by != "bot":
        raise Refusal(refused, "The operator is not the sender of the message.")
    return message


def show(tenant: Tenant, message: Message) -> Json:
    """A message as the API shows it."""
    own = message.by == "bot"
    sender = {
        "id": tenant.keys.app_id if own else message.by, "id_type": "app_id" if own else "open_id",
        "sender_type": "app" if own else "user", "tenant_key": tenant.keys.tenant_key,
    }  # fmt: skip
    shown = {
        "message_id": message.message_id, "root_id": message.root_id, "parent_id": message.parent_id,
        "thread_id": message.thread_id, "msg_type": message.kind, "create_time": millis(message.sent_at),
        "update_time": millis(message.updated_at), "deleted": message.recalled, "updated": message.version > 0,
        "chat_id": message.chat.chat_id, "sender": sender,
        "body": {"content": json.dumps(message.content, ensure_ascii=False)}, "mentions": message.mentions,
    }  # fmt: skip
    return {name: value for name, value in shown.items() if value not in ("", [])}
