"""Simplified Chinese: the first language, complete by definition."""

from collections.abc import Mapping

CATALOGUE: Mapping[str, str] = {
    # what can go wrong (flow 5.0)
    "error.not_bound": "还没有关联到你的员工档案。回复「绑定」开始，约 20 秒。",
    "error.not_permitted": "这一步需要「{role}」来操作，已帮你把请求转给 {name}。",
    "error.stale_card": "这张卡片已更新，下面是最新内容，没有重复提交。",
    "error.duplicate": "已收到，刚才那次已经生效，无需再点。",
    "error.not_for_you": "这是发给 {name} 的卡片，你可以查看，不能代为提交。",
    "error.bad_number": "没看懂数值「{x}」。例：92、92%、5.2万。",
    "error.temporary": "网络有点慢，我会继续处理，完成后告诉你（编号 {ref}）。",
    # check-in (flow 5.1)
    "ci.title": "本周打卡 · {period} ｜ 约 10 秒",
    "ci.row": "{kr}　上次 {last} → 目标 {target}　按进度应到 {expected}",
    "ci.status": "状态",
    "ci.status.on_track": "🟢 顺利",
    "ci.status.at_risk": "🟡 有风险",
    "ci.status.off_track": "🔴 偏离",
    "ci.block": "阻碍",
    "ci.block.none": "无",
    "ci.block.resources": "缺资源",
    "ci.block.others": "等别人",
    "ci.block.external": "外部原因",
    "ci.block.manager": "需上级支持",
    "ci.custom": "直接回复：数值 状态 备注，例如「92 g 已签 3 家」",
    "ci.done": "✅ 已打卡 {old} → {new}（{delta}）　目标 {dobj}　连续 {n} 周",
    "ci.confirm": "{x} 比目标高很多，确认是 {x}？",
    "ci.closed": "本周期已结束，数值不能再改。可以在评分卡里补充说明。",
    "ci.third": "已连续 3 次「没变化」，请写一句原因。",
    "ci.help": "需要谁帮忙？什么时候之前？",
    # making a card fit
    "fit.other": "自定义…",
    "fit.more": "更多…",
    "fit.answer": "回复填写",
    "fit.answer_for": "回复填写 {title}",
    "fit.actions": "其他操作",
    "fit.hint": "也可以回复：{hint}（{label}）",
    "fit.answer_hint": "{label}：请回复 {hint}",
    # a card as text
    "plain.pair": "{label}：{value}",
    "plain.required": "{label}（必填）",
    "plain.choices": " / ",
    "plain.names": "、",
    "plain.hint": "回复 {hint} — {label}",
    "plain.number": "回复 {n} — {label}",
    "plain.current": "当前 {value}",
    "plain.date": "日期，如 2026-02-13",
    "plain.figure": "数字，如 92",
    "plain.text": "文字",
    "plain.empty": "（没有内容）",
}
