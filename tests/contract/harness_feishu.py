"""Feishu under the contract (feishu.md)."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from adapters.base import Json, Outgoing, Raw
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.crypto import encrypt, sign
from adapters.simulation import Delivered, Fault
from tests.contract.harness import Failure, Harness, Proof, until

KEY, VERIFICATION = "contract-encrypt-key", "contract-verification-token"
APPS = {1: ("cli_contract00000001", "contract-app-secret-1"), 2: ("cli_contract00000002", "contract-app-secret-2")}


def _refusals(meaning: type[OutboundError], *codes: int, msg: str = "refused", status: int = 400) -> list[Failure]:
    bodies = [json.dumps({"code": code, "msg": msg}).encode() for code in codes]
    return [Failure(meaning, Fault(status=status, body=body)) for body in bodies]


def _card_refusal(code: int, meaning: type[OutboundError] = Rejected, why: str = "bad") -> Failure:
    msg = f"Failed to create card content, ext=ErrCode: {code}; ErrMsg: {why}; "
    return _refusals(meaning, 230099, msg=msg)[0]


class FeishuHarness(Harness):
    messenger = name = "feishu"
    person = "ou_li"
    other = "ou_han"
    group = "oc_growth"
    secret_field = "app_secret"
    token_path = "/tenant_access_token/internal"
    send_path = "/im/v1/messages"
    window = timedelta(hours=8)
    lost_handles = ("expired", "lost")
    unknown_failure = Fault(status=400, body=b'{"code":98765432,"msg":"hint"}')
    bad_token = Fault(status=400, body=b'{"code":99991663,"msg":"Invalid access token"}')
    failures = (  # §5.2; 99991663 is clause 22
        *_refusals(RateLimited, 99991400, status=429),
        *_refusals(RateLimited, 230020, 99991403),
        *_refusals(
            Unreachable, 99992351, 99992360, 99992381, 99992361, 230002, 230013, 230018, 230035, 230029, 230034, 230038,
            230053, 232009,
        ),
        *_refusals(
            Rejected, 99992364, 99992354, 99992402, 230001, 230011, 230110, 230022, 230028, 230025, 230031, 230054,
            230075,
        ),
        *_refusals(Transient, 99991401, 99991665, 99991672, 99991679, 230006, 230027, 230049),
        *(
            _card_refusal(code)
            for code in (100290, 11310, 200380, 200381, 200732, 200737, 200550, 200570, 200621, 200861, 200914, 200915)
        ),
        _card_refusal(11310, Transient, "card action is lock"),
        Failure(RateLimited, Fault(status=429)),
        Failure(Transient, Fault(status=500)),
        Failure(Transient, Fault(status=502, body=b"<html>")),
        Failure(Transient, Fault(body=b"<html>")),
    )  # fmt: skip

    def make_simulator(self) -> FeishuSimulator:
        app_id, secret = APPS[self.app]
        return FeishuSimulator(
            app_id=app_id, app_secret=secret, encrypt_key=KEY, verification_token=VERIFICATION, clock=self.clock,
            rate_limits=False, empty_fields=True, deadline=2.0, connect_deadline=2.0, challenge_deadline=2.0,
        )  # fmt: skip

    @property
    def _sim(self) -> FeishuSimulator:
        return cast(FeishuSimulator, self.sim)

    def make_settings(self, base_url: str) -> Json:
        app_id, secret = APPS[self.app]
        return {
            "app_id": app_id, "app_secret": secret, "encrypt_key": KEY, "verification_token": VERIFICATION,
            "api_base_url": base_url,
        }  # fmt: skip

    async def ready(self) -> None:
        await until(lambda: any("/bot/v3/info" in call.path for call in self.sim.wire))

    def proofs(self, raw: Raw) -> tuple[Proof, ...]:
        names = ("x-lark-signature", "x-lark-request-timestamp", "x-lark-request-nonce")
        return tuple(Proof("headers", name) for name in names)

    def sealed(self, content: bytes) -> Iterator[Raw]:
        body = json.dumps({"encrypt": encrypt(content.decode(errors="replace"), KEY)}).encode()
        stamp = str(int(self.clock.now().timestamp()))
        headers = {
            "x-lark-request-timestamp": stamp, "x-lark-request-nonce": "n",
            "x-lark-signature": sign(stamp, "n", KEY, body),
        }  # fmt: skip
        yield Raw(method="POST", headers=headers, query={}, body=body, at=self.clock.now())

    def _event(self, event_type: str, event: Json) -> Raw:
        header = {
            "event_id": "e1", "event_type": event_type, "create_time": "1773972000000", "token": VERIFICATION,
            "app_id": APPS[self.app][0], "tenant_key": "2ca1d211f64f6438",
        }  # fmt: skip
        envelope = {"schema": "2.0", "header": header, "event": event}
        return next(self.sealed(json.dumps(envelope).encode()))

    def is_verified(self, outcome: Delivered) -> bool:
        return outcome.status == 200

    async def tamper(self) -> Delivered:
        faults: tuple[dict[str, Any], ...] = (
            {"sign": False}, {"encrypted": False, "sign": False}, {"token": "another"}, {"encrypt_key": "another"},
            {"tamper": True},
        )  # fmt: skip
        done = [await self._sim.inject("im.message.receive_v1", {"message": {}}, **how) for how in faults]
        return next((one for one in done if one.status < 400), done[-1])

    def own_messages(self) -> tuple[Raw, ...]:
        sender = {"sender_id": {"open_id": "ou_bot"}, "sender_type": "app", "tenant_key": "2ca1d211f64f6438"}
        message = {
            "message_id": "om_own", "create_time": "1773972000000", "chat_id": self.group, "chat_type": "group",
            "message_type": "text", "content": '{"text":"/okr"}',
        }  # fmt: skip
        return (self._event("im.message.receive_v1", {"sender": sender, "message": message}),)

    def unknown(self) -> tuple[Raw, ...]:
        return (self._event("brand.new.event_v9", {}), next(self.sealed(_legacy_event())))

    def live_markup(self, payload: Json) -> list[str]:
        """Tags, links, emphasis and headings of markdown elements (§3.4), and `<at …>` of text messages (§4.2)."""
        if payload["msg_type"] == "text":
            return re.findall(r"(?i)<\s*/?\s*(?:at|a)\b[^>]*>?|\[[^\]]*\]\([^)]*\)", payload["text"])
        return [mark for text in _markdown(payload["card"]) for mark in _MARKS.findall(text)]

    def beyond(self) -> Iterator[tuple[str, Json]]:
        """§3.2: 30 KB, 200 elements, one-of-a-kind names and option values."""
        yield "card_bytes", _card([{"tag": "markdown", "content": "x" * (30 * 1024)}])
        yield "elements", _card([{"tag": "hr"} for _ in range(201)])
        text = {"tag": "plain_text", "content": "o"}
        twice = [{"text": text, "value": "same"} for _ in range(2)]
        yield "options", _card([{"tag": "select_static", "name": "s", "options": twice}])

    def issued_tokens(self) -> list[str]:
        return [self._sim.tenant.tokens._newest]

    async def lose(self, way: str, out: Outgoing) -> Outgoing:
        if way == "expired":
            self.clock.advance(timedelta(days=15))
            return out
        return replace(out, target=None)


_MARKS = re.compile(r"<[A-Za-z/!][^>]*>?|\]\([^)\n]*\)|!\[|\*\*|\*|`|~~|__|(?m:^\s*(?:#|>|[-+] |\d+[.)] ))")


def _markdown(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if part.get("tag") in ("markdown", "lark_md"):
            yield part["content"]
        for inner in part.values():
            yield from _markdown(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _markdown(inner)


def _card(elements: list[Json]) -> Json:
    return {"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": elements}}}


def _legacy_event() -> bytes:
    return json.dumps({"type": "event_callback", "token": VERIFICATION, "event": {"type": "brand_new"}}).encode()
