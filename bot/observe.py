"""What operators see: one JSON line per event, and counters. Never a token, a secret, a name or what people wrote."""

import contextvars
import json
import logging
import sys
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO

from prometheus_client import Counter, Gauge, Histogram

RECEIVED = Counter("bida_commands_received", "Commands that came through the door", ["platform", "kind"])
HANDLED = Counter("bida_commands_handled", "Commands whose unit of work was committed", ["platform", "kind"])
FAILED = Counter("bida_commands_failed", "Attempts that ended in a bug", ["platform"])
REFUSED = Counter("bida_requests_refused", "Requests refused at the door", ["connection", "cause"])
SENT = Counter("bida_messages_sent", "Messages the platform accepted", ["connection", "kind"])
RETRIED = Counter("bida_messages_retried", "Sends that will be tried again", ["connection", "cause"])
BURIED = Counter("bida_messages_buried", "Messages given up", ["connection", "cause"])
PENDING = Gauge("bida_messages_pending", "Messages not yet delivered", ["connection"])
OLDEST = Gauge("bida_oldest_pending_seconds", "Age of the oldest undelivered message", ["connection"])
LEDGER_SOUND = Gauge("bida_ledger_sound", "1 when the last verification found the ledger sound, else 0", ["company"])
SECONDS = Histogram(
    "bida_command_seconds", "From the door to committed", ["platform"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)  # fmt: skip


@lru_cache(maxsize=512)
def counted(metric: Counter, *labels: str) -> Counter:
    """One labelled child of a counter, looked up once: the library checks and copies the labels every time."""
    return metric.labels(*labels)


trace: contextvars.ContextVar[str] = contextvars.ContextVar("bida_trace", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """One JSON object per record: time, level, logger, the constant event name, and the record's extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(_extra(record))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for people: time, level, event, key=value."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        line = f"{at} {record.levelname:<7} {record.name}: {record.getMessage()} {extra}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if trace.get():
        fields["trace_id"] = trace.get()
    return fields


def configure_logging(style: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send our loggers to a stream (standard error by default) as `json` or `text`. Other libraries only from WARNING:
    some of them log whole requests."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    ours = logging.getLogger("bida")
    ours.setLevel(level)
