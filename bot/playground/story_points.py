"""The second half of the story: thank → wallet → redeem → approve → ready → code → hand over → receipt.

The giver is in Feishu, the receiver in WeCom, the approver and the clerk in DingTalk.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from bot.playground.player import Cast, Player, StoryFailed
from bot.playground.rig import Rig

CODE = re.compile(r"领取码 (\d{4} \d{4})")
CLEARED = timedelta(minutes=11)
"""A minute longer than a thank-you can be taken back (R-KUD-06)."""


async def thank_and_redeem(rig: Rig, player: Cast, say: Callable[[str], None]) -> None:
    """Raises `StoryFailed` at the first step that differs."""
    lina, zhang = player("feishu", "ou_lina", "李娜"), player("wecom", "zhangwei", "张伟")
    say("\n── 李娜在飞书感谢张伟，张伟在企业微信收到；十分钟后积分到账 ──")
    await zhang.says("/ci #2 6.4 g 晚班加开一条线", "6.4 小时")  # where he writes last is where he is written to
    await lina.says("/kudos 张伟 +20 #客户第一 周末陪我修好了工单系统", "已送给 张伟，20 分", "本月还可送 80 分")
    await zhang.sees("李娜 感谢了你", "+20 分", "周末陪我修好了工单系统")
    await zhang.says("/points", "可用 680 分", "待到账: 20")
    rig.clock.advance(CLEARED)
    await rig.bot.catch_up()
    await zhang.says("/points", "可用 700 分", "即将到期: 40 分")
    say("\n── 他兑换一副降噪耳机：上级在钉钉审批，店员在钉钉备货 ──")
    await zhang.says("/shop", "积分商城 ｜ 可用 700 分", "咖啡券")
    await zhang.says("/shop 降噪耳机", "480 分", "审批：是")
    await zhang.presses("确认兑换", None, "订单 R-2001", "冻结 480 分（剩 220）", "待审批")
    boss, clerk = player("dingtalk", "user_chenzhiyuan", "陈志远"), player("dingtalk", "user_zengmin", "曾敏")
    await boss.sees("兑换审批 · 张伟", "降噪耳机")
    await boss.presses("同意", None, "你已同意")
    await zhang.sees("待备货", "陈志远 同意了")
    await clerk.sees("备货单 R-2001")
    await clerk.presses("已备好", None, "等待领取")
    await _hand_over(zhang, clerk, say)


async def _hand_over(owner: Player, clerk: Player, say: Callable[[str], None]) -> None:
    say("\n── 领取码只在单聊里；店员在手机上核销，双方都有回执；一码只用一次 ──")
    await owner.sees("可以领取了")
    code = _code(owner)
    await clerk.says("/核销 12345678", "没有找到这个领取码")
    await clerk.says(f"/核销 {code}", "张∗ · 降噪耳机 ×1 · R-2001 · 有效")
    await clerk.presses("确认发放", None, "已核销", "今日第 1 单")
    await owner.sees("已领取 降噪耳机", "经手 曾敏", "不是我")
    await clerk.says(f"/核销 {code}", "由 曾敏 核销")


def _code(owner: Player) -> str:
    """What the owner would show at the counter."""
    found = [code for seen in owner.seen() for code in CODE.findall(seen.text)]
    if not found:
        raise StoryFailed(f"{owner.name} was not shown a code")
    return str(found[-1])
