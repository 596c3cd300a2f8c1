"""Requests the platform would never send: tampered, unsigned, with a wrong token, or with made-up content."""

import json
from typing import Any, Protocol

from adapters.feishu.simulator import crypto, events
from adapters.feishu.simulator.courier import Courier
from adapters.feishu.simulator.delivery import delivered
from adapters.feishu.simulator.tenant import Tenant
from adapters.simulation import Delivered, Json


class _Sends(Protocol):
    tenant: Tenant
    _courier: Courier


class Forgery:
    """What an attacker may try against the bot's URL. One attempt each; the bot should refuse without effect."""

    async def inject(
        self: _Sends, event_type: str, event: Json, *, sign: bool = True, encrypted: bool = True,
        tamper: bool = False, token: str | None = None, encrypt_key: str = "", event_id: str = "",
    ) -> Delivered:  # fmt: skip
        """Send any event: unsigned, unencrypted, with another verification token or key, or changed after signing."""
        envelope = events.envelope(self.tenant, event_type, event, event_id=event_id, token=token)
        key = encrypt_key or self.tenant.keys.encrypt_key
        if encrypted:
            body, headers = self._courier.seal(envelope, encrypt_key=key, sign=sign)
        else:
            body = json.dumps(envelope).encode()
            headers = {"Content-Type": "application/json"} | (self._courier.signature(body, key) if sign else {})
        if tamper:
            body = body + b" "
        return delivered(await self._courier.post(body, headers, self._courier.deadline), 1)

    async def inject_card_action(self: Any, event_body: Json, **how: Any) -> Delivered:
        """A made-up card click; takes the options of `inject`. Its answer changes nothing here."""
        outcome: Delivered = await self.inject(events.CARD_CLICK, event_body, **how)
        return outcome

    async def inject_raw(self: _Sends, body: bytes, headers: dict[str, str]) -> Delivered:
        """Any bytes with any headers."""
        return delivered(await self._courier.post(body, headers, self._courier.deadline), 1)

    async def inject_old_card(self: _Sends, event_body: Json) -> Delivered:
        """The old `card.action.trigger_v1`: not encrypted, SHA-1 signed (§1.10); we never subscribe to it."""
        body = json.dumps(event_body).encode()
        timestamp, nonce = events.stamp_seconds(self.tenant.clock.now()), "old-card-nonce"
        headers = {
            "Content-Type": "application/json", "X-Lark-Request-Timestamp": timestamp, "X-Lark-Request-Nonce": nonce,
            "X-Lark-Signature": crypto.sign_old_card(timestamp, nonce, self.tenant.keys.verification_token, body),
        }  # fmt: skip
        return delivered(await self._courier.post(body, headers, self._courier.deadline), 1)
