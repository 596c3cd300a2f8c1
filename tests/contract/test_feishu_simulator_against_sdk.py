"""The vendor's own library keeps the Feishu simulator honest (feishu.md §2.5, §6.2, §6.3).

lark-oapi is a peer of the tests only. It runs in a process of its own: importing it takes seconds, its long-connection
client captures an event loop at import and never stops by itself.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from adapters.feishu.simulator import FeishuSimulator
from adapters.feishu.simulator.crypto import decrypt
from adapters.simulation import Resident

pytestmark = pytest.mark.slow

KEYS = {
    "app_id": "cli_a1b2c3d4e5f6a7b8", "app_secret": "demo-app-secret", "key": "demo-encrypt-key",
    "token": "demo-verification-token",
}  # fmt: skip
CARD = {
    "schema": "2.0",
    "body": {"elements": [
        {"tag": "markdown", "content": "一"},
        {"tag": "button", "name": "b", "text": {"tag": "plain_text", "content": "按"},
         "behaviors": [{"type": "callback", "value": {"a": "~x"}}]},
    ]},
}  # fmt: skip

# The library's own deprecated imports are none of our business; errors of its calls are printed as results.
PRELUDE = """
import io, json, sys, warnings
warnings.simplefilter("ignore")
import lark_oapi as lark
given = json.loads(sys.argv[1])
def say(value):
    print("RESULT " + json.dumps(value), flush=True)
"""

CLIENT = (
    PRELUDE
    + """
from lark_oapi.api.im.v1 import *
from lark_oapi.api.contact.v3 import GetUserRequest
client = lark.Client.builder().app_id(given["app_id"]).app_secret(given["app_secret"]).domain(given["base"]).build()

def send(kind, content):
    body = (CreateMessageRequestBody.builder().receive_id("ou_li").msg_type(kind).content(json.dumps(content))
            .uuid("row-1").build())
    return client.im.v1.message.create(
        CreateMessageRequest.builder().receive_id_type("open_id").request_body(body).build())

sent = send("interactive", given["card"])
again = send("interactive", given["card"])
newer = json.dumps(given["card"]).replace("\\\\u4e00", "\\\\u4e8c")
patched = client.im.v1.message.patch(
    PatchMessageRequest.builder().message_id(sent.data.message_id)
    .request_body(PatchMessageRequestBody.builder().content(newer).build()).build())
asked = json.loads(sys.stdin.readline())
replied = client.im.v1.message.reply(
    ReplyMessageRequest.builder().message_id(asked)
    .request_body(ReplyMessageRequestBody.builder().msg_type("text").content('{"text":"ok"}').build()).build())
deleted = client.im.v1.message.delete(DeleteMessageRequest.builder().message_id(replied.data.message_id).build())
user = client.contact.v3.user.get(GetUserRequest.builder().user_id("ou_li").user_id_type("open_id").build())
refused = client.im.v1.message.delete(DeleteMessageRequest.builder().message_id("c-123").build())
def upload(content):
    body = CreateImageRequestBody.builder().image_type("message").image(io.BytesIO(content)).build()
    return client.im.v1.image.create(CreateImageRequest.builder().request_body(body).build())

uploaded = upload(b"\\x89PNG\\r\\n\\x1a\\n" + b"0" * 64)
no_picture = upload(b"text")
say({"sent": sent.data.message_id, "again": again.data.message_id, "type": sent.data.msg_type,
     "patched": patched.code, "replied": replied.code, "deleted": deleted.code, "user": user.data.user.name,
     "refused": [refused.code, refused.success()],
     "image": uploaded.data.image_key, "no_image": no_picture.code})
"""
)

HANDLER = (
    PRELUDE
    + """
from lark_oapi.core.model import RawRequest
from lark_oapi.core.utils.decryptor import AESCipher
from lark_oapi.event.callback.model.p2_card_action_trigger import P2CardActionTriggerResponse
heard = []

def on_message(data):
    heard.append([data.header.event_type, data.event.message.content, data.event.sender.sender_id.open_id])

def on_click(data):
    heard.append([data.header.event_type, data.event.action.value, data.event.context.open_message_id])
    return P2CardActionTriggerResponse({"toast": {"type": "success", "content": "ok"}})

def on_user(data):
    heard.append([data.header.event_type, data.event.object.name])

def on_menu(data):
    heard.append([data.header.event_type, data.event.event_key])

handler = (lark.EventDispatcherHandler.builder(given["key"], given["token"])
           .register_p2_im_message_receive_v1(on_message).register_p2_card_action_trigger(on_click)
           .register_p2_contact_user_updated_v3(on_user).register_p2_application_bot_menu_v6(on_menu).build())
say("ready")
for line in sys.stdin:
    asked = json.loads(line)
    if "seal" in asked:
        say(AESCipher(given["key"]).decrypt_str(asked["seal"]))
        continue
    request = RawRequest()
    request.uri, request.headers, request.body = "/feishu", asked["headers"], asked["body"].encode()
    answer = handler.do(request)
    say({"status": answer.status_code, "body": answer.content.decode(), "heard": heard})
    heard = []
"""
)

SOCKET = (
    PRELUDE
    + """
def on_message(data):
    say([data.header.event_type, data.event.message.content])

handler = lark.EventDispatcherHandler.builder("", "").register_p2_im_message_receive_v1(on_message).build()
lark.ws.Client(given["app_id"], given["app_secret"], event_handler=handler, domain=given["base"],
               log_level=lark.LogLevel.ERROR).start()
"""
)


class Peer:
    """The library in its own process: lines of JSON in, lines `RESULT <json>` out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @staticmethod
    async def run(script: str, **given: Any) -> "Peer":
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, json.dumps({**KEYS, **given}), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        return Peer(process)

    async def tell(self, value: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(value).encode() + b"\n")
        await self._process.stdin.drain()

    async def hear(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            async for line in self._process.stdout:
                if line.startswith(b"RESULT "):
                    return json.loads(line.removeprefix(b"RESULT "))
        raise AssertionError("the library ended without a result")

    async def ask(self, value: Any) -> Any:
        await self.tell(value)
        return await self.hear()

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()


@pytest.fixture
async def sim() -> AsyncIterator[FeishuSimulator]:
    sim = FeishuSimulator(deadline=20, challenge_deadline=20)
    sim.add_resident(Resident(user_id="ou_li", name="李四", department="研发"))
    sim.add_group("oc_team", "研发群", ["ou_li"])
    yield sim
    await sim.stop()


async def test_the_library_calls_our_platform(sim: FeishuSimulator) -> None:
    """Token, send, uuid memory, patch, reply, recall, read a user, a refusal it understands."""
    peer = await Peer.run(CLIENT, base=await sim.start(), card=CARD)
    try:
        await sim.say("ou_li", "/checkin")
        await peer.tell(sim.seen("ou_li")[0].message_id)
        result = await peer.hear()
    finally:
        await peer.end()
    assert result.pop("sent") == result.pop("again")
    assert sim.picture(result.pop("image")).startswith(b"\x89PNG")
    assert result == {
        "type": "interactive", "patched": 0, "replied": 0, "deleted": 0, "user": "李四",
        "refused": [99992354, False], "no_image": 234011,
    }  # fmt: skip
    card = next(seen for seen in sim.seen("ou_li") if seen.kind == "card")
    assert (card.text, card.version) == ("二\n按", 1)
    assert sim.seen("ou_li")[-1].recalled


async def test_the_library_takes_our_callbacks(sim: FeishuSimulator) -> None:
    """Its dispatcher opens, verifies and understands what we send; our seal opens with its cipher."""
    peer = await Peer.run(HANDLER)
    results: list[Any] = []

    async def pass_on(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        asked = {"headers": {k.decode(): v.decode() for k, v in request.raw_headers}, "body": body}
        assert await peer.ask({"seal": json.loads(body)["encrypt"]}) == decrypt(
            json.loads(body)["encrypt"], KEYS["key"]
        )
        results.append(await peer.ask(asked))
        return web.Response(status=results[-1]["status"], text=results[-1]["body"])

    app = web.Application()
    app.router.add_post("/feishu", pass_on)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sim.point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/feishu")
    try:
        assert await peer.hear() == "ready"
        assert (await sim.verify_url()).status == 200
        assert (await sim.say("ou_li", "/checkin", chat="oc_team")).attempts == 1
        assert results[-1]["heard"] == [["im.message.receive_v1", '{"text": "@_user_1 /checkin"}', "ou_li"]]
        assert (await sim.contact_changed("ou_li", name="李四四")).status == 200
        assert results[-1]["heard"] == [["contact.user.updated_v3", "李四四"]]
        assert (await sim.press_menu("ou_li", "cmd_checkin")).status == 200
        assert results[-1]["heard"] == [["application.bot.menu_v6", "cmd_checkin"]]
        card = sim.tenant.chats.post(
            sim.tenant.chats.direct("ou_li"), "bot", "interactive", CARD, sim.tenant.clock.now()
        )
        await sim.click("ou_li", card.message_id, "b")
        assert results[-1]["heard"] == [["card.action.trigger", {"a": "~x"}, card.message_id]]
        assert sim.seen("ou_li")[-1].toast == "ok", "its answer has the shape we accept"
        forged = await sim.inject("im.message.receive_v1", {}, encrypt_key="another key")
        assert forged.status == 500
        assert (await sim.inject("im.message.receive_v1", {}, token="another")).status == 500
    finally:
        await peer.end()
        await runner.cleanup()


async def test_the_library_keeps_a_long_connection(sim: FeishuSimulator) -> None:
    """Its client connects, pings, understands a frame in fragments, and its ack is accepted."""
    sim.long_connection, sim.socket.piece = True, 200
    peer = await Peer.run(SOCKET, base=await sim.start())
    try:
        await asyncio.wait_for(sim.socket.connected.wait(), 60)
        delivered = await sim.say("ou_li", "/checkin")
        assert (delivered.status, delivered.attempts) == (200, 1)
        assert await peer.hear() == ["im.message.receive_v1", '{"text": "/checkin"}']
        await asyncio.wait_for(sim.socket.pinged.wait(), 20)
    finally:
        await peer.end()
