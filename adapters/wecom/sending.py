"""What the outbox asks of WeCom: send, picture, change, take back, look up (wecom.md §3.2-§3.5, §3.7, §3.9)."""

import hashlib
import logging
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from adapters.base import DirectoryEntry, Outgoing, Receipt
from adapters.errors import Rejected, Unreachable
from adapters.uploads import Uploads
from adapters.wecom.client import Client
from adapters.wecom.codes import RECALL_TOO_LATE, RESPONSE_CODE_SPENT, TASK_ID_INVALID
from adapters.wecom.origin import CLICK_CODE, RESPONSE_CODE, response_handle
from domain.clock import Clock
from domain.command import ConversationKind, ReplyHandle

log = logging.getLogger("bida.wecom")

Json = dict[str, Any]

_CARD = "template_card"
_TEXT_DUPLICATES_SECONDS = range(60, 14_400)
_CARD_DUPLICATES_SECONDS = 14_400
_REMEMBERED = 4096
_NOT_IN_TASK_ID = re.compile(r"[^0-9A-Za-z_\-]")
_UPLOAD_LIFE = timedelta(days=2, hours=12)
"""An upload lives three days (§3.7)."""
_GONE = frozenset({2, 5})
"""`status` of a member who is disabled or has left (§2.4)."""


class Sending:
    """Every kind of `Outgoing`, for one app. `user` is wechatpy's API group on our client."""

    def __init__(self, client: Client, user: Any, agent_id: int, clock: Clock) -> None:
        self._client = client
        self._user = user
        self._agent_id = agent_id
        self._clock = clock
        self._uploads = Uploads(clock, _UPLOAD_LIFE)
        self._spent: dict[str, None] = {}  # rows whose code was found spent: their retries send anew, in this order

    async def send(self, out: Outgoing) -> Receipt:
        """A new message: to a person (§3.2, one recipient each) or to a group the app has made (§3.5)."""
        if out.conversation.kind is ConversationKind.GROUP:
            if out.payload["msgtype"] == _CARD:
                raise Rejected("card-in-group")
            await self._client.post("appchat/send", {"chatid": out.conversation.id, "safe": 0, **out.payload})
            return Receipt()
        try:
            body = await self._client.post("message/send", self._message(out))
        except Rejected as error:
            if error.code == str(TASK_ID_INVALID) and out.attempt > 0:
                return Receipt()  # our ids are well-formed: the first attempt did arrive, only its answer was lost
            raise
        _demand_delivered(body)
        handle = response_handle(str(body.get("response_code") or ""), self._clock.now())
        return Receipt(message_id=str(body.get("msgid") or ""), handle=handle)

    async def picture(self, out: Outgoing) -> Receipt:
        """An image message, to a person or to a group (§3.2, §3.5)."""

        async def post(media_id: str) -> Receipt:
            return await self.send(replace(out, payload={"msgtype": "image", "image": {"media_id": media_id}}))

        return await self._uploads.deliver(out, self._client.upload, post)

    async def update(self, out: Outgoing) -> Receipt:
        """Change the card by its handle; without a usable one, send it anew (contract clause 19)."""
        if not self._usable(out.handle) or out.payload["msgtype"] != _CARD or out.dedupe in self._spent:
            return await self._send_anew(out)
        assert out.handle is not None
        change = {
            "userids": [out.conversation.id],
            "agentid": self._agent_id,
            "response_code": out.handle.value.reveal(),
            _CARD: out.payload[_CARD],
        }
        try:
            body = await self._client.post("message/update_template_card", change)
        except Rejected as error:
            if error.code != str(RESPONSE_CODE_SPENT):
                raise
            # spent by our own first attempt, whose answer was lost (§3.3), or by the same card on the click's exchange:
            # we died before that was noted, and a second message would be a doubled answer
            if out.attempt > 0 or out.handle.kind == CLICK_CODE:
                return Receipt(message_id=out.target or "")
            self._remember_spent(out.dedupe)
            return await self._send_anew(out)
        _demand_delivered(body)
        return Receipt(message_id=out.target or "")

    async def recall(self, out: Outgoing) -> Receipt:
        """Take a message back (24 h, §3.4); too late or never possible is no error."""
        if not out.target or out.conversation.kind is ConversationKind.GROUP:
            log.info("recall_impossible")
            return Receipt()
        try:
            await self._client.post("message/recall", {"msgid": out.target})
        except Rejected as error:
            if error.code != str(RECALL_TOO_LATE):
                raise
        return Receipt(message_id=out.target)

    async def look_up(self, out: Outgoing) -> Receipt:
        """The member's directory entry (§3.9). Raises `Unreachable` for an unknown or invisible one."""
        member = await self._user.get(out.conversation.id)
        status = member.get("status")
        entry = DirectoryEntry(
            user_id=str(member.get("userid") or out.conversation.id).casefold(),
            name=_text(member.get("name")),
            department=await self._department(member),
            active=status not in _GONE if isinstance(status, int) else None,
        )
        return Receipt(entry=entry)

    async def _department(self, member: Json) -> str | None:
        """The name of the main department; None when we may not see it."""
        listed = member.get("department")
        number = member.get("main_department") or (listed[0] if isinstance(listed, list) and listed else None)
        if not isinstance(number, int):
            return None
        try:
            body = await self._client.get("department/get", {"id": number})
        except Unreachable:
            return None
        department = body.get("department")
        return _text(department.get("name")) if isinstance(department, dict) else None

    async def _send_anew(self, out: Outgoing) -> Receipt:
        sent = await self.send(out)
        self._spent.pop(out.dedupe, None)
        return Receipt(message_id=sent.message_id, handle=sent.handle, fresh=True)

    def _remember_spent(self, dedupe: str) -> None:
        if len(self._spent) >= _REMEMBERED:
            del self._spent[next(iter(self._spent))]
        self._spent[dedupe] = None

    def _usable(self, handle: ReplyHandle | None) -> bool:
        return (
            handle is not None
            and handle.kind in (RESPONSE_CODE, CLICK_CODE)
            and handle.uses_left > 0
            and self._clock.now() < handle.expires_at
        )

    def _message(self, out: Outgoing) -> Json:
        """The body of message/send. There is no idempotency key: WeCom drops an identical body within an interval
        (§3.2). A card's body is unique by its task id. A text's is made so by its interval, which differs from row to
        row: a retry is dropped, an honest repeat of the same words arrives; short, should WeCom compare words only."""
        message: Json = {"touser": out.conversation.id, "agentid": self._agent_id, **out.payload}
        if message["msgtype"] == _CARD:
            message[_CARD] = {**message[_CARD], "task_id": task_id(out)}
            interval = _CARD_DUPLICATES_SECONDS
        else:
            interval = _TEXT_DUPLICATES_SECONDS[int(_digest(out.dedupe), 16) % len(_TEXT_DUPLICATES_SECONDS)]
        return message | {"enable_duplicate_check": 1, "duplicate_check_interval": interval}


def task_id(out: Outgoing) -> str:
    """`<card key>@<row>`: unique per outbox row, stable over its retries, and the clicked card can be told from it."""
    card = _NOT_IN_TASK_ID.sub("-", out.card_key or "card")[:64]
    return f"{card}@{_digest(out.dedupe)}"


def _digest(dedupe: str) -> str:
    return hashlib.sha256(dedupe.encode()).hexdigest()[:16]


def _demand_delivered(body: Json) -> None:
    """errcode 0 with our one recipient in a list of failures is a failure (§3.2). Raises `Unreachable`."""
    for name in ("invaliduser", "unlicenseduser"):
        if body.get(name):
            raise Unreachable(name)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
