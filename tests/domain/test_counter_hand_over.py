"""Looking up and handing over (R-PIC-01 to 07, R-RED-05, cases A32 to A35)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from domain.errors import TooLong
from domain.people.messages import Profile
from domain.points.model import JournalEntry
from domain.rewards import counter, pickup
from domain.rewards.counter import Late, understand
from domain.rewards.counter_messages import HandedOver, Locked, LookedUp, Refusal, Refused, Withdrawn, WrongCode
from domain.rewards.counter_model import PickupCode, PickupTry
from domain.rewards.messages import OrderState, OrderView
from domain.rewards.model import OrderEvent
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop

KEY = b"k" * 32


class Desk:
    """The counter of a shop with one item in it, and an order that is ready."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.item = shop.item("coffee", 40, stock={SQUARE: 10}, max_quantity=5)

    def ready(self, number: str = "E1", quantity: int = 1) -> tuple[OrderView, str]:
        """An order to be collected, and its code."""
        made = self.shop.request(number, self.item, SQUARE, quantity)
        order = self.shop.step(made.order.id, OrderState.READY, "M1" if number == "C1" else "C1")
        return order, self.shop.do(lambda uow: pickup.issue(uow, order.id, KEY))

    def look_up(self, clerk: str, code: str, late: Late | None = None) -> Any:
        person = self.shop.person(clerk)
        return self.shop.do(lambda uow: counter.look_up(uow, person, code, KEY, late))

    def hand_over(self, clerk: str, order: OrderView, **more: Any) -> Any:
        person = self.shop.person(clerk)
        more.setdefault("seen", self.shop.order(order.id).version)
        return self.shop.do(lambda uow: counter.hand_over(uow, person, order.id, **more))

    def refusal(self, clerk: str, code: str, late: Late | None = None) -> Refusal:
        found = self.look_up(clerk, code, late)
        assert isinstance(found, Refused), found
        return found.reason


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


# --- the code -------------------------------------------------------------------------------------------------------


def test_r_pic_01_a_code_is_kept_only_as_a_keyed_hash_and_replaced_by_a_newer_one(desk: Desk) -> None:
    order, code = desk.ready()
    (row,) = desk.shop.rows(PickupCode)
    assert code not in str(row)
    assert pickup.has_check_digit(code)
    newer = desk.shop.do(lambda uow: pickup.issue(uow, order.id, KEY))
    assert newer != code
    with desk.shop.unit() as uow:
        assert pickup.find_by_code(uow, code, KEY) is None
        assert pickup.find_by_code(uow, newer, KEY) == order.id
        assert pickup.find_by_code(uow, newer, b"x" * 32) is None
    assert [one.state for one in desk.shop.rows(PickupCode)] == ["void", "active"]


def test_a_code_at_its_end_is_still_answered_and_ends_once(desk: Desk) -> None:
    order, code = desk.ready()
    assert desk.shop.do(lambda uow: pickup.revoke(uow, order.id)) is True
    assert desk.shop.do(lambda uow: pickup.revoke(uow, order.id)) is False
    with desk.shop.unit() as uow:
        assert pickup.find_by_code(uow, code, KEY) == order.id


# --- two steps ------------------------------------------------------------------------------------------------------


def test_r_pic_02_looking_up_changes_nothing_and_confirming_hands_over(desk: Desk) -> None:
    order, code = desk.ready()
    before = [desk.shop.rows(OrderEvent), desk.shop.stock(desk.item), desk.shop.held("E1")]
    found = desk.look_up("C1", code)
    assert isinstance(found, LookedUp)
    assert (found.order.no, found.order.quantity, found.store.name) == (order.no, 1, SQUARE)
    assert [desk.shop.rows(OrderEvent), desk.shop.stock(desk.item), desk.shop.held("E1")] == before
    done = desk.hand_over("C1", order)
    assert isinstance(done, HandedOver)
    assert (done.clerk_name, done.quantity, done.left, done.today, done.at) == ("周敏", 1, 0, 1, desk.shop.now)
    assert (desk.shop.order(order.id).state, desk.shop.held("E1"), desk.shop.stock(desk.item)) == (
        OrderState.FULFILLED, 0, [(9, 0)],
    )  # fmt: skip
    other, _ = desk.ready("E2")
    assert desk.hand_over("C1", other).today == 2


def test_today_begins_at_midnight_in_the_stores_zone(desk: Desk) -> None:
    first, _ = desk.ready()
    assert desk.hand_over("C1", first).today == 1
    desk.shop.later(hours=10)
    second, _ = desk.ready("E2")
    assert desk.hand_over("C1", second).today == 1


def test_r_red_05_a_larger_quantity_may_be_handed_over_unit_by_unit(desk: Desk) -> None:
    """Each hand-over spends its own part: `consume:{order}:{n}`."""
    order, code = desk.ready(quantity=3)
    first = desk.hand_over("C1", order, quantity=1)
    assert (first.quantity, first.left) == (1, 2)
    assert isinstance(desk.look_up("C1", code), LookedUp)
    rest = desk.hand_over("C1", order)
    assert (rest.quantity, rest.left) == (2, 0)
    keys = {one.idem for one in desk.shop.rows(JournalEntry) if one.idem.startswith("consume:")}
    assert keys == {f"consume:{order.id}:1", f"consume:{order.id}:2"}
    assert desk.refusal("C1", code) is Refusal.USED


# --- who may, and what is refused -----------------------------------------------------------------------------------


def test_a32_a_clerk_of_another_store_learns_only_whose_order_it_is(desk: Desk) -> None:
    order, code = desk.ready()
    found = desk.look_up("X1", code)
    assert found == Refused(reason=Refusal.OTHER_STORE, store_name=SQUARE, order_id=order.id)
    assert isinstance(desk.hand_over("X1", order), Refused)
    assert desk.shop.order(order.id).state is OrderState.READY


def test_a33_nobody_hands_over_their_own_order(desk: Desk) -> None:
    order, code = desk.ready("C1")
    assert desk.refusal("C1", code) is Refusal.OWN
    assert desk.hand_over("C1", order).reason is Refusal.OWN
    assert isinstance(desk.look_up("M1", code), LookedUp)


def test_r_pic_03_who_approved_an_order_does_not_hand_it_over(desk: Desk) -> None:
    expensive = desk.shop.item("bag", 300, stock={SQUARE: 1})
    desk.shop.take("E2,Cai Green,,,运营,M1,,,en,,,,")
    made = desk.shop.request("E2", expensive, SQUARE)
    desk.shop.approve(made.order.id, "M1")
    order = desk.shop.step(made.order.id, OrderState.READY, "C1")
    code = desk.shop.do(lambda uow: pickup.issue(uow, order.id, KEY))
    assert desk.refusal("M1", code) is Refusal.APPROVED
    assert desk.hand_over("M1", order).reason is Refusal.APPROVED
    assert isinstance(desk.look_up("C1", code), LookedUp)


def test_r_pic_03_without_an_assignment_nothing_is_looked_up(desk: Desk) -> None:
    """Not even the admin; and a person's role alone gives no right."""
    order, code = desk.ready()
    assert desk.refusal("B1", code) is Refusal.NOT_CLERK
    assert desk.refusal("E2", code) is Refusal.NOT_CLERK
    desk.shop.take("C1,周敏,,,门店,M1,clerk,,,,,,")
    desk.shop.later(seconds=1)
    assert desk.refusal("C1", code) is Refusal.NOT_CLERK
    assert desk.hand_over("C1", order).reason is Refusal.OTHER_STORE
    assert desk.shop.rows(PickupTry) == []


def test_a34_the_second_learns_when_and_by_whom(desk: Desk) -> None:
    order, code = desk.ready()
    version = order.version
    desk.hand_over("C1", order)
    at = desk.shop.now
    desk.shop.later(minutes=3)
    found = desk.hand_over("M1", order, seen=version)
    assert (found.reason, found.at, found.by_name) == (Refusal.USED, at, "周敏")
    assert desk.refusal("M1", code) is Refusal.USED
    handed = [one for one in desk.shop.rows(OrderEvent) if one.quantity and not one.refused]
    assert len(handed) == 1
    assert [one.by_id for one in desk.shop.rows(OrderEvent) if one.refused] == [desk.shop.person_id("M1")]


def test_what_has_changed_since_the_card_was_drawn_is_not_handed_over(desk: Desk) -> None:
    order, _ = desk.ready(quantity=2)
    desk.hand_over("C1", order, quantity=1)
    assert desk.hand_over("M1", order, seen=order.version).reason is Refusal.CHANGED
    assert desk.shop.order(order.id).fulfilled == 1


def test_an_expired_code_says_so_before_and_after_the_timer(desk: Desk) -> None:
    order, code = desk.ready()
    assert order.due_at is not None
    desk.shop.now = order.due_at + timedelta(seconds=1)
    assert desk.refusal("C1", code) is Refusal.EXPIRED
    desk.shop.step(order.id, OrderState.EXPIRED, None)
    assert desk.refusal("C1", code) is Refusal.EXPIRED
    assert desk.hand_over("C1", order).reason is Refusal.EXPIRED
    assert (desk.shop.wallet("E1"), desk.shop.held("E1")) == (500, 0)


def test_a_cancelled_order_is_not_handed_over(desk: Desk) -> None:
    order, code = desk.ready()
    desk.shop.step(order.id, OrderState.CANCELLED, "B1")
    assert desk.refusal("C1", code) is Refusal.CLOSED


# --- wrong codes ----------------------------------------------------------------------------------------------------


def wrong(code: str) -> str:
    """Another code of the right look."""
    return pickup.with_check_digit(f"{(int(code[:7]) + 1) % 10**7:07d}")


def test_a35_five_wrong_codes_lock_for_ten_minutes(desk: Desk) -> None:
    """R-PIC-04: the sixth is not looked up, nor is a right one; then the count begins anew."""
    _, code = desk.ready()
    for left in (4, 3, 2, 1):
        assert desk.look_up("C1", wrong(code)) == WrongCode(left=left, store=desk.shop.store(SQUARE))
        desk.shop.later(minutes=1)
    fifth = desk.look_up("C1", "00000001")  # the check digit is wrong: a try all the same
    assert (fifth.left, fifth.until) == (0, desk.shop.now + timedelta(minutes=10))
    desk.shop.later(minutes=9)
    assert desk.look_up("C1", code) == Locked(until=fifth.until, zone="Asia/Shanghai")
    assert isinstance(desk.look_up("M1", code), LookedUp)  # a lock is one person's
    desk.shop.later(minutes=1)
    assert isinstance(desk.look_up("C1", code), LookedUp)
    assert desk.look_up("C1", wrong(code)).left == 4
    assert len(desk.shop.rows(PickupTry)) == 6


def test_r_pic_04_tries_older_than_ten_minutes_do_not_count(desk: Desk) -> None:
    _, code = desk.ready()
    for _ in range(12):
        assert desk.look_up("C1", wrong(code)).left >= 2
        desk.shop.later(minutes=4)


def test_r_pic_04_twenty_wrong_codes_in_a_store_within_an_hour_are_an_alarm(desk: Desk) -> None:
    _, code = desk.ready()
    alarms = []
    for number in range(22):
        found = desk.look_up("C1" if number % 2 else "M1", wrong(code))
        alarms.append(found.alarm)
        desk.shop.later(minutes=2.6)
    assert (alarms.index(True), sum(alarms)) == (19, 1)


# --- groups ---------------------------------------------------------------------------------------------------------


def withdraw(desk: Desk, number: str, code: str) -> Any:
    person = desk.shop.person(number)
    return desk.shop.do(lambda uow: counter.withdraw(uow, person, code, KEY))


def test_r_pic_09_a_code_shown_to_others_is_void_and_replaced(desk: Desk) -> None:
    order, code = desk.ready()
    found = withdraw(desk, "E2", code)
    assert isinstance(found, Withdrawn)
    assert found.code not in repr(found)
    assert isinstance(desk.look_up("C1", code), WrongCode)
    again = desk.look_up("C1", found.code)
    assert isinstance(again, LookedUp)
    assert again.order.id == order.id


def test_r_pic_09_trying_codes_in_a_group_is_counted_and_locks_too(desk: Desk) -> None:
    _, code = desk.ready()
    for left in (4, 3, 2, 1, 0):
        assert withdraw(desk, "E2", wrong(code)).left == left
    assert isinstance(withdraw(desk, "E2", code), Locked)
    assert isinstance(desk.look_up("C1", code), LookedUp)


def test_a_used_code_in_a_group_gives_no_new_one(desk: Desk) -> None:
    order, code = desk.ready()
    desk.hand_over("C1", order)
    assert withdraw(desk, "E1", code) is None


# --- after an outage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code", "late"),
    [
        ("48217735", "48217735", None),
        ("4821 7735 补录 13:40 停电", "48217735", ("13:40", None, "停电")),
        ("48217735 late 9:05 power cut", "48217735", ("09:05", None, "power cut")),
        ("４８２１７７３５　补录　１３：４０　停电", "48217735", ("13:40", None, "停电")),
        ("48217735 1/18 13:40 停电了", "48217735", ("13:40", (1, 18), "停电了")),
        ("领取码：4821 7735", "48217735", None),
        ("48217735 补录 25:00 停电", None, None),
        ("48217735 谢谢", None, None),
        ("", None, None),
        ("123", None, None),
    ],
)
def test_what_a_clerk_types_is_understood(typed: str, code: str | None, late: tuple[Any, ...] | None) -> None:
    found, entry = understand(typed)
    assert found == code
    if late is None:
        assert entry is None
    else:
        assert entry is not None
        assert (entry.clock.isoformat("minutes"), entry.month_day, entry.note) == late


def late_of(text: str) -> Late:
    entry = understand(f"48217735 {text}")[1]
    assert entry is not None
    return entry


def test_r_pic_07_a_later_entry_is_dated_back_and_still_single_use(desk: Desk) -> None:
    order, code = desk.ready()
    desk.shop.later(hours=3)
    found = desk.look_up("C1", code, late_of("补录 14:40 停电"))
    assert isinstance(found, LookedUp)
    assert found.at == datetime.fromisoformat("2026-01-19T14:40:00+08:00")
    done = desk.hand_over("C1", order, at=found.at, note="停电")
    assert (done.at, desk.shop.order(order.id).fulfilled_at) == (found.at, found.at)
    assert [one.note for one in desk.shop.rows(OrderEvent) if one.quantity] == ["停电"]
    again = desk.look_up("M1", code)
    assert (again.reason, again.at) == (Refusal.USED, found.at)


@pytest.mark.parametrize("text", ["补录 14:40 停电", "补录 1/20 14:40 停电"])
def test_r_pic_07_a_clock_time_still_to_come_was_yesterdays(desk: Desk, text: str) -> None:
    _, code = desk.ready()
    desk.shop.now = datetime.fromisoformat("2026-01-21T09:00:00+08:00")
    found = desk.look_up("C1", code, late_of(text))
    assert isinstance(found, LookedUp)
    assert found.at == datetime.fromisoformat("2026-01-20T14:40:00+08:00")


@pytest.mark.parametrize("text", ["补录 1/20 8:59 停电", "补录 2/30 9:00 停电", "补录 1/21 9:01 停电"])
def test_r_pic_07_no_more_than_24_hours_back_and_not_in_the_future(desk: Desk, text: str) -> None:
    _, code = desk.ready()
    desk.shop.now = datetime.fromisoformat("2026-01-21T09:00:00+08:00")
    assert desk.refusal("C1", code, late_of(text)) is Refusal.NOT_THEN


def test_r_pic_07_not_before_it_was_ready_and_not_without_a_reason(desk: Desk) -> None:
    _, code = desk.ready()
    desk.shop.later(minutes=30)
    assert desk.refusal("C1", code, late_of("补录 14:04 停电")) is Refusal.NOT_THEN
    assert desk.refusal("C1", code, late_of("补录 14:10")) is Refusal.NO_NOTE
    with pytest.raises(TooLong):
        desk.look_up("C1", code, late_of(f"补录 14:10 {'停' * 201}"))


def test_r_pic_07_collected_in_time_and_entered_after_the_code_ran_out(desk: Desk) -> None:
    order, code = desk.ready()
    assert order.due_at is not None
    desk.shop.now = order.due_at + timedelta(hours=8)
    assert desk.refusal("C1", code) is Refusal.EXPIRED
    found = desk.look_up("C1", code, late_of("补录 20:00 断网"))
    assert isinstance(found, LookedUp)
    assert isinstance(desk.hand_over("C1", order, at=found.at, note="断网"), HandedOver)


def test_another_store_of_the_clerk_is_theirs_too(desk: Desk) -> None:
    """R-ORG-05: assigned to both, the clerk hands over in both."""
    order, code = desk.ready()
    desk.shop.take(f"X1,徐静,,,门店,B1,clerk,{XUJIAHUI}|{SQUARE},,,,,")
    desk.shop.later(seconds=1)
    assert isinstance(desk.look_up("X1", code), LookedUp)
    assert isinstance(desk.hand_over("X1", order), HandedOver)


def test_a34_two_clerks_at_the_very_same_moment_hand_over_once(desk: Desk) -> None:
    """Each in a transaction of its own, begun before the other ended: one hands over, the other learns who did."""
    order, _ = desk.ready()
    clerks = [desk.shop.person(number) for number in ("C1", "M1")]
    together = Barrier(len(clerks))

    def confirm(clerk: Profile) -> HandedOver | Refused:
        together.wait(timeout=10)
        return desk.shop.do(lambda uow: counter.hand_over(uow, clerk, order.id, seen=order.version))

    with ThreadPoolExecutor(len(clerks)) as pool:
        outcomes = list(pool.map(confirm, clerks))
    (done,) = [one for one in outcomes if isinstance(one, HandedOver)]
    (late,) = [one for one in outcomes if isinstance(one, Refused)]
    assert (late.reason, late.by_name) == (Refusal.USED, done.clerk_name)
    assert len([one for one in desk.shop.rows(OrderEvent) if one.quantity and not one.refused]) == 1
    assert (desk.shop.stock(desk.item), desk.shop.held("E1")) == ([(9, 0)], 0)


def test_a_code_of_one_company_is_nothing_in_another(desk: Desk) -> None:
    """Even under the same key: the unit of work sees one company."""
    order, code = desk.ready()
    home, desk.shop.workspace_id = desk.shop.workspace_id, "f" * 32
    with desk.shop.unit() as uow:
        assert pickup.find_by_code(uow, code, KEY) is None
    desk.shop.workspace_id = home
    with desk.shop.unit() as uow:
        assert pickup.find_by_code(uow, code, KEY) == order.id
