"""The changed card in a callback's answer (wecom.md §4.6), opened with wechatpy's crypto."""

from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from wechatpy.enterprise.crypto import WeChatCrypto

from adapters.base import Answer, Commands, Ignored, Parsed, Raw, Toast
from adapters.wecom.adapter import WecomAdapter, build
from adapters.wecom.settings import WecomSettings
from cards.action import ActionRef
from cards.capability import Surface
from cards.model import Button, Card, Choice, Field, Fields, Header, Option, Plain, Text
from domain.clock import ShiftedClock

SUBMIT = Button(label="提交", ref=ActionRef("a.submit"), submits=True)


@pytest.fixture
def clicked(adapter: WecomAdapter, callback: Callable[..., Raw], event: Callable[..., str]) -> Parsed:
    extra = "<TaskId>card1@row</TaskId><CardType>button_interaction</CardType><ResponseCode>RC</ResponseCode>"
    return adapter.parse(callback(event("template_card_event", key="~a.b", extra=extra)))


def rendered(adapter: WecomAdapter, **parts: Any) -> Answer:
    card = Card(kind="t", key="k", header=parts.pop("header", Header("标题", "副题")), **parts)
    return Answer(card=adapter.render(card, Surface.DIRECT, {}).payload)


def opened(adapter: WecomAdapter, peer: WeChatCrypto, answer: Answer, parsed: Parsed) -> Element:
    response = adapter.ack(answer, parsed)
    assert response == adapter.ack(answer, parsed), "ack is pure"
    assert response.status == 200
    envelope = fromstring(response.body)
    assert [child.tag for child in envelope] == ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]
    signature, stamp, nonce = (envelope.findtext(tag) for tag in ("MsgSignature", "TimeStamp", "Nonce"))
    message: Element = fromstring(peer.decrypt_message(response.body, signature, stamp, nonce))
    return message


def test_changed_card(adapter: WecomAdapter, peer: WeChatCrypto, clicked: Parsed) -> None:
    blocks = (Fields((Field("进度", "60%"), Field("信心", "高"))), Text((Plain("第一行"),)))
    message = opened(adapter, peer, rendered(adapter, blocks=blocks, actions=(SUBMIT,)), clicked)
    assert message.findtext("ToUserName") == "ZhangSan", "as it came, not folded"
    assert message.findtext("FromUserName") == adapter.tenant
    assert message.findtext("CreateTime") == "1768356000"
    assert message.findtext("MsgType") == "update_template_card"
    card = message.find("TemplateCard")
    assert card is not None
    assert card.findtext("CardType") == "button_interaction"
    assert (card.findtext("MainTitle/Title"), card.findtext("MainTitle/Desc")) == ("标题", "副题")
    assert card.findtext("Source/DescColor") == "1"
    rows = card.findall("HorizontalContentList")
    assert [(row.findtext("KeyName"), row.findtext("Value")) for row in rows] == [("进度", "60%"), ("信心", "高")]
    assert card.findtext("SubTitleText") == "第一行"
    assert [(button.findtext("Text"), button.findtext("Key")) for button in card.findall("ButtonList")] == [
        ("提交", "~a.submit")
    ]
    assert card.find("TaskId") is None


def test_forms_repeat_lists_as_siblings(adapter: WecomAdapter, peer: WeChatCrypto, clicked: Parsed) -> None:
    two = (Option("1", "一"), Option("2", "二"))
    selects = tuple(Choice(name=name, label=name, options=two, initial=("2",)) for name in "ab")
    card = opened(adapter, peer, rendered(adapter, inputs=selects, actions=(SUBMIT,)), clicked).find("TemplateCard")
    assert card is not None
    assert [select.findtext("QuestionKey") for select in card.findall("SelectList")] == ["a", "b"]
    assert [option.findtext("Id") for option in card.findall("SelectList/OptionList")] == ["1", "2", "1", "2"]
    assert card.findtext("SelectList/SelectedId") == "2"
    assert card.findtext("SubmitButton/Key") == "~a.submit"
    vote = (Choice(name="m", label="m", options=two, many=True, initial=("1",)),)
    card = opened(adapter, peer, rendered(adapter, inputs=vote, actions=(SUBMIT,)), clicked).find("TemplateCard")
    assert card is not None
    assert [option.findtext("IsChecked") for option in card.findall("CheckBox/OptionList")] == ["true", "false"]


@pytest.mark.parametrize("text", ["a]]>b", "]]><Hack/>", "</TemplateCard>&lt;", "]]]]>>", "x\x00\x0b\ufffey"])
def test_text_cannot_break_out(adapter: WecomAdapter, peer: WeChatCrypto, clicked: Parsed, text: str) -> None:
    message = opened(adapter, peer, rendered(adapter, blocks=(Text((Plain(text),)),), actions=(SUBMIT,)), clicked)
    expected = "xy" if "\x00" in text else text
    assert message.findtext("TemplateCard/SubTitleText") == expected
    assert message.find(".//Hack") is None


def test_task_id_only_when_asked_for(
    settings: WecomSettings, clock: ShiftedClock, peer: WeChatCrypto, clicked: Parsed
) -> None:
    wanting = settings.model_copy(update={"task_id_in_passive_update": True})
    adapter = build(wanting, name="wecom", clock=clock, public_url="")
    message = opened(adapter, peer, rendered(adapter), clicked)
    assert message.findtext("TemplateCard/TaskId") == "card1@row"
    assert message.findtext("TemplateCard/CardAction/Url") == "https://work.weixin.qq.com"


def test_nothing_to_show_is_an_empty_answer(
    adapter: WecomAdapter, clicked: Parsed, callback: Callable[..., Raw], message: Callable[..., str]
) -> None:
    """No toast exists, no passive card for messages: both degrade to an empty 200."""
    card = rendered(adapter)
    said = adapter.parse(callback(message()))
    assert isinstance(said, Commands)
    text = Answer(card=adapter.render_text("x", Surface.DIRECT).payload)
    answers = [
        (None, clicked),
        (Answer(toast=Toast(text="好")), clicked),
        (text, clicked),
        (card, said),
        (card, Ignored("x")),
    ]
    for answer, parsed in answers:
        response = adapter.ack(answer, parsed)
        assert (response.status, response.body) == (200, b"")
