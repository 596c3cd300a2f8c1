"""The way out: one outbox row becomes the right calls (dingtalk.md §3.2, §3.3, §4)."""

import logging
from dataclasses import replace
from datetime import timedelta

from adapters.base import Json, Outgoing, Receipt, SendKind
from adapters.dingtalk import codes, delivery
from adapters.dingtalk.connection import Connection
from adapters.dingtalk.directory import Directory
from adapters.dingtalk.door import CARRIER, SESSION_WEBHOOK
from adapters.errors import OutboundError, Rejected
from adapters.uploads import Uploads
from domain.clock import Clock
from domain.command import ReplyHandle, Secret

log = logging.getLogger("bida.dingtalk.client")

RECALL_WINDOW = timedelta(hours=24)
UPLOAD_LIFE = timedelta(days=1)
"""How long we trust a media id; the platform names no end (§4.8)."""
_GONE = "param.cardNotExist"
_EXISTS = "param.cardAlreadyExist"
_CREATE = "/v1.0/card/instances/createAndDeliver"
_CARDS = "/v1.0/card/instances"


class Client:
    """Sends, updates, recalls and looks up. `template` "" means that no template cards can be sent."""

    def __init__(self, connection: Connection, clock: Clock, *, robot: str, template: str, route: str) -> None:
        self._connection = connection
        self._clock = clock
        self._robot = robot
        self._template = template
        self._route = route
        self._directory = Directory(connection)
        self._uploads = Uploads(clock, UPLOAD_LIFE)

    async def send(self, out: Outgoing) -> Receipt:
        """Do what the row asks. Raises the outbound errors."""
        if out.kind is SendKind.LOOK_UP:
            return Receipt(entry=await self._directory.look_up(out.conversation.id))
        if out.kind is SendKind.RECALL:
            return await self._recall(out)
        if out.kind is SendKind.UPDATE:
            return await self._update(out)
        if out.kind is SendKind.PICTURE:
            return await self._picture(out)
        if delivery.is_card(out.payload):
            return await self._create(out, delivery.out_track_id(out))
        return await self._say(out)

    # --- cards -----------------------------------------------------------------------------------------------------

    async def _create(self, out: Outgoing, card_id: str, *, fresh: bool = False) -> Receipt:
        if not self._template:
            raise Rejected("no-template", "a template card, but no template is configured")
        body = delivery.creation(out, card_id, template=self._template, route=self._route, robot=self._robot)
        try:
            carrier = delivery.carrier_of(await self._connection.v1("POST", _CREATE, body))
        except OutboundError as error:
            if error.code == _EXISTS:
                # An earlier try went through although we never heard of it (a gateway's 504 for instance).
                return Receipt(message_id=card_id, fresh=fresh)
            raise
        return Receipt(message_id=card_id, handle=self._carrier(carrier), fresh=fresh)

    async def _update(self, out: Outgoing) -> Receipt:
        """Change the card in place; where there is nothing to change in place, send it anew."""
        if not delivery.is_card(out.payload):
            sent = await self._say(out)
            return Receipt(message_id=sent.message_id, handle=sent.handle, fresh=True)
        card_id = out.target or delivery.out_track_id(out)
        try:
            await self._connection.v1("PUT", _CARDS, delivery.change(card_id, out))
        except OutboundError as error:
            if error.code != _GONE:
                raise
            log.info("card_gone", extra={"attempt": out.attempt})
            return await self._create(out, card_id, fresh=True)
        return Receipt(message_id=card_id)

    def _carrier(self, carrier: str) -> ReplyHandle | None:
        if not carrier:
            return None
        return ReplyHandle(kind=CARRIER, value=Secret(carrier), expires_at=self._clock.now() + RECALL_WINDOW)

    # --- robot messages --------------------------------------------------------------------------------------------

    async def _say(self, out: Outgoing) -> Receipt:
        if await self._replied(out):
            return Receipt(message_id=out.dedupe)
        path, body = delivery.robot_message(out.payload, out.conversation, self._robot)
        return Receipt(message_id=delivery.query_key_of(await self._connection.v1("POST", path, body)))

    async def _picture(self, out: Outgoing) -> Receipt:
        """A picture as a robot message, by the media id of its upload (§4.3, §4.8); a session webhook takes none."""

        async def post(media_id: str) -> Receipt:
            payload: Json = {"msgKey": "sampleImageMsg", "msgParam": {"photoURL": media_id}}
            return await self._say(replace(out, payload=payload, handle=None))

        return await self._uploads.deliver(out, self._connection.upload, post)

    async def _replied(self, out: Outgoing) -> bool:
        """Answer through the session webhook where we hold a good one; False means: use the OpenAPI."""
        handle = out.handle
        body = delivery.session_message(out.payload)
        if handle is None or handle.kind != SESSION_WEBHOOK or body is None or handle.expires_at <= self._clock.now():
            return False
        reply = await self._connection.post_session(handle.value.reveal(), body)
        error = codes.legacy_error(reply)
        if error is None:
            return True
        if error.code == str(codes.SESSION_GONE):
            return False
        raise error

    async def _recall(self, out: Outgoing) -> Receipt:
        """Take a message back: a card by the carrier that came with its receipt, a robot message by its own id."""
        carrier = out.handle is not None and out.handle.kind == CARRIER
        key = out.handle.value.reveal() if out.handle is not None and carrier else out.target or ""
        path, body = delivery.recall(key, out.conversation, self._robot)
        error = delivery.recall_error(await self._connection.v1("POST", path, body), key)
        if error is not None:
            raise error
        return Receipt(message_id=out.target or "")

    # --- set-up ----------------------------------------------------------------------------------------------------

    async def register_route(self, url: str, api_secret: str) -> None:
        """Tell the platform where card callbacks go and how they are signed (§3.4). Raises the outbound errors."""
        body: Json = {
            "callbackRouteKey": self._route,
            "callbackUrl": url,
            "apiSecret": api_secret,
            "forceUpdate": True,
        }
        await self._connection.v1("POST", "/v1.0/card/callbacks/register", body)
