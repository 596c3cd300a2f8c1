"""Messengers that follow a script: real payloads of the three adapters, the real clients' rules, no bot behind them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from adapters.dingtalk.render import render as render_dingtalk
from adapters.dingtalk.simulator.forms import submission
from adapters.dingtalk.simulator.template import drawn
from adapters.dingtalk.surfaces import surfaces
from adapters.feishu.capabilities import SURFACES
from adapters.feishu.render import render as render_feishu
from adapters.feishu.simulator.clicks import action_of
from adapters.feishu.simulator.view import View
from adapters.simulation import Delivered, Exchange, Fault, Resident, Seen
from adapters.wecom.capabilities import capabilities
from adapters.wecom.render import render as render_wecom
from adapters.wecom.simulator.chats import Copy
from adapters.wecom.simulator.pressing import check_press, select
from adapters.wecom.simulator.view import show
from cards.action import ActionRef
from cards.capability import Surface
from cards.fit import fit
from cards.model import (
    Bold,
    Button,
    Card,
    Choice,
    Confirm,
    Group,
    Header,
    Note,
    NumberInput,
    Option,
    Plain,
    Style,
    Text,
    TextInput,
    Tone,
)

Json = dict[str, Any]
Values = Mapping[str, str | Sequence[str]]

PEOPLE = (
    Resident(user_id="p1", name="张伟", department="运营"),
    Resident(user_id="p2", name="李娜", department="华东门店"),
    Resident(user_id="p3", name="王 <b>芳</b>", department="市场"),
)
ROOM = "oc_room"
NOW = datetime(2026, 2, 13, 2, 13, tzinfo=UTC)


# --- cards --------------------------------------------------------------------------------------------------------


def form_card() -> Card:
    """A check-in for one key result, as the neutral card."""
    options = (Option("green", "🟢 顺利"), Option("amber", "🟡 有风险"), Option("red", "🔴 偏离"))
    values = tuple(Option(str(n), f"{n}%") for n in (94, 95, 96, 98))
    return Card(
        kind="checkin",
        key="c" * 32,
        header=Header("本周打卡 · W07 ｜ 约 10 秒", tone=Tone.INFO),
        groups=(Group(key="k1", title="#2 交付准时率", caption="上次 94% → 目标 98%　按进度应到 96%",
                      by_message=ActionRef("checkin.ask", {"k": "1"})),),
        inputs=(
            NumberInput(name="v1", label="数值", group="k1", required=True, initial="94", unit="%", suggestions=values),
            Choice(name="s1", label="状态", group="k1", required=True, initial=("green",), options=options),
            TextInput(name="n1", label="备注", group="k1", multiline=True, placeholder="一句话就好（可不填）"),
        ),
        actions=(
            Button(label="提交", ref=ActionRef("checkin.submit"), style=Style.PRIMARY, submits=True, hint="/ci 96 g"),
            Button(label="都没变化", ref=ActionRef("checkin.keep"), hint="/ci ="),
        ),
        summary="本周打卡",
    )  # fmt: skip


def result_card(said: str = "✅ 已打卡 94% → 96%（+2）　目标 +0.6%　连续 5 周") -> Card:
    """What the check-in becomes."""
    return Card(
        kind="checkin",
        key="c" * 32,
        header=Header("本周打卡 · W07", tone=Tone.SUCCESS),
        blocks=(Text((Bold("#2 交付准时率"), Plain("\n" + said))), Note("24 小时内可以修改。")),
        actions=(
            Button(label="修改", ref=ActionRef("checkin.edit"), confirm=Confirm("修改打卡", "要改这次打卡吗？")),
            Button(label="我的目标", ref=ActionRef("go.okr")),
        ),
        summary="已打卡",
    )


def payload_of(messenger: str, card: Card) -> Json:
    """The card as this messenger's platform keeps it."""
    fitted = fit(card, _CAPABILITIES[messenger][Surface.DIRECT]).card
    assert fitted is not None
    if messenger == "wecom":
        sent = render_wecom(fitted, Surface.DIRECT, "https://bida.example").payload["template_card"]
        return {**sent, "task_id": "t1"}
    if messenger == "dingtalk":
        merged = render_dingtalk(
            fitted, Surface.DIRECT, {}, has_template=True, public_url="https://bida.example"
        ).payload["cardParamMap"]
        return {"template": "t", "public": merged, "private": {}, "merged": merged}
    made: Json = render_feishu(fitted, Surface.DIRECT, {}).payload["card"]
    return made


_CAPABILITIES = {"wecom": capabilities(), "dingtalk": surfaces(has_template=True), "feishu": SURFACES}
CARD_KIND = {"wecom": "template_card", "dingtalk": "card", "feishu": "card"}


def text_payload(messenger: str, text: str) -> Json:
    """A text message as each platform keeps it."""
    return {"wecom": {"content": text}, "dingtalk": {"msgtype": "text", "text": {"content": text}},
            "feishu": {"text": text}}[messenger]  # fmt: skip


# --- the messengers -----------------------------------------------------------------------------------------------


def view_wecom(seen: Seen) -> Seen:
    return show(Copy(message_id=seen.message_id, chat=seen.chat, person=seen.chat, by=seen.by, kind=seen.kind,
                     payload=seen.payload, agent_id=1, at=NOW, version=seen.version))  # fmt: skip


def view_dingtalk(seen: Seen) -> Seen:
    shown = drawn(seen.payload["merged"], {})
    return replace(seen, text=shown.text, fields=shown.fields, buttons=shown.buttons)


def view_feishu(seen: Seen) -> Seen:
    view = feishu(seen)
    return replace(seen, text=view.text(), fields=view.fields(), buttons=view.buttons())


def feishu(seen: Seen) -> View:
    names = {one.user_id: one.name for one in PEOPLE}
    return View(seen.payload, names=lambda any_id: names.get(any_id, any_id), locale="zh_cn", members=tuple(names))


def allow_wecom(seen: Seen, key: str, values: Values) -> None:
    """Raises `ValueError` for what the client would not let somebody do; so the other two."""
    copy = Copy(message_id=seen.message_id, chat=seen.chat, person=seen.chat, by=seen.by, kind=seen.kind,
                payload=seen.payload, agent_id=1, at=NOW)  # fmt: skip
    check_press(copy, key)
    select(seen.payload, values, empty_vote_allowed=False)


def allow_dingtalk(seen: Seen, key: str, values: Values) -> None:
    shown = drawn(seen.payload["merged"], {})
    if key not in {press.key for press in shown.buttons}:
        raise ValueError(f"no such button: {key}")
    if key == "form":
        submission(shown.form, values)


def allow_feishu(seen: Seen, key: str, values: Values) -> None:
    action_of(feishu(seen), key, values, timezone="Asia/Shanghai", now=NOW, empty_fields=False)


@dataclass(slots=True)
class ScriptedMessenger:
    """A `Simulator` without a platform. `clicks` and `said` record what the page did; `/…` said makes a form card."""

    name: str
    view: Callable[[Seen], Seen]
    allow: Callable[[Seen, str, Values], None]
    faults: list[Fault] = field(default_factory=list)
    wire: list[Exchange] = field(default_factory=list)
    latency: float = 0.0
    chats: dict[str, list[Seen]] = field(default_factory=dict)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    clicks: list[tuple[str, str, str, Json]] = field(default_factory=list)
    pressed: list[tuple[str, str]] = field(default_factory=list)
    deaf: bool = False
    gone: set[str] = field(default_factory=set)
    uploads: dict[str, bytes] = field(default_factory=dict)

    @property
    def vendor_app(self) -> web.Application:
        return web.Application()

    async def start(self, port: int = 0) -> str:
        return ""

    async def stop(self) -> None: ...

    def point_at(self, callback_url: str) -> None: ...

    def add_resident(self, resident: Resident) -> None: ...

    def add_group(self, chat: str, title: str, members: Sequence[str]) -> None: ...

    # --- a person acts

    async def verify_url(self) -> Delivered:
        return Delivered(status=200, attempts=1)

    async def say(self, person: str, text: str, *, chat: str | None = None, message_id: str | None = None) -> Delivered:
        self.said.append((person, chat or person, text))
        self.put(chat or person, person, "text", text_payload(self.name, text))
        if self.deaf:
            return Delivered(status=0, attempts=0)
        self._note("out", f"/in/{self.name}", {"text": text, "secret": "***"})
        if text.startswith("/") or text == "打卡":
            self.put_card(chat or person, payload_of(self.name, form_card()))
        else:
            self.put(chat or person, "bot", "text", text_payload(self.name, f"收到：{text}"))
        self._note("in", "/send", {"ok": True})
        return Delivered(status=200, attempts=1)

    async def click(self, person: str, message_id: str, key: str, values: Values | None = None) -> Delivered:
        chat, at = self._find(message_id)
        seen = self.chats[chat][at]
        self.allow(seen, key, values or {})
        self.clicks.append((person, message_id, key, dict(values or {})))
        changed = payload_of(self.name, result_card())
        self.chats[chat][at] = replace(seen, payload=changed, version=seen.version + 1, toast="已打卡")
        self._note("out", f"/in/{self.name}", {"key": key})
        return Delivered(status=200, attempts=1)

    async def open_chat(self, person: str) -> Delivered:
        return Delivered(status=200, attempts=1)

    async def press_menu(self, person: str, key: str) -> Delivered:
        self.pressed.append((person, key))
        return await self.say(person, "打卡")

    async def contact_changed(
        self, person: str, *, name: str | None = None, department: str | None = None,
        new_user_id: str | None = None, left: bool = False,
    ) -> Delivered:  # fmt: skip
        return Delivered(status=200, attempts=1)

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        return []

    # --- what people see

    def seen(self, person: str, chat: str | None = None) -> list[Seen]:
        if person in self.gone:
            raise ValueError("nobody here is called that")
        shown = self.chats.get(chat or person, [])
        return [self.view(one) if one.kind == CARD_KIND[self.name] else one for one in shown]

    def picture(self, upload: str) -> bytes:
        return self.uploads[upload]

    def expire_tokens(self) -> None: ...

    # --- for the script

    def put(self, chat: str, by: str, kind: str, payload: Json, text: str = "") -> str:
        """Put a message into a chat; its id."""
        listed = self.chats.setdefault(chat, [])
        message_id = f"{self.name}-{chat}-{len(listed)}"
        said = text or str(payload.get("content") or payload.get("text") or "")
        listed.append(Seen(message_id=message_id, chat=chat, by=by, kind=kind, text=said, payload=payload))
        return message_id

    def put_picture(self, chat: str, png: bytes) -> None:
        upload = f"upload {len(self.uploads)}/#?"
        self.uploads[upload] = png
        self.put(chat, "bot", "image", {"any": upload}, "[图片]")
        self.chats[chat][-1] = replace(self.chats[chat][-1], picture=upload)
        self._note("in", "/image", {})

    def put_card(self, chat: str, payload: Json) -> str:
        message_id = self.put(chat, "bot", CARD_KIND[self.name], payload)
        self._note("in", "/card", {})
        return message_id

    def _find(self, message_id: str) -> tuple[str, int]:
        for chat, listed in self.chats.items():
            for at, seen in enumerate(listed):
                if seen.message_id == message_id:
                    return chat, at
        raise ValueError("the person does not see this message")

    def _note(self, direction: str, path: str, body: Json) -> None:
        self.wire.append(Exchange(at=0.0, direction=direction, method="POST", path=path, status=200,
                                  request=json.dumps(body, ensure_ascii=False), response="{}"))  # fmt: skip


def scripted(name: str) -> ScriptedMessenger:
    views = {"wecom": view_wecom, "dingtalk": view_dingtalk, "feishu": view_feishu}
    rules = {"wecom": allow_wecom, "dingtalk": allow_dingtalk, "feishu": allow_feishu}
    return ScriptedMessenger(name, views[name], rules[name])
