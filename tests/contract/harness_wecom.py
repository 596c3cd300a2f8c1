"""WeCom under the contract (wecom.md)."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from adapters.base import Json, Outgoing, Raw
from adapters.errors import OutboundError, RateLimited, Rejected, Transient, Unreachable
from adapters.simulation import Delivered, Fault
from adapters.wecom.simulator import Mischief, Rules, WecomSimulator
from adapters.wecom.simulator.crypto import Crypto
from tests.contract.harness import Failure, Harness, Proof

CORP, TOKEN = "ww1234567890abcdef", "ContractToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
APPS = {1: (1000002, "contract-secret-one"), 2: (1000003, "contract-secret-two")}
_CARD_RULES = (*range(42014, 42021), *range(42027, 42032), 42033, *range(42035, 42048), 42049, 42050, 42051)


def _refusals(meaning: type[OutboundError], *codes: int) -> list[Failure]:
    bodies = [json.dumps({"errcode": code, "errmsg": "refused"}).encode() for code in codes]
    return [Failure(meaning, Fault(body=body)) for body in bodies]


class WecomHarness(Harness):
    messenger = name = "wecom"
    group = "growth"
    secret_field = "secret"
    token_path = "/gettoken"
    send_path = "message/send"
    window = timedelta(seconds=600)
    hears_groups = False  # an app receives no group messages (§0)
    lost_handles = ("expired", "used up", "lost")
    unknown_failure = Fault(body=b'{"errcode":987654,"errmsg":"hint"}')
    bad_token = Fault(body=b'{"errcode":40014,"errmsg":"invalid access_token"}')
    failures = (  # §5.2 and §4.8; 40001, 40014 and 42001 are clause 22
        *_refusals(RateLimited, 45009, 45033),
        *_refusals(Unreachable, 40003, 60111, 46004, 81013, 60011, 50002, 60021, 86001, 86003, 86008),
        *_refusals(
            Rejected, 41001, 82001, 82002, 82003, 40058, 40063, 40035, 40033, 44004, 45002, 40007, 40004, 40005, 40006,
            45001, 43012, *_CARD_RULES, 60140, 42052, 45029, 86004, 86006, 86007, 86215, 86216,
        ),
        *_refusals(
            Transient, -1, 40013, 40091, 301002, 40056, 48002, 48006, 48009, 50003, 301007, 60020, 701008,
        ),
        Failure(RateLimited, Fault(status=429)),
        Failure(Transient, Fault(status=500)),
        Failure(Transient, Fault(status=502, body=b"<html>")),
        Failure(Transient, Fault(body=b"<html>")),
    )  # fmt: skip

    def make_simulator(self) -> WecomSimulator:
        agent, secret = APPS[self.app]
        rules = Rules(member_limit=None, retry_intervals=(), reply_timeout=2.0)
        return WecomSimulator(
            corp_id=CORP, agent_id=agent, secret=secret, token=TOKEN, encoding_aes_key=AES_KEY, clock=self.clock,
            rules=rules,
        )  # fmt: skip

    @property
    def _sim(self) -> WecomSimulator:
        return cast(WecomSimulator, self.sim)

    def make_settings(self, base_url: str) -> Json:
        agent, secret = APPS[self.app]
        return {
            "corp_id": CORP, "agent_id": agent, "secret": secret, "token": TOKEN, "encoding_aes_key": AES_KEY,
            "api_base_url": base_url,
        }  # fmt: skip

    def proofs(self, raw: Raw) -> tuple[Proof, ...]:
        return tuple(Proof("query", name) for name in ("msg_signature", "timestamp", "nonce"))

    def sealed(self, content: bytes) -> Iterator[Raw]:
        crypto = Crypto(TOKEN, AES_KEY, CORP)
        encrypted, stamp = crypto.encrypt(content), str(int(self.clock.now().timestamp()))
        query = {"msg_signature": crypto.sign(stamp, "n", encrypted), "timestamp": stamp, "nonce": "n"}
        body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt>{encrypted}</Encrypt></xml>".encode()
        yield Raw(method="POST", headers={}, query=query, body=body, at=self.clock.now())

    def is_verified(self, outcome: Delivered) -> bool:
        return outcome.status == 200 and outcome.body == {"verified": True}

    async def tamper(self) -> Delivered:
        for trick in (Mischief.TAMPERED, Mischief.FORGED, Mischief.STALE, Mischief.WRONG_RECEIVEID):
            self._sim.mischief.append(trick)
            done = await self.sim.say(self.person, f"/okr {trick}")
        return done

    def own_messages(self) -> tuple[Raw, ...]:
        return ()

    def unknown(self) -> tuple[Raw, ...]:
        who = f"<ToUserName>{CORP}</ToUserName><FromUserName>li</FromUserName><CreateTime>1773972000</CreateTime>"
        kinds = (
            "<MsgType>event</MsgType><Event>brand_new_event</Event>",
            "<MsgType>event</MsgType><Event>change_contact</Event><ChangeType>brand_new</ChangeType>",
            "<MsgType>hologram</MsgType><MsgId>1</MsgId>",
        )
        contents = (f"<xml>{who}{kind}<AgentID>{APPS[self.app][0]}</AgentID></xml>" for kind in kinds)
        return tuple(raw for content in contents for raw in self.sealed(content.encode()))

    def live_markup(self, payload: Json) -> list[str]:
        """Cards are plain text everywhere; a text message knows `<a href>` (§3.2)."""
        if payload["msgtype"] == "text":
            return re.findall(r"(?i)<\s*/?\s*a\b[^>]*>?", payload["text"]["content"])
        return [str(payload["template_card"].get(name)) for name in ("card_action", "jump_list")]

    def beyond(self) -> Iterator[tuple[str, Json]]:
        """§4.2, §4.3: seven buttons, eleven options, four selects, twenty-one answers, keys that are too long."""
        buttons: Json = {
            "card_type": "button_interaction", "task_id": "t@1", "main_title": {"title": "t"},
            "card_action": {"type": 1, "url": "https://okr.example"},
            "button_list": [{"text": f"b{n}", "style": 1, "key": f"k{n}"} for n in range(6)],
        }  # fmt: skip
        select: Json = {
            "question_key": "q",
            "title": "t",
            "option_list": [{"id": f"o{n}", "text": f"o{n}"} for n in range(10)],
        }
        form: Json = {
            "card_type": "multiple_interaction", "task_id": "t@1", "main_title": {"title": "t"},
            "select_list": [select | {"question_key": f"q{n}"} for n in range(3)],
            "submit_button": {"text": "s", "key": "k"},
        }  # fmt: skip
        vote: Json = {
            "card_type": "vote_interaction", "task_id": "t@1", "main_title": {"title": "t"},
            "checkbox": {
                "question_key": "q", "mode": 1, "option_list": [{"id": f"o{n}", "text": f"o{n}"} for n in range(20)]
            },
            "submit_button": {"text": "s", "key": "k"},
        }  # fmt: skip
        option = {"id": "more", "text": "more"}
        yield "max_buttons", _changed(buttons, ("button_list",), {"text": "b", "style": 1, "key": "k"})
        yield "max_options", _changed(form, ("select_list", 0, "option_list"), option)
        yield "max_inputs", _changed(form, ("select_list",), select | {"question_key": "q4"})
        yield "sole_options", _changed(vote, ("checkbox", "option_list"), option)
        yield "action_bytes", _changed(buttons, ("button_list", 0, "key"), "k" * 1025)
        yield "option_bytes", _changed(form, ("select_list", 0, "option_list", 0, "id"), "i" * 129)

    def issued_tokens(self) -> list[str]:
        return list(self._sim.company.tokens._issued)

    async def lose(self, way: str, out: Outgoing) -> Outgoing:
        if way == "expired":
            self.clock.advance(timedelta(hours=73))
        if way == "used up":
            await self.adapter.send(out)
            return replace(out, dedupe="f" * 32)
        return replace(out, handle=None) if way == "lost" else out


def _changed(card: Json, path: tuple[str | int, ...], value: Any) -> Json:
    """The card with `value` appended to the list at `path`, or put in the place of what is no list."""
    made = deepcopy(card)
    inner: Any = made
    for step in path[:-1]:
        inner = inner[step]
    if isinstance(inner[path[-1]], list):
        inner[path[-1]].append(value)
    else:
        inner[path[-1]] = value
    return {"msgtype": "template_card", "template_card": made}
