"""The story of the playground, told in the terminal: what people type and press, and what they then see.

Every step goes through a simulator, the real wire and the real bot; a step that does not show what it should ends it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

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

    def card(self) -> Seen:
        """The newest message with a button."""
        cards = [seen for seen in self._simulator.seen(self.user_id) if seen.buttons]
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
        seen = [one for one in self._simulator.seen(self.user_id) if one.by == "bot"]
        known = self._versions or {}
        new = [one for one in seen if known.get(one.message_id, -1) < one.version]
        self._versions = {one.message_id: one.version for one in seen}
        return new

    def _line(self, text: str) -> None:
        self.tell(f"{NAMES[self.messenger]:　<{WIDTH}}│ {text}")


async def tell(rig: Rig, say: Callable[[str], None] = print) -> None:
    """The whole story. Raises `StoryFailed`."""

    def player(messenger: str, user_id: str, name: str) -> Player:
        return Player(rig, messenger, user_id, name, say)

    await _three_messengers(player, say)
    await _one_person_everywhere(player, say)
    await _when_things_go_wrong(player, say)
    await _later(rig, player, say)
    say("\n✓ 故事讲完了：三个聊天工具，一份数据，每一步都和预期一致。")


Cast = Callable[[str, str, str], Player]


async def _three_messengers(player: Cast, say: Callable[[str], None]) -> None:
    say("── 周五上午，三个人在三个聊天工具里打卡 ──")
    lina = player("feishu", "ou_lina", "李娜")
    await lina.says("/checkin", "本周打卡")
    await lina.presses("都没变化", None, "没变化")
    zhang = player("wecom", "zhangwei", "张伟")
    await zhang.says("打卡", "本周打卡")
    await zhang.presses("提交", None, "还剩 3 项")
    wang = player("dingtalk", "user_wangfang", "王芳")
    await wang.says("／打卡", "本周打卡")
    await wang.presses("提交", {"n0": "已签 3 家"}, "已打卡", "已签 3 家")


async def _one_person_everywhere(player: Cast, say: Callable[[str], None]) -> None:
    say("\n── 同一个人换一个聊天工具，看到的是同一份数据；一行文字也能打卡 ──")
    await player("feishu", "ou_zhangwei", "张伟").says("/ci #1 97 g 新增晚间波次", "96.2% → 97%", "新增晚间波次")
    await player("dingtalk", "user_zhangwei", "张伟").says("/okr", "交付准时率", "97%")
    await player("feishu", "ou_emma", "Emma").says("/me", "Emma Wilson")


async def _when_things_go_wrong(player: Cast, say: Callable[[str], None]) -> None:
    say("\n── 写错了也不怕 ──")
    zhang = player("dingtalk", "user_zhangwei", "张伟")
    await zhang.says("/ci #1 九十七点五块", "没看懂数值")
    await zhang.says("/ci #2 6900 g", "确认")
    await zhang.presses("改一下", None, "平均出库时长")
    await zhang.presses("提交", {"v0": "6.5"}, "6.9 小时 → 6.5 小时")
    await zhang.says("/chekin", "没有「chekin」这个命令")


async def _later(rig: Rig, player: Cast, say: Callable[[str], None]) -> None:
    say("\n── 「稍后 2 小时」：两小时后卡片自己回来 ──")
    lin = player("feishu", "ou_liuyang", "刘洋")
    await lin.says("打卡", "本周打卡")
    await lin.presses("稍后 2 小时", None, "再来提醒你")
    rig.clock.advance(timedelta(hours=2, minutes=1))
    await rig.bot.dispatcher.sweep()
    await lin.sees("本周打卡")
