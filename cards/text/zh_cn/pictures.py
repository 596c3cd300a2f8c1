"""Simplified Chinese: what is drawn on pictures, and what stands in for them (R-BDG-03)."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "ecard.thanks": "谢谢你",
    "ecard.teamwork": "并肩作战",
    "ecard.customer": "客户第一",
    "ecard.birthday": "生日快乐",
    "ecard.to": "致 {name}",
    "ecard.from": "—— {name}",
    "ecard.alt": "贺卡「{title}」致 {name}：{reason} {giver}",
}
