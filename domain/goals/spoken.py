"""The one-line check-in: `#2 92 g 已签3家` (product flow 5.1). Grammar only; `entry` knows what a value means."""

import re
import unicodedata
from dataclasses import dataclass

from domain.goals.formulas import Status

NO_CHANGE = frozenset({"=", "没变化", "不变", "无变化", "nc", "same", "no-change"})
LATER = frozenset({"later", "稍后", "2h", "晚点"})
_STATUS = {
    Status.GREEN: ("g", "green", "绿", "顺利", "正常", "🟢", "on-track"),
    Status.AMBER: ("y", "a", "amber", "yellow", "黄", "有风险", "风险", "🟡", "at-risk"),
    Status.RED: ("r", "red", "红", "偏离", "🔴", "off-track"),
}
_WORDS = {word: status for status, words in _STATUS.items() for word in words}
_NUMBER_SIGN = re.compile(r"[#＃](\d{1,3})$")
_CONFIDENCE = re.compile(r"(?:c|信心)(10|\d)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """`number` is the #n (None when left out), `value` the value's text ("" = none given), `no_change` its word."""

    number: int | None = None
    value: str = ""
    no_change: bool = False
    status: Status | None = None
    confidence: int | None = None
    note: str = ""


def understand(text: str) -> Spoken:
    """Take a line apart: `[#n] value|= [g/y/r] [c0–c10] [note]`. Whatever follows is the note, as typed."""
    words = text.split(" ")
    number = None
    if words and (match := _NUMBER_SIGN.match(_fold(words[0]))):
        number = int(match[1])
        words = words[1:]
    value, no_change = "", False
    if words and words[0]:
        no_change = _fold(words[0]) in NO_CHANGE
        value = "" if no_change else words[0]
        words = words[1:]
    status, confidence = None, None
    while words:
        word = _fold(words[0])
        if status is None and word in _WORDS:
            status = _WORDS[word]
        elif confidence is None and (match := _CONFIDENCE.match(word)):
            confidence = int(match[1])
        else:
            break
        words = words[1:]
    return Spoken(
        number=number, value=value, no_change=no_change, status=status, confidence=confidence,
        note=" ".join(words).strip(),
    )  # fmt: skip


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
