"""Looks for what must never be logged (contract clause 25)."""

import logging
from collections.abc import Iterable, Sequence

SPOKEN = "Zweiundvierzig"
"""A word the tests put into every text they type or send; no log may hold it."""


def leaks(records: Iterable[logging.LogRecord], secrets: Sequence[str]) -> list[str]:
    """Names of the loggers that told a secret, or a text somebody wrote, at INFO or above."""
    forbidden = [SPOKEN, "李雷", "韩梅梅", *(secret for secret in secrets if secret)]
    told = ((record, f"{record.getMessage()} {vars(record)}") for record in records if record.levelno >= logging.INFO)
    return [record.name for record, text in told if any(word in text for word in forbidden)]
