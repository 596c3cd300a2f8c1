"""What bad input is measured by: every row before and after, every log line, and what the person was told."""

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from adapters.feishu.simulator import FeishuSimulator
from adapters.simulation import Delivered
from bot.observe import JsonLines
from bot.playground.rig import SECRETS, Rig
from cards.text import say
from tests.company import account

DELIVERY = frozenset({"inbox", "outbox", "card", "job_run"})
"""Tables of delivery: a refusal that is answered is stored and sent like anything else."""
_RENEWED = frozenset({"lease"})
_PUBLIC = frozenset({"corp_id", "agent_id", "client_id", "app_id", "robot_code", "card_template_id"})
NAMES = ("安然", "白博", "Cai Green")
NOTE = "绝密备注-not-for-logs"
_EVENT = re.compile(r"[a-z][a-z_]*")

Rows = dict[str, list[tuple[Any, ...]]]


def all_rows(rig: Rig) -> Rows:
    """Every row of every table but the leases, which senders renew by themselves."""
    found: Rows = {}
    with rig.bot.engine.connect() as connection:
        for name, table in SQLModel.metadata.tables.items():
            if name not in _RENEWED:
                found[name] = sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
        connection.rollback()
    return found


def changed(before: Rows, after: Rows) -> set[str]:
    """Names of the tables that differ."""
    return {name for name in before if before[name] != after[name]}


@dataclass(slots=True)
class Watch:
    """Remembers rows and messages at one moment; says later what has changed since."""

    rig: Rig
    caplog: pytest.LogCaptureFixture
    rows: Rows
    heard: dict[tuple[str, str], int]

    @staticmethod
    def begin(rig: Rig, caplog: pytest.LogCaptureFixture) -> "Watch":
        caplog.clear()
        return Watch(rig, caplog, all_rows(rig), {place: len(_texts(rig, *place)) for place in _places(rig)})

    def changed(self) -> set[str]:
        return changed(self.rows, all_rows(self.rig))

    def assert_nothing_changed(self) -> None:
        """Not a single row, not a single message: the request was refused at the door."""
        assert self.changed() == set()
        assert all(len(_texts(self.rig, *place)) == count for place, count in self.heard.items())

    def assert_only_answered(self, *also: str) -> None:
        """Nothing but the delivery's own rows is different."""
        assert self.changed() <= DELIVERY | set(also)

    def told(self, messenger: str, user: str, delivered: Delivered | None = None) -> str:
        """Everything this person was shown since: the answer of the exchange, and new or changed messages."""
        new = _texts(self.rig, messenger, user)[self.heard.get((messenger, user), 0) :]
        answer = _strings(delivered.body) if delivered is not None else []
        return "\n".join([*answer, *new])

    def lines(self) -> list[dict[str, Any]]:
        """Our log lines since, as operators get them."""
        form = JsonLines()
        ours = [record for record in self.caplog.records if record.name.startswith("bida")]
        return [json.loads(form.format(record)) for record in ours]

    def audit(self, event: str = "refused") -> dict[str, Any]:
        """The one line that tells an auditor what was refused; all lines are clean."""
        assert_clean(self.rig, self.caplog)
        found = [line for line in self.lines() if line["event"] == event]
        assert len(found) == 1, [line["event"] for line in self.lines()]
        return found[0]


def assert_clean(rig: Rig, caplog: pytest.LogCaptureFixture, *, also: Iterable[str] = ()) -> None:
    """Constant events, and nowhere a secret, a token, a name, a card's code or what people wrote."""
    form = JsonLines()
    forbidden = [*secrets(rig), *NAMES, NOTE, *also]
    for record in caplog.records:
        text = form.format(record)
        if record.name.startswith("bida"):
            assert _EVENT.fullmatch(str(record.msg)), record.msg
            assert not record.args
        assert record.levelno < logging.ERROR, text
        assert not [word for word in forbidden if word in text], text


def secrets(rig: Rig) -> list[str]:
    """Configured secrets, and what the platforms handed out: access tokens and the codes that change a card."""
    given = [value for section in SECRETS.values() for name, value in section.items() if name not in _PUBLIC]
    feishu = rig.simulators.get("feishu")
    if isinstance(feishu, FeishuSimulator):
        given += list(feishu.tenant.card_tokens)
    with rig.bot.engine.connect() as connection:
        table = SQLModel.metadata.tables["card"]
        given += [str(key) for (key,) in connection.execute(select(table.c.id))]
        connection.rollback()
    return given


def sentence(locale: str, key: str, **values: object) -> str:
    """A text of the catalogue as it travels in JSON or is shown."""
    return say(locale, key, **values)


def _places(rig: Rig) -> list[tuple[str, str]]:
    return [(name, account(name, who)) for name in rig.simulators for who in ("ann", "bob", "cai")]


def _texts(rig: Rig, messenger: str, user: str) -> list[str]:
    return [one.text for one in rig.simulators[messenger].seen(user) if one.by == "bot"]


def _strings(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []
