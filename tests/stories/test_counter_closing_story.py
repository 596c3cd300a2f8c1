"""Half past nine in every store: the day as a card, and counting the shelves (R-PIC-08)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.simulation import Seen
from bot.playground.rig import Rig
from domain.columns import table_of
from domain.people.model import Store
from domain.people.stores import freeze
from domain.rewards.model import Stock, StockChange
from tests.stories.counter_story import SQUARE, Counter, shows
from tests.stories.talk import Talk

NOON = datetime(2026, 1, 19, 6, 5, tzinfo=UTC)
ELSEWHERE = {"wecom": "dingtalk", "dingtalk": "feishu", "feishu": "wecom"}


@pytest.fixture
def counter(rig: Rig, messenger: str) -> Counter:
    rig.clock.set(NOON)
    return Counter(rig, messenger, ELSEWHERE[messenger])


async def evening(counter: Counter, hour: int = 21, minute: int = 31) -> None:
    """Monday evening in Shanghai."""
    counter.rig.clock.set(datetime(2026, 1, 19, hour - 8, minute, tzinfo=UTC))
    await counter.talk("M1").wait()


def closings(talk: Talk) -> list[Seen]:
    return [one for one in talk.seen() if "今日盘点" in one.text]


def on_hand(counter: Counter) -> int:
    return int(counter.rows(Stock)[0].on_hand)


async def test_at_half_past_nine_the_manager_gets_the_day(counter: Counter) -> None:
    """Handed over, still waiting, what the shelf should hold; once, to the manager, and not where nothing happened."""
    clerk, manager = counter.talk("C1"), counter.talk("M1")
    order, code = await counter.ready()
    await clerk.press("确认发放", await clerk.say(code))
    waiting, _ = await counter.ready("K2", quantity=2)
    await evening(counter, 21, 29)
    assert closings(manager) == []
    await evening(counter)
    await manager.wait()
    (card,) = closings(manager)
    told = manager.all_text()
    assert f"今日盘点 · {SQUARE}" in card.text
    for words in (
        f"李{star(counter)} · 咖啡券 ×1 · {order.no} · 周敏",
        f"咖啡券 ×2 · {waiting.no}",
        "咖啡券：账面 19（其中 2 已预留）",
    ):
        assert words in told
    assert "李雷" not in told
    assert closings(counter.talk("C1")) == closings(counter.talk("X1")) == []
    assert manager.problems() == []


def star(counter: Counter) -> str:
    return "\u2217" if counter.at == "dingtalk" else "*"


async def test_a_count_is_a_tap_and_a_line(counter: Counter) -> None:
    """Choose the item, reply with number and reason: the stock follows, the card shows the difference."""
    manager = counter.talk("M1")
    await evening(counter)
    card = closings(manager)[0]
    await manager.press("填实际数量", card, stock=counter.rows(Stock)[0].id)
    shows(manager.last(), "「咖啡券」账面 20。请回复实际数量")
    shows(await said(manager, "18"), "账面是 20，和实际不一样时请加一句原因")
    assert on_hand(counter) == 20
    shows(await said(manager, "18 破损 2 份"), "✅ 咖啡券：20 → 18（-2）")
    assert on_hand(counter) == 18
    (change,) = counter.rows(StockChange)
    assert (change.kind, change.delta, change.reason, change.by_id) == (
        "counted", -2, "破损 2 份", counter.person("M1"),
    )  # fmt: skip
    told = manager.all_text().replace("\u3000", " ")
    assert ("盘点差异：1 项" if counter.at == "wecom" else "咖啡券：-2 破损 2 份 马丽") in told
    assert manager.problems() == []


async def said(talk: Talk, text: str) -> Seen:
    """What answers a line, as text."""
    before = len(talk.seen())
    await talk.say(text)
    return next(one for one in talk.seen()[before:] if not one.buttons)


async def test_a_clerk_opens_the_day_at_any_time_and_counts(counter: Counter) -> None:
    """The manager's card follows a count of the clerk's."""
    clerk, manager = counter.talk("C1"), counter.talk("M1")
    await manager.say("/closing")
    card = await clerk.say("日结")
    shows(card, f"今日盘点 · {SQUARE}")
    await clerk.press("填实际数量", card, stock=counter.rows(Stock)[0].id)
    shows(await said(clerk, "19，少了1份"), "✅ 咖啡券：20 → 19（-1）")
    assert ("盘点差异：1 项" if counter.at == "wecom" else "少了1份") in manager.all_text()
    card = closings(clerk)[-1]
    await clerk.press("填实际数量", card, stock=counter.rows(Stock)[0].id)
    shows(await said(clerk, "很多"), "请回复数量")
    shows(await said(clerk, "１９"), "✅ 咖啡券：19，与账面一致")
    assert on_hand(counter) == 19


async def test_closing_is_for_those_who_serve_a_store(counter: Counter) -> None:
    """R-ROL-01."""
    for number in ("K1", "A1"):
        shows(await said(counter.talk(number), "/closing"), "还没有被分配到门店")


async def test_what_orders_have_reserved_cannot_be_counted_away(counter: Counter) -> None:
    """R-RED-03."""
    await counter.ready("K2", quantity=3)
    clerk = counter.talk("C1")
    await clerk.press("填实际数量", await clerk.say("/closing"), stock=counter.rows(Stock)[0].id)
    shows(await said(clerk, "2 不见了"), "有 3 份已被订单预留")
    assert on_hand(counter) == 20


async def test_who_no_longer_serves_the_store_is_shown_no_more_of_it(rig: Rig) -> None:
    """R-ROL-01: their card changes with the next count, and says only that."""
    rig.clock.set(NOON)
    counter = Counter(rig, "feishu", "wecom")
    gone, clerk = counter.talk("C2"), counter.talk("C1")
    card = await gone.say("/closing")
    store, person, by = counter.store(SQUARE), counter.person("C2"), counter.person("M1")
    counter.do(lambda uow: freeze(uow, store, person, by))
    await clerk.press("填实际数量", await clerk.say("/closing"), stock=counter.rows(Stock)[0].id)
    await clerk.say("20")
    shows(gone.message(card.message_id), "由本店的店员或店长来操作")
    assert "咖啡券" not in gone.message(card.message_id).text


async def test_each_store_closes_in_its_own_zone(rig: Rig) -> None:
    """R-GEN-02: half past nine in Urumqi is half past eleven in Shanghai."""
    rig.clock.set(NOON)
    counter, table = Counter(rig, "feishu", "wecom"), table_of(Store)
    store = counter.store(SQUARE)
    counter.do(lambda uow: uow.change(update(table).where(table.c.id == store).values(timezone="Asia/Urumqi")))
    manager = counter.talk("M1")
    await evening(counter)
    assert closings(manager) == []
    await evening(counter, 23, 31)
    assert len(closings(manager)) == 1


async def test_a_bot_that_was_away_at_half_past_nine_tells_when_it_is_back(rig: Rig) -> None:
    rig.clock.set(NOON)
    counter = Counter(rig, "feishu", "wecom")
    manager = counter.talk("M1")
    rig.clock.advance(timedelta(hours=8, minutes=40))
    await manager.wait()
    assert len(closings(manager)) == 1
    rig.clock.advance(timedelta(hours=1))
    await manager.wait()
    assert len(closings(manager)) == 1
