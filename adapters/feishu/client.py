"""Calls to the Feishu API: one token, one transport, the SDK's catalogue of calls, our reading of the answers."""

import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.base import DirectoryEntry, Json, Outgoing, Receipt, SendKind
from adapters.errors import OutboundError, Rejected, Transient
from adapters.feishu import codes, render, sdk
from adapters.feishu.envelope import Bot
from adapters.feishu.settings import FeishuSettings
from adapters.transport import Reply, Token, TokenKeeper, Transport, lifetime
from adapters.uploads import Uploads, form
from domain.clock import Clock
from domain.command import ConversationKind, Secret

TOKEN_PATH = "/open-apis/auth/v3/tenant_access_token/internal"  # noqa: S105 (a path, not a secret)
BOT_PATH = "/open-apis/bot/v3/info"
IMAGE_PATH = "/open-apis/im/v1/images"
TOKEN_MARGIN = 30 * 60
"""Seconds before its end at which a token is renewed: from then on the platform gives a new one (feishu.md §4.1)."""

UPDATE_WINDOW = timedelta(days=14)
UPLOAD_LIFE = timedelta(days=7)
"""How long we trust an image_key; the platform names no end (§4.2)."""
_UUID = re.compile(r"[A-Za-z0-9_.:-]{1,50}")
_LEFT = ("is_frozen", "is_resigned", "is_exited")


class FeishuClient:
    """The effects of one app. Every method raises only outbound errors."""

    def __init__(self, settings: FeishuSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = Transport(settings.api_base_url)
        self._tokens = TokenKeeper(self._fetch_token, clock)
        self._uploads = Uploads(clock, UPLOAD_LIFE)

    async def send(self, out: Outgoing) -> Receipt:
        """Do what one outbox row asks."""
        match out.kind:
            case SendKind.SEND:
                return await self._send(out)
            case SendKind.PICTURE:
                return await self._uploads.deliver(out, self._upload, lambda key: self._send(_image(out, key)))
            case SendKind.UPDATE:
                return await self._update(out)
            case SendKind.RECALL:
                return await self._recall(out)
            case SendKind.LOOK_UP:
                return Receipt(entry=await self._look_up(out.conversation.id))

    async def bot(self) -> Bot:
        """Who we are on the platform (§4.4)."""
        told = _object(await self._call(sdk.Call("GET", BOT_PATH, {}, None)), "bot")
        return Bot(open_id=_words(told, "open_id"), name=_words(told, "app_name"))

    async def close(self) -> None:
        await self._transport.close()

    async def _send(self, out: Outgoing) -> Receipt:
        """To a person by open_id, to a group by chat_id; within the thread when we know a message to answer there."""
        if out.conversation.thread_id and out.target:
            try:
                return _receipt(await self._call(_reply_call(out, out.target)))
            except Rejected as error:
                if not codes.means(error, codes.NO_THREAD):
                    raise
        return _receipt(await self._call(_create_call(out)))

    async def _upload(self, png: bytes) -> str:
        """Keep a picture for messages of this app; its image_key (§4.2, "Image"). Raises the outbound errors."""

        async def attempt(token: str) -> Reply:
            headers = {"Authorization": f"Bearer {token}"}
            body = form("image", png, image_type="message")
            return await self._transport.call("POST", IMAGE_PATH, headers=headers, data=body)

        body = codes.check(await self._tokens.authorised(attempt, codes.is_token_expired))
        if not (key := _words(_object(body, "data"), "image_key")):
            raise Transient("no-image-key")
        return key

    async def _update(self, out: Outgoing) -> Receipt:
        """Change the card in place; as a new message where that cannot be done any more (contract clause 19)."""
        if out.target and out.payload["msg_type"] == "interactive":
            try:
                await self._call(sdk.patch_message(message_id=out.target, content=render.content(out.payload)))
            except Rejected as error:
                if not codes.means(error, codes.GONE):
                    raise
            else:
                return Receipt(message_id=out.target)
        sent = _receipt(await self._call(_create_call(out)))
        return Receipt(message_id=sent.message_id, fresh=True)

    async def _recall(self, out: Outgoing) -> Receipt:
        if not out.target:
            raise Rejected("no-target")
        try:
            await self._call(sdk.delete_message(out.target))
        except Rejected as error:
            if not codes.means(error, codes.RECALLED):
                raise
        return Receipt(message_id=out.target)

    async def _look_up(self, open_id: str) -> DirectoryEntry:
        """One directory entry. Fields the app may not see are None (they are gated by scopes, §4.4)."""
        user = _object(_object(await self._call(sdk.get_user(open_id)), "data"), "user")
        status = user.get("status")
        departments = user.get("department_ids")
        first = departments[0] if isinstance(departments, list) and departments else None
        return DirectoryEntry(
            user_id=open_id,
            name=_words(user, "name") or None,
            department=await self._department(first) if isinstance(first, str) else None,
            employee_no=_words(user, "employee_no") or None,
            active=not any(status.get(mark) is True for mark in _LEFT) if isinstance(status, dict) else None,
        )

    async def _department(self, department_id: str) -> str | None:
        """A department's name; None when we may not see it. The entry is worth having without it."""
        try:
            body = await self._call(sdk.get_department(department_id))
        except OutboundError:
            return None
        return _words(_object(_object(body, "data"), "department"), "name") or None

    async def _call(self, call: sdk.Call) -> dict[str, Any]:
        async def attempt(token: str) -> Reply:
            return await self._transport.call(
                call.method,
                call.path,
                params=call.query or None,
                json=call.body,
                headers={"Authorization": f"Bearer {token}"},
            )

        return codes.check(await self._tokens.authorised(attempt, codes.is_token_expired))

    async def _fetch_token(self) -> Token:
        secret = {"app_id": self._settings.app_id, "app_secret": self._settings.app_secret.get_secret_value()}
        body = codes.check(await self._transport.call("POST", TOKEN_PATH, json=secret))
        value, seconds = body.get("tenant_access_token"), body.get("expire")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise Transient("no-token")
        return Token(Secret(value), self._clock.now() + lifetime(seconds, TOKEN_MARGIN))


def _create_call(out: Outgoing) -> sdk.Call:
    private = out.conversation.kind is ConversationKind.DIRECT
    return sdk.create_message(
        receive_id_type="open_id" if private else "chat_id",
        receive_id=out.conversation.id,
        msg_type=out.payload["msg_type"],
        content=render.content(out.payload),
        uuid=uuid(out.dedupe),
    )


def _reply_call(out: Outgoing, message_id: str) -> sdk.Call:
    return sdk.reply_message(
        message_id=message_id,
        msg_type=out.payload["msg_type"],
        content=render.content(out.payload),
        uuid=uuid(out.dedupe),
    )


def uuid(dedupe: str) -> str:
    """The platform's dedupe key, at most 50 characters: ours, or its digest when it is longer (§4.2)."""
    return dedupe if _UUID.fullmatch(dedupe) else hashlib.sha256(dedupe.encode()).hexdigest()[:50]


def _image(out: Outgoing, image_key: str) -> Outgoing:
    return replace(out, payload={"msg_type": "image", "image_key": image_key})


def _receipt(body: Json) -> Receipt:
    """Raises `Transient` when a success names no message: the dedupe key makes asking again harmless."""
    message_id = _words(_object(body, "data"), "message_id")
    if not message_id:
        raise Transient("no-message-id")
    return Receipt(message_id=message_id)


def _object(body: Json, key: str) -> Json:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _words(body: Json, key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""
