"""The vendor's own clients against the simulated DingTalk (dingtalk.md §6, §9 "Conformance").

dingtalk-sdk 1.3.8 checks the legacy API, its errors and the event crypto; dingtalk-stream 0.24.3 checks the token, the
card calls and Stream. The latter reads its endpoint at import, so it runs in a process of its own.
"""

import asyncio
import io
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import requests
from aiohttp import web
from dingtalk.client import AppKeyClient
from dingtalk.core.exceptions import DingTalkClientException
from dingtalk.crypto import DingTalkCrypto

from adapters.dingtalk.simulator import Deadlines, DingtalkSimulator
from adapters.simulation import Resident

APP, SECRET, CORP = "dingdemoapp000001", "demo-client-secret", "dingdemocorp0001"
TOKEN, KEY = "demotoken", "demoAESkeydemoAESkeydemoAESkeydemoAESkey123"
GROUP = "cidGrowth=="


@pytest.fixture
async def sim() -> AsyncIterator[DingtalkSimulator]:
    sim = DingtalkSimulator(deadlines=Deadlines(event_retries=(), stream_ack=5.0))
    await sim.start()
    sim.add_resident(Resident(user_id="li", name="李雷", department="增长部", mobile="13800000001"))
    sim.add_group(GROUP, "Growth team", ["li"])
    sim.add_template("foreign.schema", variables=None)
    yield sim
    await sim.stop()


# --- dingtalk-sdk: the legacy API ------------------------------------------------------------------------------------


@pytest.fixture
def sdk(sim: DingtalkSimulator) -> Iterator[Any]:
    class Client(AppKeyClient):
        API_BASE_URL = sim.world.base_url
        _http = requests.Session()

    yield Client(CORP, APP, SECRET, TOKEN, KEY, timeout=5)
    Client._http.close()


async def test_the_sdk_gets_a_token(sim: DingtalkSimulator, sdk: Any) -> None:
    answer = await asyncio.to_thread(sdk.get_access_token)
    assert (answer["access_token"], answer["expires_in"]) == (sim.world.tokens.current, 7200)


async def test_the_sdk_reads_a_user_and_departments(sdk: Any) -> None:
    user = await asyncio.to_thread(sdk.post, "/topapi/v2/user/get", {"userid": "li"})
    assert (user["errcode"], user["result"]["name"]) == (0, "李雷")
    departments = await asyncio.to_thread(sdk.post, "/topapi/v2/department/listsub", {"dept_id": 1})
    assert [item["name"] for item in departments["result"]] == ["增长部"]
    members = await asyncio.to_thread(sdk.post, "/topapi/user/listid", {"dept_id": departments["result"][0]["dept_id"]})
    assert members["result"]["userid_list"] == ["li"]


async def test_the_sdk_reads_through_its_own_wrappers(sdk: Any) -> None:
    user = await asyncio.to_thread(sdk.user.get, "li")
    assert (user["userid"], user["name"]) == ("li", "李雷")
    department = await asyncio.to_thread(sdk.department.get, user["department"][0])
    assert department["name"] == "增长部"


async def test_the_sdk_uploads_a_picture(sim: DingtalkSimulator, sdk: Any) -> None:
    """§4.8: the multipart field, the media id, and the refusal of another ending."""
    content = b"\x89PNG\r\n\x1a\n" + b"0" * 64
    picture = io.BytesIO(content)
    picture.name = "a.png"
    uploaded = await asyncio.to_thread(sdk.message.media_upload, "image", picture)
    assert sim.picture(uploaded["media_id"]) == content
    program = io.BytesIO(content)
    program.name = "a.exe"
    with pytest.raises(DingTalkClientException) as error:
        await asyncio.to_thread(sdk.message.media_upload, "image", program)
    assert error.value.errcode == 40005


async def test_the_sdk_raises_our_errors(sim: DingtalkSimulator, sdk: Any) -> None:
    with pytest.raises(DingTalkClientException) as error:
        await asyncio.to_thread(sdk.post, "/topapi/v2/user/get", {"userid": "nobody"})
    assert error.value.errcode == 60121
    sdk.app_secret = "wrong"
    with pytest.raises(DingTalkClientException) as error:
        await asyncio.to_thread(sdk.get_access_token)
    assert error.value.errcode == 40089


async def test_the_sdk_renews_an_expired_token_and_reads_failed_events(sim: DingtalkSimulator, sdk: Any) -> None:
    """40014 makes the SDK fetch a new token and call again."""
    first = await asyncio.to_thread(lambda: sdk.access_token)
    sim.expire_tokens()
    answer = await asyncio.to_thread(sdk.callback.get_call_back_failed_result)
    assert (answer["errcode"], answer["has_more"], answer["failed_list"]) == (0, False, [])
    assert sim.world.tokens.current != first


# --- dingtalk-sdk: the event crypto ----------------------------------------------------------------------------------


@pytest.fixture
async def sdk_bot() -> AsyncIterator[tuple[str, list[Any]]]:
    """A bot whose door is the SDK's own crypto: it opens our events and seals its answers."""
    crypto, opened = DingTalkCrypto(TOKEN, KEY, APP), []

    async def handle(request: web.Request) -> web.Response:
        query, body = request.query, await request.json()
        text = crypto.decrypt_message(body, query["signature"], query["timestamp"], query["nonce"])
        opened.append(json.loads(text))
        return web.json_response(crypto.encrypt_message("success"))

    app = web.Application()
    app.router.add_post("/", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/", opened
    await runner.cleanup()


async def test_the_sdk_crypto_and_ours_understand_each_other(sim: DingtalkSimulator, sdk_bot: Any) -> None:
    """§1.2: it accepts our events, we accept its encrypted answers."""
    url, opened = sdk_bot
    sim.point_at(url)
    assert (await sim.verify_url()).body == "success"
    done = await sim.contact_changed("li", name="李磊")
    assert (done.attempts, done.body) == (1, "success")
    assert [event["EventType"] for event in opened] == ["check_url", "user_modify_org"]
    assert opened[1]["diffInfo"]["curr"] == {"name": "李磊"}


async def test_the_sdk_crypto_rejects_another_receive_id(sdk_bot: Any) -> None:
    """§1.2: and so the bot answers 500, which is a failed push."""
    sim = DingtalkSimulator(receive_id=CORP)
    sim.point_at(sdk_bot[0])
    done = await sim.verify_url()
    assert (done.status, done.body) == (500, None)


# --- dingtalk-stream -------------------------------------------------------------------------------------------------

PEER = """
import asyncio, json, logging, sys
import dingtalk_stream as ds

logging.disable(logging.CRITICAL)
client = ds.DingTalkStreamClient(ds.Credential(sys.argv[1], sys.argv[2]))
client.get_host_ip = lambda: "127.0.0.1"

def tell(**what):
    print(json.dumps(what), flush=True)

class Robot(ds.ChatbotHandler):
    async def process(self, callback):
        message = ds.ChatbotMessage.from_dict(callback.data)
        cards = ds.CardReplier(client, message)
        sent = cards.create_and_send_card("foreign.schema", {"content": "sent"}, at_sender=True)
        delivered = cards.create_and_deliver_card(sys.argv[3], {"title": "delivered", "btns": sys.argv[4]})
        cards.put_card_data(sent, {"content": "put"})
        tell(text=message.text.content, sender=message.sender_staff_id, conversation=message.conversation_id,
             token=client.get_access_token(), sent=sent, delivered=delivered)
        return ds.AckMessage.STATUS_OK, "OK"

class Clicks(ds.CallbackHandler):
    async def process(self, callback):
        message = ds.CardCallbackMessage.from_dict(callback.data)
        tell(user=message.user_id, card=message.card_instance_id, content=message.content)
        return ds.AckMessage.STATUS_OK, {"userPrivateData": {"cardParamMap": {"notice": "answered"}}}

class Events(ds.EventHandler):
    async def process(self, event):
        tell(event=event.headers.event_type, data=event.data)
        return ds.AckMessage.STATUS_OK, "OK"

client.register_callback_handler(ds.ChatbotMessage.TOPIC, Robot())
client.register_callback_handler(ds.CallbackHandler.TOPIC_CARD_CALLBACK, Clicks())
client.register_all_event_handler(Events())
asyncio.run(client.start())
"""
BTNS = json.dumps(
    [{"text": "Go", "event": {"type": "sendCardRequest", "params": {"actionId": "go", "params": {"a": "x"}}}}]
)


@pytest.fixture
async def peer(sim: DingtalkSimulator) -> AsyncIterator[asyncio.StreamReader]:
    """dingtalk-stream's client, connected; its findings come as JSON lines."""
    sim.mode = "stream"
    template = next(iter(sim.world.cards.templates))
    environment = {**os.environ, "DINGTALK_OPENAPI_ENDPOINT": sim.world.base_url, "PYTHONWARNINGS": "ignore"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PEER, APP, SECRET, template, BTNS, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            while not sim.stream.connections:  # noqa: ASYNC110 — the other process gives no signal
                await asyncio.sleep(0.05)
        yield process.stdout
    finally:
        process.kill()
        await process.communicate()


async def told(peer: asyncio.StreamReader) -> Any:
    async with asyncio.timeout(10):
        return json.loads(await peer.readline())


async def test_the_stream_client_connects_replies_with_cards_and_acknowledges(
    sim: DingtalkSimulator, peer: asyncio.StreamReader
) -> None:
    """§2, §3.2–3.6, §6.2: one robot message, three card calls, one click, one event."""
    done = await sim.say("li", "/checkin", chat=GROUP)
    assert (done.status, done.attempts, done.body) == (200, 1, {"response": "OK"})
    heard = await told(peer)
    assert (heard["text"], heard["sender"], heard["conversation"]) == (" /checkin", "li", GROUP)
    assert heard["token"] == sim.world.tokens.current
    _, sent, delivered = sim.seen("li", GROUP)
    assert (sent.message_id, sent.text, sent.version) == (heard["sent"], "put", 1)
    assert (delivered.message_id, delivered.text) == (heard["delivered"], "delivered")

    clicked = await sim.click("li", delivered.message_id, "go")
    assert clicked.status == 200
    click = await told(peer)
    assert (click["user"], click["card"]) == ("li", delivered.message_id)
    assert click["content"]["cardPrivateData"] == {"actionIds": ["go"], "params": {"a": "x"}}
    assert sim.seen("li", GROUP)[-1].payload["private"] == {"notice": "answered"}

    pushed = await sim.push_event("user_leave_org", {"userId": ["li"]})
    assert (pushed.status, pushed.attempts) == (200, 1)
    assert (await told(peer))["event"] == "user_leave_org"
