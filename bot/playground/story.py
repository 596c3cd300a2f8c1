"""The story of the playground, told in the terminal: what people type and press, and what they then see.

Every step goes through a simulator, the real wire and the real bot; a step that does not show what it should ends it.
"""

from collections.abc import Callable
from datetime import timedelta

from bot.playground.player import Cast, Player, StoryFailed
from bot.playground.rig import Rig
from bot.playground.story_points import thank_and_redeem

__all__ = ["StoryFailed", "tell"]


async def tell(rig: Rig, say: Callable[[str], None] = print) -> None:
    """The whole story. Raises `StoryFailed`."""

    def player(messenger: str, user_id: str, name: str) -> Player:
        return Player(rig, messenger, user_id, name, say)

    await _three_messengers(player, say)
    await _one_person_everywhere(player, say)
    await _when_things_go_wrong(player, say)
    await _later(rig, player, say)
    await thank_and_redeem(rig, player, say)
    say("\n✓ 故事讲完了：三个聊天工具，一份数据，每一步都和预期一致。")


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
