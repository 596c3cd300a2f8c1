"""Simplified Chinese: the wallet."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "points.bad_amount": "积分必须是 1 到 10 亿之间的整数。",
    "points.allowance_short": "本月还可送 {left} 分，这次需要 {need} 分，没有送出。",
    "points.short": "可用 {left} 分，这次需要 {need} 分，没有扣分。",
    "points.budget_short": "「{programme}」预算还有 {left} 分，这次需要 {need} 分，没有发放。",
    "points.programme": "没有「{programme}」这个预算项目。",
    "points.settled": "这笔积分已经处理过了，没有重复变动。",
    "points.not_held": "这张订单还有 {left} 分可处理，这次需要 {need} 分，没有变动。",
    "points.four_eyes": "这项改动需要写明原因和凭据，并由两位管理员确认（本人除外）。",
    "points.conflict": "这次请求与之前提交的内容不一致，积分没有变动。",
    "points.stopped": "积分账目正在核对，暂时不能变动。已通知管理员，请稍后再试。",
}
