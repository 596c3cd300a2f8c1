"""One seeded schedule: people type and click while the bot is killed at boundaries and started again."""

import asyncio
import random
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from adapters.simulation import Delivered, Seen, Simulator
from bot.database import open_engine
from bot.playground.rig import Rig
from tests.company import account
from tests.reliability.lives import Life, Nursery, environment
from tests.reliability.nursery import BOUNDARIES
from tests.reliability.prepared import FRIDAY, Tables, prepared_rig, read_tables, serve_platform

PATIENCE = 40.0
BETWEEN_LIVES = timedelta(seconds=61)
"""Virtual time from a death to the next start: longer than every lease."""

HARMLESS = ("passive answer ignored", "card updated while its callback was still open")
"""What a redelivered click may bring about on WeCom: its stored answer comes after, or while, the outbox sends the same
card; the platform shows that card either way."""


class Lost(AssertionError):
    """A promise was broken; the message says which, and the tables follow."""


@dataclass(frozen=True, slots=True)
class Said:
    """A one-line check-in and the value it must leave behind."""

    who: str
    text: str
    value: Decimal


@dataclass(slots=True)
class Plan:
    """What happens under a seed: who says what, and at which boundaries the bot dies."""

    seed: int
    said: list[Said]
    click_value: str
    click_again: bool
    deaths: list[tuple[str, int]]

    @classmethod
    def of(cls, seed: int) -> "Plan":
        dice = random.Random(seed)
        offers = [
            Said("ann", "/ci #1 2.5 r", Decimal("2.5")), Said("ann", "/ci #2 7.9", Decimal("7.9")),
            Said("cai", "/ci #1 15", Decimal(15)), Said("cai", "/ci #2 150000 g", Decimal(150000)),
        ]  # fmt: skip
        boundaries = list(BOUNDARIES)
        return cls(
            seed=seed,
            said=dice.sample(offers, dice.randint(2, 4)),
            click_value=dice.choice(["95", "96"]),
            click_again=dice.random() < 0.5,
            deaths=[(boundaries[seed % len(boundaries)], dice.randint(1, 4))]
            + [(dice.choice(boundaries), dice.randint(1, 3)) for _ in range(dice.randint(0, 2))],
        )

    def __str__(self) -> str:
        deaths = ", then ".join(f"“{where}” at passage {nth}" for where, nth in self.deaths)
        return f"seed {self.seed}: killed {deaths}; said {[one.text for one in self.said]}, clicked {self.click_value}"


@dataclass(slots=True)
class Schedule:
    """Runs one plan on one messenger and one database."""

    plan: Plan
    messenger: str
    url: str
    nursery: Nursery
    rig: Rig = field(init=False)
    port: int = field(init=False, default=0)
    life: Life | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def simulator(self) -> Simulator:
        return self.rig.simulators[self.messenger]

    async def run(self) -> int:
        """Raises `Lost` when anything is lost or doubled; returns how many times the bot was killed."""
        self.rig = prepared_rig(self.url, FRIDAY, messengers=(self.messenger,))
        calm(self.simulator)
        self.port = free_port()
        await serve_platform(self.rig, self.messenger)
        self.simulator.point_at(f"http://127.0.0.1:{self.port}/in/{self.messenger}")
        engine = open_engine(self.url)
        keeper = asyncio.create_task(self._keep_alive())
        try:
            async with asyncio.timeout(PATIENCE):
                await self._people()
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
                await self._last_life()
                tables = await self._quiet(lambda: read_tables(engine))
            self._judge(tables)
        except TimeoutError:
            raise Lost(f"{self.plan}\nnot finished after {PATIENCE} s\n{read_tables(engine)}") from None
        finally:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
            if self.life is not None:
                await self.nursery.kill(self.life)
            await self.simulator.stop()
            engine.dispose()
        return self.deaths

    # --- the platform and the people -------------------------------------------------------------------------------

    async def _type(self, said: Said) -> None:
        """Say it, and let the platform deliver it again and again until it is acknowledged."""
        who, number = account(self.messenger, said.who), f"{7000000000000000000 + len(self.sent)}"
        self.sent[number] = said.text
        await self._until_acknowledged(lambda: self.simulator.say(who, said.text, message_id=number))

    async def _people(self) -> None:
        """Texts come together; the click comes alone, because only the last callback can be delivered again."""
        half = len(self.plan.said) // 2 if self.plan.seed % 2 else 0
        early, late = self.plan.said[:half], self.plan.said[half:]
        await asyncio.gather(self._open_card(), *(self._type(one) for one in early))
        await self._click()
        await asyncio.gather(*(self._type(one) for one in late))

    async def _open_card(self) -> None:
        bob = account(self.messenger, "bob")
        number = "7000000000000000099"
        await self._until_acknowledged(lambda: self.simulator.say(bob, "/checkin", message_id=number))

    async def _click(self) -> None:
        """Fill in the card and submit; unanswered, the click is delivered again, or the person clicks again."""
        bob = account(self.messenger, "bob")
        card = await self._first_card()
        await self.up.wait()
        first = await submit(self.simulator, bob, card, self.plan.click_value)
        if first.status != 200:
            await self._until_acknowledged(lambda: self._click_again(bob))

    async def _first_card(self) -> Seen:
        while True:
            if cards := self.cards("bob"):
                return cards[-1]
            await asyncio.sleep(0.02)

    async def _click_again(self, bob: str) -> Delivered:
        card = self.cards("bob")[-1]
        if self.plan.click_again and any(button.submits for button in card.buttons):
            return await submit(self.simulator, bob, card, self.plan.click_value)
        return (await self.simulator.redeliver())[-1]

    def cards(self, who: str) -> list[Seen]:
        """The bot's cards a person sees."""
        return [one for one in self.simulator.seen(account(self.messenger, who)) if one.by == "bot" and one.buttons]

    async def _until_acknowledged(self, deliver: Callable[[], Awaitable[Delivered]]) -> None:
        while True:
            await self.up.wait()
            if (await deliver()).status == 200:
                return
            await asyncio.sleep(0.02)

    # --- the bot ---------------------------------------------------------------------------------------------------

    async def _keep_alive(self) -> None:
        """Start the bot; whenever it dies, start it again with the next death of the plan, at last with none."""
        deaths: list[tuple[str | None, int]] = [*self.plan.deaths, (None, 0)]
        for fault, passage in deaths:
            await self._begin(fault, passage)
            assert self.life is not None
            await self.life.dead.wait()
            self.up.clear()
            if not self.life.is_killed:
                raise Lost(f"{self.plan}\nthe bot ended by itself: status {self.life.status}")
            self.deaths += 1

    async def _begin(self, fault: str | None, passage: int) -> None:
        if self.life is not None:
            self.rig.clock.advance(BETWEEN_LIVES)
        environ = environment(self.rig, self.port)
        self.life = await self.nursery.bear(environ, self.port, self.rig.clock.now(), fault, passage)
        if self.life.ready.is_set():
            self.up.set()

    async def _last_life(self) -> None:
        """Kill whatever lives and start a bot without faults."""
        if self.life is not None:
            await self.nursery.kill(self.life)
            self.deaths += 1
        await self._begin(None, 0)

    async def _quiet(self, read: Callable[[], Tables]) -> Tables:
        """The tables when nothing is received or pending any more."""
        while True:
            tables = await asyncio.to_thread(read)
            if "RECEIVED" not in tables.states(tables.inbox) and "PENDING" not in tables.states(tables.outbox):
                return tables
            await asyncio.sleep(0.05)

    # --- the verdict -----------------------------------------------------------------------------------------------

    def _judge(self, tables: Tables) -> None:
        commands = tables.commands().values()
        for said in self.plan.said:
            ids = [one["id"] for one in commands if one["args"] and f"/ci {one['args']}" == said.text]
            self._expect(len(ids) == 1, f"{said.text!r} was stored {len(ids)} times", tables)
            self._expect(tables.values_of(ids[0]) == [said.value], f"{said.text!r}: {tables.values_of(ids[0])}", tables)
        clicks = [one["id"] for one in commands if one["kind"] == "action"]
        values = [value for one in clicks for value in tables.values_of(one)]
        self._expect(values == [Decimal(self.plan.click_value)], f"the click left {values}", tables)
        self._expect(len(tables.check_ins) == len(self.plan.said) + 1, "a check-in too many", tables)
        self._expect(set(tables.states(tables.inbox)) == {"DONE"}, "a command was given up", tables)
        self._expect(set(tables.states(tables.outbox)) == {"SENT"}, "a message was given up", tables)
        for who in ("ann", "cai"):
            promised = sum(one.who == who for one in self.plan.said)
            self._expect(len(self.cards(who)) == promised, f"{who} sees {len(self.cards(who))} answers", tables)
        face = self.cards("bob")[-1].text
        self._expect(f"94% → {self.plan.click_value}%" in face, f"bob's card still shows {face!r}", tables)
        self._expect(len(self.cards("bob")) == 1, f"bob sees {len(self.cards('bob'))} cards", tables)
        problems = [one for one in getattr(self.simulator, "problems", []) if not one.startswith(HARMLESS)]
        self._expect(not problems, f"the platform disliked {problems}", tables)

    def _expect(self, holds: bool, what: str, tables: Tables) -> None:
        if not holds:
            raise Lost(f"{self.plan}\non {self.messenger}: {what}\n{tables}")


async def submit(simulator: Simulator, person: str, card: Seen, value: str) -> Delivered:
    """Press the card's submit button with `value` for its first key result and everything else as it stands."""
    button = next(button for button in card.buttons if button.submits)
    values = {one.name: one.value for one in card.fields if one.value and not one.name.startswith("__")}
    return await simulator.click(person, card.message_id, button.key, {**values, "v0": value})


def calm(simulator: Simulator) -> None:
    """No redelivery by the simulator's own schedule: the test redelivers when the bot is back."""
    rules = getattr(simulator, "rules", None)
    if rules is not None:
        rules.retry_intervals = ()
        rules.member_limit = None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
