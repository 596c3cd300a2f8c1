"""One person in one chat of one simulated messenger: they type, press what they see, and read what comes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.dingtalk.simulator import DingtalkSimulator
from adapters.feishu.simulator import FeishuSimulator, events
from adapters.feishu.simulator.clicks import action_of
from adapters.feishu.simulator.sight import card_view
from adapters.simulation import Delivered, Field, Press, Seen
from adapters.wecom.simulator import WecomSimulator
from bot.playground.rig import Rig
from tests.company import account

OTHER = ("自定义", "Other")
"""How an option that leads to a typed answer begins."""


@dataclass(frozen=True, slots=True)
class Talk:
    """`who` is ann, bob or cai. Everything waits until the bot has delivered what it promised."""

    rig: Rig
    messenger: str
    who: str

    @property
    def user(self) -> str:
        return account(self.messenger, self.who)

    @property
    def group(self) -> str:
        return "cidTeam==" if self.messenger == "dingtalk" else "oc_team"

    # --- reading ---------------------------------------------------------------------------------------------------

    def seen(self, chat: str | None = None) -> list[Seen]:
        """What the bot wrote to this person (or into a group), oldest first."""
        return [one for one in self.rig.simulators[self.messenger].seen(self.user, chat) if one.by == "bot"]

    def last(self, chat: str | None = None) -> Seen:
        return self.seen(chat)[-1]

    def card(self) -> Seen:
        """The newest message with something to press."""
        return [one for one in self.seen() if one.buttons][-1]

    def message(self, message_id: str) -> Seen:
        return next(one for one in self.seen() if one.message_id == message_id)

    def all_text(self) -> str:
        return "\n".join(one.text for one in self.seen())

    # --- acting ----------------------------------------------------------------------------------------------------

    async def say(self, text: str) -> Seen:
        """Type in the direct chat; gives the card that answers, or where there is none, the newest message."""
        before = len(self.seen())
        delivered = await self.rig.simulators[self.messenger].say(self.user, text)
        assert delivered.status == 200
        await self.rig.settle()
        cards = [one for one in self.seen()[before:] if one.buttons]
        return cards[-1] if cards else self.last()

    async def say_in_group(self, text: str) -> None:
        await self.rig.simulators[self.messenger].say(self.user, text, chat=self.group)
        await self.rig.settle()

    async def press(self, label: str, card: Seen | None = None, **said: str) -> Seen:
        """Press the button whose label contains `label`; fields as they stand but for `said`. Gives the card then."""
        card = card or self.card()
        button = find_button(card, label)
        delivered = await self.rig.simulators[self.messenger].click(
            self.user, card.message_id, button.key, self.filled(card, button, said)
        )
        assert delivered.status == 200
        await self.rig.settle()
        return self.message(card.message_id)

    async def press_in_group(self, label: str, card: Seen) -> Seen:
        """Press a button of a message in the group; gives what stands there then."""
        button = find_button(card, label)
        await self.rig.simulators[self.messenger].click(self.user, card.message_id, button.key, {})
        await self.rig.settle()
        return next(one for one in self.seen(self.group) if one.message_id == card.message_id)

    def filled(self, card: Seen, button: Press, said: dict[str, str]) -> dict[str, str | Sequence[str]]:
        """The card's fields as the messenger would carry them with this button."""
        if not button.submits:
            return {}
        values: dict[str, str | Sequence[str]] = {
            one.name: one.value for one in card.fields if one.value and not one.name.startswith("__")
        }
        for name, value in said.items():
            values[name] = value
        return values

    async def submit(self, *, value: str = "", status: str = "", note: str = "", at: int = 0) -> Seen:
        """Fill in one key result of the newest card and submit it, the way this messenger allows: a value that is not
        offered, or a note, is typed as a line where the card has no such field."""
        card = self.card()
        names = {one.name for one in card.fields}
        offered = next((one for one in card.fields if one.name == f"v{at}"), None)
        assert offered is not None, f"no value field on {card.text!r}"
        if (note and f"n{at}" not in names) or (value and offered.options and not _is_offered(offered, value)):
            return await self.by_line(" ".join(word for word in (value, status[:1], note) if word), at)
        said = {f"v{at}": value, f"s{at}": status, f"n{at}": note}
        return await self.press(submit_label(card), card, **{name: text for name, text in said.items() if text})

    async def by_line(self, line: str, at: int = 0) -> Seen:
        """WeCom: choose `自定义…`, submit, and answer the question with a line. Gives the card afterwards."""
        card = await self.choose_other(at)
        await self.say(line)
        return self.message(card.message_id)

    async def choose_other(self, at: int = 0) -> Seen:
        card = self.card()
        field = next(one for one in card.fields if one.name == f"v{at}")
        other = next(one.value for one in field.options if one.label.startswith(OTHER))
        return await self.press(submit_label(card), card, **{f"v{at}": other})

    def keep_press(self, card: Seen, label: str, by: str = "") -> Callable[[], Awaitable[Delivered]]:
        """A press of a button as it is now, to be delivered later, or by somebody else than who sees the card."""
        user = account(self.messenger, by or self.who)
        simulator = self.rig.simulators[self.messenger]
        button = find_button(card, label)
        if isinstance(simulator, WecomSimulator):
            task, kind = card.payload["task_id"], card.payload["card_type"]
            chosen = {one.name: [str(one.value)] for one in card.fields} if button.submits else None
            return lambda: simulator.inject_click(user, task, button.key, kind, chosen)
        if isinstance(simulator, DingtalkSimulator):
            body = simulator._clicks.prepare(self.user, simulator._visible(self.user, card.message_id), button.key, {})
            assert body is not None
            return lambda: simulator._clicks.send({**body, "userId": user})
        assert isinstance(simulator, FeishuSimulator)
        tenant = simulator.tenant
        message = tenant.chats.messages[card.message_id]
        values = self.filled(card, button, {})
        action = action_of(
            card_view(tenant, message, simulator.locale), button.key, values, timezone="Asia/Shanghai",
            now=self.rig.clock.now(), empty_fields=True,
        )  # fmt: skip
        assert action is not None
        clicked = events.clicked(tenant, tenant.directory.person(user), message, action, tenant.card_token(message))
        return lambda: simulator.inject_card_action(clicked)

    async def choose(self, label: str, **said: str) -> Seen:
        """Press a button of the newest card, or where it has become an option, choose that and submit."""
        card = self.card()
        if any(label in one.label for one in card.buttons):
            return await self.press(label, card, **said)
        field, option = next((one, each) for one in card.fields for each in one.options if label in each.label)
        return await self.press(submit_label(card), card, **{**said, field.name: option.value})

    async def wait(self) -> None:
        """Let the bot look at its clock: what is due by now is done."""
        await self.rig.bot.catch_up()

    def problems(self) -> list[str]:
        """What a real WeCom would have refused."""
        simulator = self.rig.simulators["wecom"]
        assert isinstance(simulator, WecomSimulator)
        return simulator.problems


def find_button(card: Seen, label: str) -> Press:
    found = [one for one in card.buttons if label in one.label]
    assert found, f"no {label!r} among {[one.label for one in card.buttons]} on {card.text!r}"
    return found[0]


def submit_label(card: Seen) -> str:
    return next(one.label for one in card.buttons if one.submits)


def _is_offered(field: Field, value: str) -> bool:
    return any(option.value == value for option in field.options)
