"""Passive answers: parsed strictly, applied to the clicker's copy only (wecom.md §1.4, §4.6, §9 item 5)."""

from typing import Any

import pytest

from adapters.wecom.simulator import Mischief, WecomSimulator

HEAD = (
    "<ToUserName>{to}</ToUserName><FromUserName><![CDATA[ww1234567890abcdef]]></FromUserName>"
    "<CreateTime>1700000002</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>"
)
CARD = (
    "<CardType><![CDATA[button_interaction]]></CardType>"
    "<Source><Desc>R</Desc><DescColor>1</DescColor></Source>"
    "<MainTitle><Title><![CDATA[Kudos from 张三]]></Title><Desc>You replied</Desc></MainTitle>"
    "<HorizontalContentList><KeyName>From</KeyName><Value>张三</Value></HorizontalContentList>"
    "<HorizontalContentList><KeyName>Value</KeyName><Value>Ownership</Value></HorizontalContentList>"
    "<CardAction><Type>1</Type><Url><![CDATA[https://okr.example/m/1?a=1&b=2]]></Url></CardAction>"
    "<ButtonSelection><QuestionKey>react</QuestionKey><Title>Reaction</Title>"
    "<OptionList><Id>thanks</Id><Text>Thanks</Text></OptionList>"
    "<OptionList><Id>clap</Id><Text>Clap</Text></OptionList>"
    "<SelectedId>clap</SelectedId><Disable>true</Disable></ButtonSelection>"
    "<ButtonList><Text>Reply</Text><Style>1</Style><Key>kudos:react</Key></ButtonList>"
    "<ReplaceText>Replied</ReplaceText>"
)


def _reply(kind: str, body: str, to: str = "zhangsan") -> str:
    return f"<xml>{HEAD.format(to=to, kind=kind)}{body}</xml>"


def _card(inner: str = CARD) -> str:
    return _reply("update_template_card", f"<TemplateCard>{inner}</TemplateCard>")


async def _click(sim: WecomSimulator, api: Any, bot: Any, card: dict[str, Any], answer: str | bytes) -> Any:
    sent = await api.card(card, to="zhangsan|lisi")
    bot.script = [answer]
    return await sim.click("zhangsan", sent["msgid"], "kudos:react")


async def test_text_answers_appear_in_the_chat_cut_at_2048_bytes(sim: WecomSimulator, bot: Any) -> None:
    bot.script = [_reply("text", f"<Content><![CDATA[{'好' * 700}]]></Content>")]
    delivered = await sim.say("zhangsan", "hello")
    assert delivered.body["msgtype"] == "text"
    assert sim.seen("zhangsan")[-1].text == "好" * 682
    assert sim.seen("zhangsan")[-1].by == "bot"
    await sim.stop()


@pytest.mark.parametrize("task", ["", "<TaskId>kudos_1@zhangsan</TaskId>"])
async def test_the_card_is_replaced_for_the_clicker_only(
    sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any], task: str
) -> None:
    delivered = await _click(sim, api, bot, buttons, _card(CARD + task))
    assert sim.problems == []
    seen = sim.seen("zhangsan")[0]
    assert seen.version == 1
    assert seen.payload["task_id"] == "kudos_1@zhangsan"
    assert [row["keyname"] for row in seen.payload["horizontal_content_list"]] == ["From", "Value"]
    assert seen.payload["card_action"] == {"type": 1, "url": "https://okr.example/m/1?a=1&b=2"}
    assert seen.fields[0].value == "clap"
    assert [(press.label, press.enabled) for press in seen.buttons if not press.url] == [("Replied", False)]
    assert sim.seen("lisi")[0].version == 0
    assert delivered.body["card_type"] == "button_interaction"


async def test_update_button_disables(sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any]) -> None:
    await _click(sim, api, bot, buttons, _reply("update_button", "<Button><ReplaceName>Done</ReplaceName></Button>"))
    assert sim.seen("zhangsan")[0].buttons[0].label == "Done"
    assert not sim.seen("zhangsan")[0].buttons[0].enabled
    assert sim.seen("zhangsan")[0].buttons[1].enabled


async def test_a_passive_update_spends_the_clicks_code(sim: WecomSimulator, api: Any, bot: Any, buttons: Any) -> None:
    await _click(sim, api, bot, buttons, _card())
    code = bot.plain().findtext("ResponseCode")
    body = {"atall": 1, "agentid": 1000002, "response_code": code, "button": {"replace_name": "x"}}
    assert (await api.post("message/update_template_card", body))["errcode"] == 60140


WRAPPED = CARD.replace("<HorizontalContentList>", "<HorizontalContentList><Item>").replace(
    "</HorizontalContentList>", "</Item></HorizontalContentList>"
)


@pytest.mark.parametrize(
    "answer",
    [
        b"success",
        b"<xml></xml>",
        b'{"encrypt": "x"}',
        _card(CARD.replace("CardType>", "card_type>")),
        _card(WRAPPED),
        _card(CARD.replace("KeyName", "Keyname")),
        _card(CARD.replace("<Style>1</Style>", "<Style>one</Style>")),
        _card(CARD.replace("<Style>1</Style>", "<Style>1</Style><Type>1</Type>")),
        _card(CARD.replace("<Key>kudos:react</Key>", "")),
        _card(CARD + "<MainTitle><Title>twice</Title></MainTitle>"),
        _card(CARD + "<TaskId>another</TaskId>"),
        _card(CARD.replace("button_interaction", "text_notice")),
        _card().replace("<ToUserName>zhangsan", "<ToUserName>lisi"),
        _card().replace("ww1234567890abcdef", "ww_other"),
        _reply("text", "<Content>hello</Content>"),
        _reply("markdown", "<Content>hello</Content>"),
        _reply("update_button", "<Button><ReplaceName></ReplaceName></Button>"),
        _reply("update_button", "<Button><ReplaceName>x</ReplaceName></Button><TemplateCard></TemplateCard>"),
    ],
)
async def test_a_wrong_answer_changes_nothing_and_is_noted(
    sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any], answer: str | bytes
) -> None:
    delivered = await _click(sim, api, bot, buttons, answer)
    assert delivered.body is None
    assert len(sim.problems) == 1
    assert sim.seen("zhangsan")[0].version == 0
    assert len(sim.seen("zhangsan")) == 1


async def test_an_answer_signed_with_another_token_is_ignored(
    sim: WecomSimulator, api: Any, bot: Any, buttons: Any
) -> None:
    sealed = bot.seal(_card()).replace(b"<Nonce>n1", b"<Nonce>n2")
    await _click(sim, api, bot, buttons, sealed)
    assert sim.problems == ["passive answer ignored: envelope: signature"]


async def test_a_message_takes_no_card(sim: WecomSimulator, bot: Any) -> None:
    bot.script = [_card()]
    await sim.say("zhangsan", "hello")
    assert len(sim.problems) == 1
    await sim.stop()


@pytest.mark.parametrize("overwrites", [False, True])
async def test_an_api_update_during_the_callback_is_noted_and_may_be_lost(
    sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any], overwrites: bool
) -> None:
    """§4.5: answer first, then call."""
    sim.rules.late_answer_overwrites = overwrites

    async def update_then_answer() -> bytes:
        body = {"atall": 1, "agentid": 1000002, "button": {"replace_name": "early"}}
        code = bot.plain().findtext("ResponseCode")
        answer = await api.post("message/update_template_card", {**body, "response_code": code})
        assert answer["errcode"] == 0
        return b""

    sent = await api.card(buttons)
    bot.script = [update_then_answer]
    await sim.click("zhangsan", sent["msgid"], "kudos:react")
    assert len(sim.problems) == 1
    assert sim.seen("zhangsan")[0].buttons[0].enabled is overwrites


async def test_code_spending_by_passive_updates_is_a_switch(
    sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any]
) -> None:
    sim.rules.passive_spends_code = False
    await _click(sim, api, bot, buttons, _card())
    body = {"userids": ["lisi"], "agentid": 1000002, "button": {"replace_name": "x"}}
    code = bot.plain().findtext("ResponseCode")
    assert (await api.post("message/update_template_card", {**body, "response_code": code}))["errcode"] == 0
    assert not sim.seen("lisi")[0].buttons[0].enabled


async def test_answers_to_a_duplicate_delivery_are_both_applied(
    sim: WecomSimulator, api: Any, bot: Any, buttons: dict[str, Any]
) -> None:
    sent = await api.card(buttons)
    bot.script = [_card(), _card()]
    sim.mischief = [Mischief.DUPLICATE]
    await sim.click("zhangsan", sent["msgid"], "kudos:react")
    assert (sim.seen("zhangsan")[0].version, sim.problems) == (2, [])


async def test_an_answer_to_a_forged_click_on_an_unknown_card_changes_nothing(sim: WecomSimulator, bot: Any) -> None:
    bot.script = [_card()]
    await sim.inject_click("zhangsan", "never_sent", "k", "button_interaction")
    assert sim.seen("zhangsan") == []
    assert len(sim.problems) == 1
    await sim.stop()
