"""Catalogue, stock and codes from files: all or nothing, every bad line named, twice changes nothing (R-CAT-01…04)."""

import pytest

from domain.rewards.importing import CODES_HEADER, HEADER, STOCK_HEADER, RewardsReport, import_rewards
from domain.rewards.messages import OrderState
from domain.rewards.model import Item, Stock, StockChange, VoucherCode
from domain.rewards.orders import Step
from domain.rewards.vouchers import reveal
from tests.domain.rewards_company import SQUARE, XUJIAHUI, Shop

KEY = b"v" * 32
COFFEE = "coffee,physical,咖啡券,Coffee voucher,coffee,120,,人民广场店,,1/week,,,,,,,,,25.50,"
CINEMA = "cinema,voucher,影城券,Cinema,cinema,150,,,,,,,,,,,,,,yes"
LEAVE = "leave,time_off,奖励假半天,Half day,half_day,200,,,,,,,,6,,,,,,"
COURSE = "course,training,数据分析课,Data course,training,300,counted,,运营|总部,,2026-01-01,2026-12-31,hrbp,,,,,,,"
DINNER = "dinner,team_pool,团队聚餐,Team dinner,dinner,2000,,,,,,,,,,,,2026-03-31,,"
CAKE = "cake,physical,蛋糕,Cake,,90,counted,人民广场店|徐家汇店,,,,,none,2,1,3,yes,,12 CNY,no"


def take(shop: Shop, header: tuple[str, ...], *lines: str, partial: bool = False) -> RewardsReport:
    source = "\n".join((",".join(header), *lines)).encode()
    with shop.unit() as uow:
        done = import_rewards(uow, source, key=KEY, partial=partial)
        if partial or not done.report.problems:
            uow.commit()
    return done


def counts(done: RewardsReport) -> tuple[int, int, int]:
    return done.report.created, done.report.updated, done.report.unchanged


def reasons(done: RewardsReport) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in done.report.problems]


def test_a_catalogue_is_created_changed_and_left_alone(shop: Shop) -> None:
    every = (COFFEE, CINEMA, LEAVE, COURSE, DINNER, CAKE)
    assert counts(take(shop, HEADER, *every)) == (6, 0, 0)
    assert counts(take(shop, HEADER, *every)) == (0, 0, 6)
    assert counts(take(shop, HEADER, COFFEE.replace("120", "130"), CAKE)) == (0, 1, 1)
    items = {row.key: row for row in shop.rows(Item)}
    assert (items["coffee"].price, items["coffee"].cost_cents, items["coffee"].stock_mode) == (130, 2550, "counted")
    assert (items["coffee"].limit_count, items["coffee"].limit_period, items["coffee"].fulfil_days) == (1, "week", 5)
    assert (items["cake"].forfeits, items["cake"].active, items["cake"].approval) == (True, False, "none")
    assert items["cinema"].stock_mode == "codes"
    assert len(items["course"].departments.split(",")) == 2
    assert [row.on_hand for row in shop.rows(Stock)] == [0] * 5  # coffee, two for the cake, the pool, the seats


def test_every_bad_line_is_named_and_nothing_is_imported(shop: Shop) -> None:
    done = take(
        shop, HEADER, COFFEE, COFFEE, "x,gift,a,b,,1,,,,,,,,,,,,,,", LEAVE.replace("200", "0"),
        CINEMA.replace("voucher,", "voucher,,").replace("影城券,", ""), CAKE.replace("徐家汇店", "月球店"),
        COURSE.replace("hrbp", "boss").replace("2026-01-01", "1.1.26"), DINNER.replace("2026-03-31", ""),
        CAKE.replace("cake", "tea").replace("12 CNY", "much").replace("no", "perhaps"), "a,b",
        "mug,physical,杯,Mug,,10,codes,,,3 a week,,,,,,,,,,",
    )  # fmt: skip
    assert reasons(done) == [
        (3, "item_key coffee is already on line 2"),
        (4, "kind must be one of physical, voucher, time_off, training, privilege, team_pool"),
        (5, "price must be a whole number from 1 to 10000000"),
        (6, "name_zh is missing"),
        (7, "there is no store “月球店”"),
        (8, "approval must be empty, none, or some of manager, head, hrbp, admin, separated by “;”"),
        (8, "sale_from must be a date such as 2026-03-31"),
        (9, "pool_until is for team_pool items, which need it"),
        (10, "active must be yes or no"),
        (10, "approval must be empty, none, or some of manager, head, hrbp, admin, separated by “;”"),
        (10, "cost must be empty or an amount such as 25.50 or 25.50 CNY"),
        (11, "the line has 2 columns instead of 20"),
        (12, "a physical item needs at least one store"),
        (12, "limit must be empty or like 1/quarter (week, month, quarter, half, year, ever)"),
        (12, "stock_mode must be one of counted, unlimited"),
    ]
    assert shop.rows(Item) == []
    assert counts(done) == (0, 0, 0)
    assert counts(take(shop, HEADER, COFFEE, "x,gift,a,b,,1,,,,,,,,,,,,,,", partial=True)) == (1, 0, 0)


def test_what_orders_and_stock_forbid(shop: Shop) -> None:
    take(shop, HEADER, COFFEE, CAKE)
    take(shop, STOCK_HEADER, "coffee,人民广场店,3", "cake,徐家汇店,2")
    done = take(
        shop, HEADER, COFFEE.replace("physical", "privilege").replace("人民广场店", ""),
        CAKE.replace("|徐家汇店", "").replace("counted", "unlimited"),
    )  # fmt: skip
    assert reasons(done) == [
        (2, "store “人民广场店” still has 3 of it: set its stock to 0 first"),
        (2, "the kind of coffee is physical and cannot change"),
        (3, "stock_mode can only change while there is no stock"),
        (3, "store “徐家汇店” still has 2 of it: set its stock to 0 first"),
    ]


def test_an_item_leaves_a_store(shop: Shop) -> None:
    take(shop, HEADER, CAKE)
    assert counts(take(shop, HEADER, CAKE.replace("|徐家汇店", ""))) == (0, 1, 0)
    assert [row.store_id for row in shop.rows(Stock)] == [shop.store(SQUARE).id]


def test_stock_is_what_the_file_says_and_never_less_than_orders_hold(shop: Shop) -> None:
    take(shop, HEADER, COFFEE, COURSE, CINEMA)
    assert counts(take(shop, STOCK_HEADER, "coffee,人民广场店,3", "course,,8")) == (0, 2, 0)
    assert counts(take(shop, STOCK_HEADER, "coffee,人民广场店,3", "course,,8")) == (0, 0, 2)
    coffee = next(row for row in shop.rows(Item) if row.key == "coffee")
    order = shop.request("E1", coffee.id, SQUARE).order
    done = take(
        shop, STOCK_HEADER, "coffee,人民广场店,0", "coffee,人民广场店,1", "tea,,1", "cinema,,1", "coffee,徐家汇店,1",
        "coffee,火星店,1", "course,,many",
    )  # fmt: skip
    assert reasons(done) == [
        (2, "open orders have reserved 1: on_hand cannot be less"),
        (3, "the same item and store are already on line 2"),
        (4, "there is no item with this item_key: import the catalogue first"),
        (5, "this item is not counted: its stock_mode is codes"),
        (6, "the catalogue does not offer this item in store “徐家汇店”"),
        (7, "there is no store “火星店”"),
        (8, "on_hand must be a whole number from 0 to 1000000"),
    ]
    shop.step(order.id, OrderState.CANCELLED, "E1", step=Step())
    assert counts(take(shop, STOCK_HEADER, "coffee,人民广场店,0")) == (0, 1, 0)
    assert [row.delta for row in shop.rows(StockChange)] == [3, 8, -3]


def test_codes_are_encrypted_counted_and_given_out_once(shop: Shop) -> None:
    take(shop, HEADER, CINEMA, COFFEE)
    assert counts(take(shop, CODES_HEADER, "cinema,AAAA-1", "cinema,AAAA-2")) == (2, 0, 0)
    assert counts(take(shop, CODES_HEADER, "cinema,AAAA-2", "cinema,AAAA-3")) == (1, 0, 1)
    done = take(shop, CODES_HEADER, "cinema,B", "cinema,B", "coffee,C", "none,D", "cinema,")
    assert reasons(done) == [
        (3, "the same code is already on line 2"),
        (4, "this item has no codes: its stock_mode is counted"),
        (5, "there is no item with this item_key: import the catalogue first"),
        (6, "code is missing"),
    ]
    rows = shop.rows(VoucherCode)
    assert len(rows) == 3
    assert not [row for row in rows if "AAAA" in row.sealed]
    cinema = next(row for row in shop.rows(Item) if row.key == "cinema")
    given: list[str] = []
    for number in ("E1", "E2"):
        order = shop.request(number, cinema.id).order
        assert order.state is OrderState.READY
        who = shop.person_id(number)
        _, codes = shop.do(lambda uow, order=order, who=who: reveal(uow, order.id, who, KEY))  # type: ignore[misc]
        given += [code.reveal() for code in codes]
    assert sorted(given) == ["AAAA-1", "AAAA-2"]
    assert shop.stock(cinema.id) == [(1, 0)]


@pytest.mark.parametrize("header", [("item_key", "codes"), ("a",), ()])
def test_a_header_nobody_knows(shop: Shop, header: tuple[str, ...]) -> None:
    done = take(shop, header, "x,y")
    assert [line for line, _ in reasons(done)] == [1]


def test_r_cat_03_how_long_people_save(shop: Shop) -> None:
    """Seven people got 500 points each in the last twelve weeks; one more has got none."""
    done = take(shop, HEADER, COFFEE, LEAVE.replace("200", "9000000"))
    assert done.notes == (
        "coffee: 120 points, earnable in 3 weeks at the current median",
        "leave: 9000000 points, earnable in 216000 weeks at the current median; nobody can reach it within 12 months",
    )
    shop.later(weeks=13)
    assert take(shop, HEADER, COFFEE).notes == ("coffee: 120 points, nobody earns points yet",)


def test_the_same_item_in_two_stores(shop: Shop) -> None:
    take(shop, HEADER, CAKE.removesuffix("no") + "yes")
    take(shop, STOCK_HEADER, "cake,人民广场店,1", "cake,徐家汇店,2")
    cake = shop.rows(Item)[0].id
    shop.request("E1", cake, XUJIAHUI, quantity=2)
    assert sorted(shop.stock(cake)) == [(1, 0), (2, 2)]
