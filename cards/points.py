"""The wallet: what I have, what moved, what runs out."""

from collections.abc import Sequence

from cards.action import ActionRef
from cards.model import (
    Action,
    Block,
    Bold,
    Button,
    Card,
    Divider,
    Field,
    Fields,
    Header,
    Plain,
    Style,
    Text,
    Tone,
)
from cards.text import day, number, say
from domain.wallet.messages import Affordable, Expiring, ExpiryNotice, RefillLine, Wallet, WalletLine

_NAMED = {"cleared": "who", "merged": "who", "held": "order", "released": "order", "refunded": "order"}
"""What a movement of this kind is told with, where it is known: a colleague or an order."""


def points_card(key: str, wallet: Wallet, locale: str, go: Sequence[str] = ()) -> Card:
    """`/points`: balances, what runs out soon, and a page of movements, newest first. `go` are the doors from here."""
    has = wallet.balances
    pairs = [
        Field(say(locale, "points.wallet"), number(has.wallet)),
        Field(say(locale, "points.pending"), number(has.pending)),
        Field(say(locale, "points.held"), number(has.held)),
        Field(say(locale, "points.giving"), number(has.giving)),
    ]
    pairs += [Field(say(locale, "points.soon"), _runs_out(one, locale)) for one in wallet.expiring[:2]]
    blocks: list[Block] = [Fields(tuple(pairs)), *(_refill(one, locale) for one in wallet.refills), Divider()]
    blocks += [_line(line, locale) for line in wallet.lines]
    if not wallet.lines:
        blocks.append(Text((Plain(say(locale, "points.none" if wallet.page == 1 else "points.no_page")),)))
    title = say(locale, "points.title", n=number(has.wallet))
    return Card(
        kind="points", key=key, header=Header(title, tone=Tone.INFO), blocks=tuple(blocks), summary=title,
        actions=(*_turn(wallet, locale), *_doors(go, locale)), locale=locale,
    )  # fmt: skip


def expiry_card(key: str, notice: ExpiryNotice, locale: str, go: Sequence[str] = ()) -> Card:
    """A reminder: amount, date, and what the points could become (R-LOT-06)."""
    title = say(locale, "points.expiring", n=number(notice.amount), days=notice.days)
    until = say(locale, "points.until", n=number(notice.amount), date=_date(notice, locale))
    blocks: list[Block] = [Text((Plain(until),))]
    if notice.offers:
        blocks.append(Text((Bold(say(locale, "points.could")),)))
        blocks += [Text((Plain(_offer(one, locale)),)) for one in notice.offers]
    look = Button(label=say(locale, "go.points"), ref=ActionRef("go.points"), hint="/points")
    return Card(
        kind="points_expiring", key=key, header=Header(title, tone=Tone.WARNING), blocks=tuple(blocks), updates=False,
        actions=(*_doors(go, locale), look), summary=title, locale=locale,
    )  # fmt: skip


def _line(line: WalletLine, locale: str) -> Block:
    amount = f"{'+' if line.amount > 0 else '−'}{number(abs(line.amount))}"
    return Text((Bold(amount), Plain(f"　{_what(line, locale)}　{line.on.isoformat()}")))


def _refill(one: RefillLine, locale: str) -> Block:
    words = say(locale, "points.refilled", n=number(one.amount), reason=one.reason, date=one.on.isoformat())
    return Text((Plain(words),))


def _what(line: WalletLine, locale: str) -> str:
    """What a movement was, with the colleague or the order it was for."""
    named = _NAMED.get(line.kind)
    if named == "who" and line.who:
        return say(locale, f"points.{line.kind}.named", name=line.who)
    if named == "order" and line.order_no:
        item = line.item[1 if locale[:2] == "en" else 0]
        return say(locale, f"points.{line.kind}.named", no=line.order_no, item=item)
    if line.kind == "rewarded" and line.cause.startswith("starter:"):
        return say(locale, "points.rewarded.starter", step=say(locale, f"st.{line.cause.partition(':')[2]}"))
    return say(locale, f"points.kind.{line.kind}")


def _turn(wallet: Wallet, locale: str) -> list[Action]:
    """Buttons to the pages beside this one."""
    found: list[Action] = []
    for label, to, there in (
        ("points.older", wallet.page + 1, wallet.more), ("points.newer", wallet.page - 1, wallet.page > 1),
    ):  # fmt: skip
        if there:
            ref = ActionRef("points.page", {"p": str(to)})
            found.append(Button(label=say(locale, label), ref=ref, hint=f"/points {to}"))
    return found


def _doors(go: Sequence[str], locale: str) -> list[Action]:
    """Buttons to what else can be done with points."""
    return [
        Button(
            label=say(locale, f"points.go.{name}"), ref=ActionRef(f"go.{name}"), hint=f"/{name}",
            style=Style.PRIMARY if at == 0 else Style.DEFAULT,
        )
        for at, name in enumerate(go)
    ]  # fmt: skip


def _runs_out(one: Expiring, locale: str) -> str:
    return say(locale, "points.soon_one", n=number(one.amount), date=day(one.on, locale))


def _date(notice: ExpiryNotice, locale: str) -> str:
    said = day(notice.on, locale)
    return f"{said} {notice.on.year}" if locale[:2] == "en" else f"{notice.on.year}年{said}"


def _offer(one: Affordable, locale: str) -> str:
    name = one.names[1 if locale[:2] == "en" else 0]
    return say(locale, "points.offer", item=name, n=number(one.price))
