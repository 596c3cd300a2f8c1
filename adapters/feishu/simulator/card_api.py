"""Delayed card updates, ephemeral cards, batch sending and image upload (feishu.md §1.12, §4.2)."""

from uuid import uuid4

from aiohttp import BodyPartReader, web

from adapters.feishu.simulator.api import body_of, object_of, ok, strings_of, text_of
from adapters.feishu.simulator.cards import schema_of
from adapters.feishu.simulator.content import accept_object
from adapters.feishu.simulator.refusal import Refusal, field_error
from adapters.feishu.simulator.tenant import CARD_TOKEN_USES, TENANT, Tenant

MAX_IMAGE = 10 * 1024 * 1024
_IMAGE_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")


def routes() -> list[web.RouteDef]:
    return [
        web.post("/open-apis/interactive/v1/card/update", _delayed_update),
        web.post("/open-apis/ephemeral/v1/send", _send_ephemeral),
        web.post("/open-apis/ephemeral/v1/delete", _delete_ephemeral),
        web.post("/open-apis/message/v4/batch_send/", _batch_send),
        web.post("/open-apis/message/v4/batch_send", _batch_send),
        web.post("/open-apis/im/v1/images", _upload_image),
    ]


async def _delayed_update(request: web.Request) -> web.Response:
    """Change the clicked card with its token: at most twice, within 30 minutes, after the click was answered."""
    tenant, body = request.app[TENANT], await body_of(request)
    token = tenant.card_tokens.get(text_of(body, "token"))
    card = dict(object_of(body, "card"))
    if token is not None and not token.answered:
        await tenant.let_answers_land()
    if token is None or not token.answered:
        raise Refusal(300020, "invalid token")
    if tenant.clock.now() > token.ends:
        raise Refusal(300030, "token expired")
    if token.uses >= CARD_TOKEN_USES:
        raise Refusal(300040, "token has been used up")
    if token.message.recalled:
        raise Refusal(200000, "the message was recalled")
    viewers = strings_of(card, "open_ids", 200)
    card.pop("open_ids", None)
    exclusive = schema_of(card) == "1.0" and card.get("config", {}).get("update_multi") is not True
    if exclusive and not viewers:
        raise Refusal(300090, "open_ids is required")
    tenant.change_card(token.message, card)
    token.uses += 1
    return ok()


async def _send_ephemeral(request: web.Request) -> web.Response:
    """A card in a group that one member alone sees."""
    tenant, body = request.app[TENANT], await body_of(request)
    chat = tenant.chats.by_id.get(text_of(body, "chat_id"))
    if chat is None or not chat.is_group or chat.dissolved or not chat.has_bot:
        raise Refusal(230002, "ephemeral cards need a group the bot is in")
    if body.get("msg_type") != "interactive":
        raise field_error("msg_type must be interactive")
    id_type = next((name for name in ("open_id", "user_id", "email") if body.get(name)), "open_id")
    member = tenant.recipient(id_type, text_of(body, id_type))
    if member.open_id not in chat.members:
        raise Refusal(230013, "the person is not in the group")
    card = object_of(body, "card")
    tenant.check_card(card)
    tenant.not_too_fast(f"ephemeral:{chat.chat_id}", 40)
    message = tenant.chats.post(chat, "bot", "interactive", card, tenant.clock.now(), only_for=member.open_id)
    return ok({"message_id": message.message_id})


async def _delete_ephemeral(request: web.Request) -> web.Response:
    tenant, body = request.app[TENANT], await body_of(request)
    message = tenant.message(text_of(body, "message_id"))
    if not message.only_for or message.recalled:
        raise Refusal(18051, "the message is no ephemeral card or was deleted")
    message.recalled = True
    return ok({})


async def _batch_send(request: web.Request) -> web.Response:
    """The same message to many. Objects, not strings; refusals come with HTTP 200 (§4.2)."""
    tenant, body = request.app[TENANT], await body_of(request)
    try:
        kind = text_of(body, "msg_type")
        value = object_of(body, "card" if kind == "interactive" else "content")
        wanted = {name: strings_of(body, name, 200) for name in ("open_ids", "user_ids", "union_ids")}
        departments = strings_of(body, "department_ids", 200)
        if not any(wanted.values()) and not departments:
            raise field_error("nobody to send to")
        accept_object(tenant, kind, value)
    except Refusal as refused:
        code = 10003 if refused.code == 99992402 else refused.code
        return web.json_response({"code": code, "msg": refused.msg})
    invalid: dict[str, list[str]] = {f"invalid_{name}": [] for name in (*wanted, "department_ids")}
    people = [
        member.open_id
        for member in tenant.directory.members.values()
        if not member.left and set(member.departments) & set(departments)
    ]
    for name, ids in wanted.items():
        for one in ids:
            _resolve(tenant, name, one, people, invalid[f"invalid_{name}"])
    for person in dict.fromkeys(people):
        tenant.chats.post(tenant.chats.direct(person), "bot", kind, value, tenant.clock.now(), batch=True)
    return ok({"message_id": f"bm-{uuid4().hex}", **invalid})


def _resolve(tenant: Tenant, name: str, one: str, people: list[str], invalid: list[str]) -> None:
    try:
        people.append(tenant.recipient(name.removesuffix("s"), one).open_id)
    except Refusal:
        invalid.append(one)


async def _upload_image(request: web.Request) -> web.Response:
    """Multipart `image_type` and `image` → `image_key`."""
    tenant = request.app[TENANT]
    if request.content_type != "multipart/form-data":
        raise Refusal(234001, "Invalid request param.")
    kind, image = "", b""
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "image_type":
            kind = await part.text()
        elif isinstance(part, BodyPartReader) and part.name == "image":
            image = bytes(await part.read())
    if kind not in ("message", "avatar"):
        raise Refusal(234001, "Invalid request param.")
    if not image:
        raise Refusal(234010, "File's size can't be 0.")
    if len(image) > MAX_IMAGE:
        raise Refusal(234006, "The file size exceed the max value.")
    if not image.startswith(_IMAGE_STARTS):
        raise Refusal(234011, "Can't recognize the image format.")
    key = f"img_{uuid4()}"
    tenant.images[key] = image
    return ok({"image_key": key})
