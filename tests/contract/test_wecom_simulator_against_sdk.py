"""wechatpy's own client and crypto against the simulated WeCom (wecom.md §6, §9): what keeps the simulator honest."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from wechatpy.enterprise import WeChatClient
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.enterprise.parser import parse_message
from wechatpy.exceptions import APILimitedException, InvalidSignatureException, WeChatClientException

from adapters.simulation import Fault, Resident
from adapters.wecom.simulator import Mischief, Rules, WecomSimulator

pytestmark = [
    pytest.mark.filterwarnings("ignore:`_get` method of `WeChatClient` is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:`_post` method of `WeChatClient` is deprecated:DeprecationWarning"),
]

CORP = "ww1234567890abcdef"
AGENT = 1000002
SECRET = "demo-secret-of-the-wecom-app"
TOKEN = "DemoToken"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

VOTE = {
    "card_type": "vote_interaction",
    "task_id": "poll_1",
    "main_title": {"title": "选一个"},
    "checkbox": {"question_key": "q", "mode": 0, "option_list": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]},
    "submit_button": {"text": "提交", "key": "submit"},
}


def _client_of(base: str, secret: str = SECRET) -> Any:
    class Client(WeChatClient):  # type: ignore[misc]
        API_BASE_URL = f"{base}/cgi-bin/"

        def fetch_access_token(self) -> Any:
            params = {"corpid": self.corp_id, "corpsecret": self.secret}
            return self._fetch_access_token(url=f"{base}/cgi-bin/gettoken", params=params)

    return Client(CORP, secret, timeout=5)


@pytest.fixture
async def sim() -> AsyncIterator[WecomSimulator]:
    simulator = WecomSimulator(
        corp_id=CORP, agent_id=AGENT, secret=SECRET, token=TOKEN, encoding_aes_key=KEY,
        rules=Rules(reply_timeout=2.0, retry_intervals=()),
    )  # fmt: skip
    simulator.add_resident(Resident(user_id="zhangsan", name="张三", department="研发"))
    simulator.point_at("http://127.0.0.1:9/unused")
    yield simulator
    await simulator.stop()


@pytest.fixture
async def client(sim: WecomSimulator) -> AsyncIterator[Any]:
    client = _client_of(await sim.start())
    yield client
    client._http.close()


async def test_client_gets_a_token_and_sends(sim: WecomSimulator, client: Any) -> None:
    sent = await asyncio.to_thread(client.message.send_text, AGENT, ["zhangsan", "Ghost"], "你好")
    assert sent["invaliduser"] == "ghost"
    await asyncio.to_thread(client.message.send_markdown, AGENT, "zhangsan", "**粗体**")
    card = {"msgtype": "template_card", "template_card": VOTE}
    sent = await asyncio.to_thread(client.message.send, AGENT, "zhangsan", msg=card)
    assert sent["response_code"]
    assert [(one.kind, one.text.splitlines()[0]) for one in sim.seen("zhangsan")] == [
        ("text", "你好"), ("markdown", "**粗体**"), ("template_card", "选一个"),
    ]  # fmt: skip
    assert sim.company.tokens.issued_count == 1


async def test_client_updates_and_recalls_through_its_raw_calls(sim: WecomSimulator, client: Any) -> None:
    card = {"msgtype": "template_card", "template_card": VOTE}
    sent = await asyncio.to_thread(client.message.send, AGENT, "zhangsan", msg=card)
    change = {"userids": ["zhangsan"], "agentid": AGENT, "response_code": sent["response_code"],
              "button": {"replace_name": "已投"}}  # fmt: skip
    await asyncio.to_thread(client.post, "message/update_template_card", data=change)
    assert [(press.label, press.enabled) for press in sim.seen("zhangsan")[0].buttons] == [("已投", False)]
    await asyncio.to_thread(client.post, "message/recall", data={"msgid": sent["msgid"]})
    assert sim.seen("zhangsan")[0].recalled


async def test_client_reads_the_directory(client: Any) -> None:
    assert (await asyncio.to_thread(client.user.get, "zhangsan"))["name"] == "张三"
    departments = await asyncio.to_thread(client.department.get)
    assert [one["name"] for one in departments] == ["Demo", "研发"]
    members = await asyncio.to_thread(client.user.list, 2, simple=True)
    assert [one["userid"] for one in members] == ["zhangsan"]


async def test_client_makes_a_menu_and_uploads(sim: WecomSimulator, client: Any) -> None:
    menu = {"button": [{"type": "click", "name": "打卡", "key": "cmd:checkin"}]}
    await asyncio.to_thread(client.menu.create, AGENT, menu)
    assert (await asyncio.to_thread(client.menu.get, AGENT))["button"] == menu["button"]
    picture = io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    picture.name = "a.png"
    uploaded = await asyncio.to_thread(client.media.upload, "image", picture)
    sent = await asyncio.to_thread(client.message.send_image, AGENT, "zhangsan", uploaded["media_id"])
    assert sent["msgid"]
    (seen,) = sim.seen("zhangsan")
    assert (seen.text, sim.picture(seen.picture)) == ("[图片]", picture.getvalue())
    for content, errcode in ((b"GIF89a" + b"0" * 64, 40005), (b"", 40006)):
        wrong = io.BytesIO(content)
        wrong.name = "a.png"
        with pytest.raises(WeChatClientException) as refused:
            await asyncio.to_thread(client.media.upload, "image", wrong)
        assert refused.value.errcode == errcode


async def test_client_makes_a_group_and_writes_into_it(sim: WecomSimulator, client: Any) -> None:
    sim.add_resident(Resident(user_id="lisi", name="李四"))
    await asyncio.to_thread(client.appchat.create, "team1", "Team", "lisi", ["lisi", "zhangsan"])
    await asyncio.to_thread(client.appchat.send_text, "team1", "大家好")
    assert [one.text for one in sim.seen("zhangsan", "team1")] == ["大家好"]


async def test_client_understands_the_errors(sim: WecomSimulator, client: Any) -> None:
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(client.message.send_text, AGENT, "ghost", "x")
    assert refused.value.errcode == 81013
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(client.message.send_text, 1000009, "zhangsan", "x")
    assert refused.value.errcode == 301002
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(client.message.send, AGENT, "zhangsan", msg={"msgtype": "template_card"})
    assert refused.value.errcode == 40058
    sim.faults.append(Fault(path="message/send", body=b'{"errcode":45009,"errmsg":"freq"}'))
    with pytest.raises(APILimitedException):
        await asyncio.to_thread(client.message.send_text, AGENT, "zhangsan", "x")


async def test_client_renews_an_expired_token(sim: WecomSimulator, client: Any) -> None:
    await asyncio.to_thread(client.message.send_text, AGENT, "zhangsan", "one")
    sim.expire_tokens()
    await asyncio.to_thread(client.message.send_text, AGENT, "zhangsan", "two")
    assert [one.text for one in sim.seen("zhangsan")] == ["one", "two"]
    assert sim.company.tokens.issued_count == 2


async def test_client_is_told_of_a_wrong_secret(sim: WecomSimulator, client: Any) -> None:
    wrong = _client_of(client.API_BASE_URL.removesuffix("/cgi-bin/"), "wrong")
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(wrong.message.send_text, AGENT, "zhangsan", "x")
    assert refused.value.errcode == 40001
    wrong._http.close()


class SdkBot:
    """A callback endpoint made of wechatpy only; answers with what `reply` holds."""

    def __init__(self) -> None:
        self.crypto = WeChatCrypto(TOKEN, KEY, CORP)
        self.plain: list[str] = []
        self.errors: list[Exception] = []
        self.reply = ""

    async def handle(self, request: web.Request) -> web.Response:
        query = request.query
        signed = (query["msg_signature"], query["timestamp"], query["nonce"])
        if request.method == "GET":
            return web.Response(text=self.crypto.check_signature(*signed, query["echostr"]))
        try:
            self.plain.append(self.crypto.decrypt_message(await request.text(), *signed))
        except (InvalidSignatureException, InvalidCorpIdException) as error:
            self.errors.append(error)
            return web.Response(status=401)
        if not self.reply:
            return web.Response()
        return web.Response(text=self.crypto.encrypt_message(self.reply, "nonce-of-ours", "1700000000"))


@pytest.fixture
async def bot(sim: WecomSimulator) -> AsyncIterator[SdkBot]:
    bot = SdkBot()
    app = web.Application()
    app.router.add_route("*", "/in/wecom", bot.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sim.point_at(f"http://127.0.0.1:{runner.addresses[0][1]}/in/wecom")
    yield bot
    await runner.cleanup()


async def test_sdk_crypto_accepts_the_url_check_and_messages(sim: WecomSimulator, bot: SdkBot) -> None:
    assert (await sim.verify_url()).body == {"verified": True}
    await sim.say("zhangsan", "/打卡 <&]]>", message_id="123")
    message = parse_message(bot.plain[0])
    assert (message.source, message.target, message.content) == ("zhangsan", CORP, "/打卡 <&]]>")
    assert (message.id, message.agent, message.type) == (123, AGENT, "text")
    await sim.press_menu("zhangsan", "cmd:checkin")
    event = parse_message(bot.plain[1])
    assert (event.event, event.key, event.agent) == ("click", "cmd:checkin", AGENT)
    await sim.open_chat("zhangsan")
    assert parse_message(bot.plain[2]).event == "enter_agent"


async def test_sdk_crypto_refuses_the_broken_ones(sim: WecomSimulator, bot: SdkBot) -> None:
    sim.mischief = [Mischief.TAMPERED, Mischief.FORGED, Mischief.WRONG_RECEIVEID]
    for _ in range(3):
        assert (await sim.say("zhangsan", "x")).status == 401
    assert [type(error).__name__ for error in bot.errors] == [
        "InvalidSignatureException", "InvalidSignatureException", "InvalidCorpIdException",
    ]  # fmt: skip


async def test_replies_encrypted_by_the_sdk_are_acted_on(sim: WecomSimulator, client: Any, bot: SdkBot) -> None:
    head = (
        f"<ToUserName><![CDATA[zhangsan]]></ToUserName><FromUserName><![CDATA[{CORP}]]></FromUserName>"
        "<CreateTime>1700000000</CreateTime>"
    )
    bot.reply = f"<xml>{head}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>"
    assert (await sim.say("zhangsan", "hi")).body == {"msgtype": "text", "content": "收到"}
    sent = await asyncio.to_thread(
        client.message.send, AGENT, "zhangsan", msg={"msgtype": "template_card", "template_card": VOTE}
    )
    bot.reply = (
        f"<xml>{head}<MsgType><![CDATA[update_button]]></MsgType>"
        "<Button><ReplaceName><![CDATA[已投]]></ReplaceName></Button></xml>"
    )
    await sim.click("zhangsan", sent["msgid"], "submit", {"q": "b"})
    assert sim.problems == []
    assert "<OptionId><![CDATA[b]]></OptionId>" in bot.plain[-1]
    assert sim.seen("zhangsan")[-1].buttons[0].label == "已投"
