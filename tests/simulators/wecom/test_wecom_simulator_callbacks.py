"""How the simulated WeCom calls the bot (wecom.md §1.3–1.6, §2, §9 items 1, 2 and 6)."""

from datetime import timedelta
from typing import Any

import pytest
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.wecom.simulator import Mischief, WecomSimulator
from adapters.wecom.simulator.crypto import Crypto, CryptoRefused
from domain.clock import ShiftedClock


async def test_url_check_wants_the_echo_byte_for_byte(sim: WecomSimulator, bot: Any) -> None:
    assert (await sim.verify_url()).body == {"verified": True}
    bot.echo_suffix = b"\n"
    assert (await sim.verify_url()).body == {"verified": False}
    await sim.stop()


async def test_a_text_message_has_the_documented_elements(sim: WecomSimulator, bot: Any) -> None:
    delivered = await sim.say("ZhangSan", "/checkin ]]> <b>")
    plain = bot.plain()
    assert [child.tag for child in plain] == [
        "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "AgentID",
    ]  # fmt: skip
    assert plain.findtext("Content") == "/checkin ]]> <b>"
    assert plain.findtext("FromUserName") == "zhangsan"
    assert int(plain.findtext("MsgId") or "") > 2**60
    assert (delivered.status, delivered.attempts) == (200, 1)
    assert [(one.by, one.text) for one in sim.seen("zhangsan")] == [("zhangsan", "/checkin ]]> <b>")]
    await sim.stop()


@pytest.mark.parametrize(("failure", "status"), [(500, 500), (1.0, 0)])
async def test_failed_deliveries_are_repeated_three_times_with_a_fresh_envelope(
    sim: WecomSimulator, bot: Any, failure: float, status: int
) -> None:
    bot.script = [failure] * 4 + [b""]
    delivered = await sim.say("zhangsan", "hello")
    assert (delivered.status, delivered.attempts, len(bot.requests)) == (status, 4, 4)
    assert len({query["nonce"] for query, _ in bot.requests}) == 4
    assert len({body for _, body in bot.requests}) == 4
    assert len({bot.plain(number).findtext("MsgId") for number in range(4)}) == 1
    await sim.stop()


async def test_connection_failure_is_repeated_too(sim: WecomSimulator) -> None:
    sim.point_at("http://127.0.0.1:9/in/wecom")
    delivered = await sim.say("zhangsan", "hello")
    assert (delivered.status, delivered.attempts) == (0, 4)
    await sim.stop()


async def test_repeating_non_200_is_a_switch(sim: WecomSimulator, bot: Any) -> None:
    sim.rules.retry_on_status = False
    bot.script = [503]
    assert (await sim.say("zhangsan", "hello")).attempts == 1
    await sim.stop()


async def test_repeating_ends_with_success(sim: WecomSimulator, bot: Any) -> None:
    bot.script = [500]
    delivered = await sim.say("zhangsan", "hello")
    assert (delivered.status, delivered.attempts) == (200, 2)
    await sim.stop()


async def test_redelivery_and_a_given_message_id_repeat_the_same_message(sim: WecomSimulator, bot: Any) -> None:
    await sim.say("zhangsan", "hello", message_id="77")
    assert [one.status for one in await sim.redeliver(2)] == [200, 200]
    await sim.say("zhangsan", "hello", message_id="77")
    assert [bot.plain(number).findtext("MsgId") for number in range(4)] == ["77"] * 4
    assert len(sim.seen("zhangsan")) == 1
    await sim.stop()


async def test_duplicate_delivery_sends_one_message_twice(sim: WecomSimulator, bot: Any) -> None:
    sim.mischief.append(Mischief.DUPLICATE)
    await sim.say("zhangsan", "hello")
    assert bot.plain(0).findtext("MsgId") == bot.plain(1).findtext("MsgId")
    assert len(bot.requests) == 2
    await sim.stop()


async def test_held_callbacks_can_come_in_reverse(sim: WecomSimulator, bot: Any) -> None:
    sim.hold()
    for text in ("one", "two"):
        await sim.say("zhangsan", text)
    assert bot.requests == []
    await sim.release(reverse=True)
    assert [bot.plain(number).findtext("Content") for number in range(2)] == ["two", "one"]
    await sim.stop()


@pytest.mark.parametrize("trick", [Mischief.TAMPERED, Mischief.FORGED])
async def test_broken_envelopes_do_not_verify(sim: WecomSimulator, bot: Any, trick: Mischief) -> None:
    sim.mischief.append(trick)
    await sim.say("zhangsan", "hello")
    with pytest.raises(CryptoRefused, match="signature"):
        bot.plain()
    await sim.say("zhangsan", "hello")
    bot.plain()
    await sim.stop()


async def test_wrong_receiveid_is_properly_signed(sim: WecomSimulator, bot: Any) -> None:
    sim.mischief.append(Mischief.WRONG_RECEIVEID)
    await sim.say("zhangsan", "hello")
    with pytest.raises(CryptoRefused, match="receiveid"):
        bot.plain()
    bot.crypto = Crypto("DemoToken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww0000000000stranger")
    assert bot.plain().findtext("Content") == "hello"
    await sim.stop()


async def test_stale_timestamp_is_a_day_old(sim: WecomSimulator, bot: Any, clock: ShiftedClock) -> None:
    sim.mischief.append(Mischief.STALE)
    await sim.say("zhangsan", "hello")
    query, _ = bot.requests[-1]
    assert int(query["timestamp"]) <= (clock.now() - timedelta(hours=23)).timestamp()
    bot.plain()
    await sim.stop()


async def test_oversized_body(sim: WecomSimulator, bot: Any) -> None:
    sim.mischief.append(Mischief.OVERSIZED)
    await sim.say("zhangsan", "hello")
    assert len(bot.requests[-1][1]) > 4_000_000
    await sim.stop()


async def test_entity_bombs_outside_and_inside(sim: WecomSimulator, bot: Any) -> None:
    sim.mischief += [Mischief.OUTER_BOMB, Mischief.INNER_BOMB]
    await sim.say("zhangsan", "hello")
    with pytest.raises(DefusedXmlException):
        fromstring(bot.requests[0][1], forbid_dtd=True)
    await sim.say("zhangsan", "hello")
    fromstring(bot.requests[1][1], forbid_dtd=True)
    with pytest.raises(DefusedXmlException):
        bot.plain(1)
    await sim.stop()


async def test_plain_events(sim: WecomSimulator, bot: Any) -> None:
    await sim.open_chat("zhangsan")
    await sim.press_menu("zhangsan", "cmd:checkin")
    await sim.send_event("zhangsan", "brand_new_event")
    found = [(bot.plain(number).findtext("Event"), bot.plain(number).findtext("EventKey")) for number in range(3)]
    assert found == [("enter_agent", ""), ("click", "cmd:checkin"), ("brand_new_event", "")]
    assert bot.plain().find("MsgId") is None
    await sim.stop()


async def test_contact_events_carry_ids_only_unless_switched(sim: WecomSimulator, bot: Any, api: Any) -> None:
    await sim.contact_changed("zhangsan", name="张三丰", department="市场", new_user_id="sanfeng")
    plain = bot.plain()
    assert (plain.findtext("FromUserName"), plain.findtext("ChangeType")) == ("sys", "update_user")
    assert (plain.findtext("UserID"), plain.findtext("NewUserID")) == ("zhangsan", "sanfeng")
    assert plain.find("Name") is None
    assert (await api.get("user/get", userid="sanfeng"))["name"] == "张三丰"
    assert (await api.get("user/get", userid="zhangsan"))["errcode"] == 60111
    sim.rules.contact_ids_only = False
    await sim.contact_changed("newcomer", name="新人")
    assert (bot.plain().findtext("ChangeType"), bot.plain().findtext("Name")) == ("create_user", "新人")
    await sim.contact_changed("newcomer", left=True)
    assert bot.plain().findtext("ChangeType") == "delete_user"
    assert (await api.text("bye", to="newcomer"))["errcode"] == 81013


async def test_an_app_hears_nothing_of_groups(sim: WecomSimulator, bot: Any) -> None:
    """§0: an app never receives group messages."""
    sim.add_group("team", "Team", ["zhangsan", "LiSi"])
    assert (await sim.say("zhangsan", "hello", chat="team")).attempts == 0
    assert bot.requests == []
    assert [one.text for one in sim.seen("lisi", "team")] == ["hello"]
    with pytest.raises(ValueError, match="no group"):
        await sim.say("wangwu", "hello", chat="team")
    with pytest.raises(ValueError, match="no group"):
        await sim.say("zhangsan", "hello", chat="nowhere")


async def test_characters_xml_forbids_are_left_out(sim: WecomSimulator, bot: Any) -> None:
    await sim.say("zhangsan", "a\x00b\ufffec")
    assert bot.plain().findtext("Content") == "abc"
    await sim.stop()


async def test_wire_shows_exchanges_without_secrets(sim: WecomSimulator, api: Any) -> None:
    await api.text("hello")
    await sim.say("zhangsan", "hi")
    shown = repr(sim.wire)
    assert "gettoken" in shown
    assert "message/send" in shown
    assert "<![CDATA[hi]]>" in shown
    assert api.token not in shown
    assert "demo-secret-of-the-wecom-app" not in shown


async def test_unknown_people_cannot_act(sim: WecomSimulator) -> None:
    with pytest.raises(ValueError, match="nobody"):
        await sim.say("ghost", "boo")
