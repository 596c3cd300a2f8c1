"""DingTalk under the contract (dingtalk.md), with the universal card template and without."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import cast

from adapters.base import Json, Outgoing, Raw, SendKind
from adapters.dingtalk.simulator import Deadlines, DingtalkSimulator
from adapters.dingtalk.simulator.crypto import EventCipher, card_sign, robot_sign
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.simulation import Delivered, Fault
from tests.contract.harness import Failure, Harness, Proof, until

TEMPLATE = "00000000-0000-4000-8000-000000000001.schema"
CORP, TOKEN, AES_KEY = "dingcontract0001", "contracttoken", "contractAESkeycontractAESkeycontractAESkey1"
APPS = {1: ("dingcontractapp01", "contract-client-secret-1"), 2: ("dingcontractapp02", "contract-client-secret-2")}
_DENIED = "Forbidden.AccessDenied."
_LOOK_UP = "/topapi/v2/user/get"


def _v1(meaning: type[OutboundError], status: int, *codes: str) -> list[Failure]:
    bodies = [json.dumps({"requestid": "F00D", "code": code, "message": code}).encode() for code in codes]
    return [Failure(meaning, Fault(status=status, body=body)) for body in bodies]


def _legacy(meaning: type[OutboundError], *codes: int) -> list[Failure]:
    bodies = [json.dumps({"errcode": code, "errmsg": "refused"}).encode() for code in codes]
    return [Failure(meaning, Fault(path=_LOOK_UP, body=body), SendKind.LOOK_UP) for body in bodies]


class DingtalkHarness(Harness):
    messenger = name = "dingtalk"
    group = "cidGrowth=="
    secret_field = "client_secret"
    token_path = "/oauth2/accessToken"
    send_path = "/card/instances/createAndDeliver"
    window = timedelta(seconds=3600)
    body_is_signed = False  # robot messages sign their timestamp only (§1.1)
    lost_handles = ("gone", "nameless")
    unknown_failure = Fault(status=400, body=b'{"requestid":"F00D","code":"brand.new","message":"hint"}')
    bad_token = Fault(status=400, body=b'{"requestid":"F00D","code":"InvalidAuthentication","message":"x"}')
    failures = (  # §3.2, §4.2, §4.3, §5.2; bad tokens are clause 22, param.cardAlreadyExist clause 23
        *_v1(
            RateLimited, 403, _DENIED + "QpsLimitForAppkeyAndApi", _DENIED + "QpsLimitForApi",
            _DENIED + "QpmLimitForAppkeyAndApi", _DENIED + "ApiCountLimitForOrg",
        ),
        *_v1(RateLimited, 400, "send.too.fast", "send.byToken.tooFast"),
        *_v1(Rejected, 403, _DENIED + "AccessTokenPermissionDenied"),
        *_v1(Transient, 403, _DENIED + "IpNotInWhiteList"),
        *_v1(Transient, 500, "system.busy"),
        *_v1(Transient, 429, "system.busy"),
        *_v1(
            Rejected, 400, "param.empty", "param.outTrackIdEmpty", "param.openSpaceIdEmpty",
            "param.openSpaceModelInvalid", "param.openDeliverModelEmpty", "param.openDeliverModelError",
            "param.cardTemplateIdEmpty", "param.templateNotExist", "param.templateUnpublished", "param.userIdEmpty",
            "param.cardPublicDataEmpty", "param.contentUnsafe", "param.invalid", "too.many.people", "too.many.group",
            "msgParam.tooLong", "contain.sensitive", "invalidParameter.msgKey.invalid",
        ),
        *_v1(
            Unreachable, 400, "param.openSpaceIdInvalid", "param.userIdNotExist", "chatbotId.notAllow.sendOTO",
            "robot.oto.notExist", "staffId.notExisted", "bot.forbidden.sendMessage", "robotCode.auth",
            "invalid.openConversationId", "group.disbanded", "conversation.org.notMatch", "resource.unavailable",
        ),
        Failure(Transient, Fault(status=504)),
        Failure(RateLimited, Fault(status=429)),
        Failure(RateLimited, Fault(body=b'{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"0"}')),
        Failure(Transient, Fault(body=b"<!doctype html><html>")),
        *_legacy(Transient, -1, 15, 60020),
        *_legacy(RateLimited, *range(90001, 90015), 90018, 90020),
        *_legacy(Rejected, 41001, 43007, 60011),
        *_legacy(Unreachable, 50002),
    )  # fmt: skip
    template = TEMPLATE

    def make_simulator(self) -> DingtalkSimulator:
        client, secret = APPS[self.app]
        deadlines = Deadlines(message=2.0, event=2.0, card=2.0, event_retries=(), stream_close=0.1)
        return DingtalkSimulator(
            client_id=client, client_secret=secret, corp_id=CORP, robot_code=client, token=TOKEN,
            encoding_aes_key=AES_KEY, template_id=TEMPLATE, clock=self.clock, deadlines=deadlines,
        )  # fmt: skip

    @property
    def _sim(self) -> DingtalkSimulator:
        return cast(DingtalkSimulator, self.sim)

    def make_settings(self, base_url: str) -> Json:
        client, secret = APPS[self.app]
        return {
            "client_id": client, "client_secret": secret, "corp_id": CORP, "card_template_id": self.template,
            "token": TOKEN, "encoding_aes_key": AES_KEY, "api_base_url": base_url, "legacy_api_base_url": base_url,
        }  # fmt: skip

    async def ready(self) -> None:
        if self.template:
            await until(lambda: bool(self._sim.world.routes))

    async def reconnect(self) -> None:
        await super().reconnect()
        for key, route in list(self._sim.world.routes.items()):
            self._sim.add_route(key, self.door_url, route.api_secret)

    def proofs(self, raw: Raw) -> tuple[Proof, ...]:
        if "sign" in raw.headers:
            return Proof("headers", "sign"), Proof("headers", "timestamp")
        if "x-ddpaas-signature" in raw.headers:
            names = ("x-ddpaas-signature", "x-ddpaas-signature-timestamp")
            return tuple(Proof("headers", name) for name in names)
        return tuple(Proof("query", name) for name in ("signature", "timestamp", "nonce"))

    def sealed(self, content: bytes) -> Iterator[Raw]:
        stamp, at = str(self._sim.world.milliseconds()), self.clock.now()
        robot = {"timestamp": stamp, "sign": robot_sign(APPS[self.app][1], stamp)}
        yield Raw(method="POST", headers=robot, query={}, body=content, at=at)
        for route in self._sim.world.routes.values():
            card = {
                "x-ddpaas-signature-timestamp": stamp, "x-ddpaas-signature": card_sign(route.api_secret, stamp)
            }  # fmt: skip
            yield Raw(method="POST", headers=card, query={}, body=content, at=at)
        cipher = EventCipher(TOKEN, AES_KEY, APPS[self.app][0])
        encrypted = cipher.seal(content.decode(errors="replace"))
        query = {"signature": cipher.signature(stamp, "n", encrypted), "timestamp": stamp, "nonce": "n"}
        yield Raw(method="POST", headers={}, query=query, body=json.dumps({"encrypt": encrypted}).encode(), at=at)

    def is_verified(self, outcome: Delivered) -> bool:
        return outcome.status == 200 and outcome.body == "success"

    async def tamper(self) -> Delivered:
        stamp = str(self._sim.world.milliseconds())
        other = robot_sign("another-secret", stamp)
        return await self._sim.inject_callback({"msgtype": "text"}, {"timestamp": stamp, "sign": other})

    def own_messages(self) -> tuple[Raw, ...]:
        bot = self._sim.world.console.bot_opaque_id
        body = {
            "msgId": "own1", "msgtype": "text", "text": {"content": "/okr"}, "conversationType": "2",
            "conversationId": self.group, "senderId": bot, "chatbotUserId": bot, "chatbotCorpId": CORP,
        }  # fmt: skip
        return (next(self.sealed(json.dumps(body).encode())),)

    def unknown(self) -> tuple[Raw, ...]:
        _, *others = self.sealed(b'{"EventType":"brand_new_event","CorpId":"dingcontract0001","type":"brandNew"}')
        return tuple(others)

    def live_markup(self, payload: Json) -> list[str]:
        """Both dialects (§3.9, §4.6): tags, links, emphasis, headings, lists, code; template variables `${…}`."""
        variables = payload.get("cardParamMap")
        if variables:
            found = _MARKS.findall(variables["body"])
            found += ["${" for name in ("title", "footer", "lastMessage") if "${" in variables[name]]
            return found
        text = "" if payload["msgKey"] == "sampleText" else payload["msgParam"]["text"]
        return _MARKS.findall(text)

    def beyond(self) -> Iterator[tuple[str, Json]]:
        """The template takes what its variables can hold: 100 KB in all (§3.2), and only its own variables (§3.10)."""
        fine = {"title": "t", "body": "b", "has_form": "false", "state": "done"}
        yield "card_bytes", {"cardParamMap": fine | {"body": "x" * (100 * 1024)}}
        yield "variables", {"cardParamMap": fine | {"brand_new": "x"}}

    def issued_tokens(self) -> list[str]:
        return list(self._sim.world.tokens.issued)

    async def lose(self, way: str, out: Outgoing) -> Outgoing:
        return replace(out, target="no-such-card" if way == "gone" else None, card_key="c" * 32)


_MARKS = re.compile(
    r"<[A-Za-z/!?][^>]*>?|!\[|\]\([^)\n]*\)|\*\*|\*|`|~~|\$\{|https?://|dtmd:|(?m:^\s*(?:#|>|[-+] |\d+[.)] ))"
)


class DingtalkBareHarness(DingtalkHarness):
    """No template is configured: cards are ActionCards, whose buttons type for the person (§3.11)."""

    name = "dingtalk-bare"
    template = ""
    send_path = "/robot/oToMessages/batchSend"
    takes_clicks_back = False
    lost_handles = ("any",)

    def beyond(self) -> Iterator[tuple[str, Json]]:
        """§4.3: msgParam of 15 000 bytes, five stacked buttons, nothing empty."""
        buttons = {f"action{part}{n}": "https://okr.example" for n in range(1, 7) for part in ("Title", "URL")}
        card = {"title": "t", "text": "x"}
        yield "card_bytes", {"msgKey": "sampleMarkdown", "msgParam": {"title": "t", "text": "x" * 15_000}}
        yield "max_buttons", {"msgKey": "sampleActionCard7", "msgParam": card | buttons}
        yield "empty", {"msgKey": "sampleText", "msgParam": {"content": ""}}
