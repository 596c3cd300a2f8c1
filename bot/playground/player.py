"""One person of a story on one messenger: types, presses, and sees what they should see, or the story ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.simulation import Press, Seen, Simulator
from bot.playground.rig import Rig

NAMES = {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}
WIDTH = 4


class StoryFailed(Exception):
    """A step differs from what it should be."""


@dataclass(slots=True)
class Player:
    """One person on one messenger."""

    rig: Rig
    messenger: str
    user_id: str
    name: str
    tell: Callable[[str], None] = print
    _shown: int = 0
    _versions: dict[str, int] | None = None

    async def says(self, text: str, *expected: str) -> None:
        """Type a text; the bot's newest message must contain each of `expected`."""
        self._line(f"{self.name}：{text}")
        delivered = await self._simulator.say(self.user_id, text)
        if delivered.status != 200:
            raise StoryFailed(f"{NAMES[self.messenger]}: the callback was answered {delivered.status}")
        await self.sees(*expected)

    async def presses(self, label: str, values: Mapping[str, str] | None = None, *expected: str) -> None:
        """Press a button of the newest card, with some fields filled in by what they are called."""
        card = self.card()
        button = self._button(card, label)
        said = "　".join(f"{name}={value}" for name, value in (values or {}).items())
        self._line(f"{self.name}：[{button.label}]　{said}".rstrip())
        filled = self._filled(card, values or {}) if button.submits else None
        await self._simulator.click(self.user_id, card.message_id, button.key, filled)
        await self.sees(*expected)

    async def sees(self, *expected: str) -> None:
        """Wait for what is due, print what is new, and check it."""
        await self.rig.settle()
        new = self._news()
        for seen in new:
            for row in seen.text.splitlines():
                self._line(f"　必达│ {row}")
            labels = [f"[{button.label}]" for button in seen.buttons if button.label]
            if labels:
                self._line(f"　必达│ {' '.join(labels)}")
        everything = "\n".join(seen.text for seen in new)
        for words in expected:
            if words not in everything:
                raise StoryFailed(f"{NAMES[self.messenger]}, {self.name}: expected 「{words}」 in\n{everything}")

    def seen(self) -> list[Seen]:
        """Everything in the chat with the bot."""
        return self._simulator.seen(self.user_id)

    def card(self) -> Seen:
        """The newest message with a button."""
        cards = [seen for seen in self.seen() if seen.buttons]
        if not cards:
            raise StoryFailed(f"{NAMES[self.messenger]}, {self.name}: there is no card")
        return cards[-1]

    @property
    def _simulator(self) -> Simulator:
        return self.rig.simulators[self.messenger]

    def _button(self, card: Seen, label: str) -> Press:
        for button in card.buttons:
            if button.label == label:
                return button
        raise StoryFailed(f"{NAMES[self.messenger]}: no button 「{label}」 among {[one.label for one in card.buttons]}")

    def _filled(self, card: Seen, values: Mapping[str, str]) -> dict[str, str | Sequence[str]]:
        """Field values by name: what stands there, changed where `values` names a field (or an option's words)."""
        filled: dict[str, str | Sequence[str]] = {
            one.name: one.value for one in card.fields if one.value and not one.name.startswith("__")
        }
        for name, wanted in values.items():
            field = next((one for one in card.fields if one.name == name), None)
            if field is None:
                raise StoryFailed(f"{NAMES[self.messenger]}: no field {name} among {[one.name for one in card.fields]}")
            matching = [one.value for one in field.options if one.label.startswith(wanted)]
            filled[name] = matching[0] if matching else wanted
        return filled

    def _news(self) -> list[Seen]:
        """What the bot has said or changed since last time."""
        seen = [one for one in self.seen() if one.by == "bot"]
        known = self._versions or {}
        new = [one for one in seen if known.get(one.message_id, -1) < one.version]
        self._versions = {one.message_id: one.version for one in seen}
        return new

    def _line(self, text: str) -> None:
        self.tell(f"{NAMES[self.messenger]:　<{WIDTH}}│ {text}")


Cast = Callable[[str, str, str], Player]
"""Messenger, user id, name → that person."""
