"""What the ledger's commands do: database, workspaces, and one readable line for everything that can be wrong."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import workspace_id
from bot.cli import Failure
from bot.importing import company_of, one_turn
from bot.settings import Configuration
from bot.workspaces import ensure_workspaces
from cards.text import say
from domain.errors import DomainError
from domain.ids import new_id
from domain.periods import instant_at
from domain.points import service, verification
from domain.points.export import ExportLine, export
from domain.points.messages import Cause, Verdict
from domain.points.reading import budget_left

if TYPE_CHECKING:
    from _csv import Writer

COLUMNS = ("seq", "time", "kind", "actor", "cause", "from", "to", "amount", "hash")
Days = tuple[date | None, date | None]
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """What verifying all companies found. `faults` are lines to show."""

    entries: int
    faults: tuple[str, ...]


def verify_ledgers(configuration: Configuration) -> Found:
    """Verify every company's ledger; where it is not sound, stop its postings (R-LED-06)."""
    entries, faults = 0, []
    for company in configuration.companies:
        with one_turn(configuration, reading=True) as turn, turn.unit(workspace_id(company.key)) as uow:
            verdict, stopped = verification.verify(uow), verification.is_stopped(uow)
        entries += verdict.entries
        if not verdict.ok:
            _stop(configuration, company.key, verdict)
            faults.append(f"{company.key}: {verdict.reason}; no points move until this is mended")
        elif stopped:
            faults.append(f"{company.key}: the ledger is sound again but stopped: run bida ledger resume")
    return Found(entries, tuple(faults))


def resume_ledger(configuration: Configuration, workspace: str) -> int:
    """Resume one company's postings; returns how many entries were found sound."""
    company = company_of(configuration, workspace)
    with one_turn(configuration) as turn, turn.unit(workspace_id(company.key)) as uow:
        verdict = verification.resume(uow)
        uow.commit()
    if not verdict.ok:
        raise Failure(f"{company.key}: {verdict.reason}; no points move until this is mended")
    return verdict.entries


def export_ledger(
    configuration: Configuration, file: Path, days: tuple[date | None, date | None], workspace: str
) -> int:
    """Write one company's journal between two days, both included, as CSV; returns how many lines."""
    company = company_of(configuration, workspace)
    first, last = days
    since = instant_at(first, time(), company.timezone) if first else _FIRST
    until = instant_at(last + timedelta(days=1), time(), company.timezone) if last else _LAST
    if since >= until:
        raise Failure("--from is after --to")
    with one_turn(configuration, reading=True) as turn, turn.unit(workspace_id(company.key)) as uow:
        try:
            with file.open("w", encoding="utf-8", newline="") as target:
                return _write(csv.writer(target), export(uow, since, until))
        except OSError as error:
            raise Failure(f"{file} cannot be written: {error.strerror}") from error


def _write(table: "Writer", lines: Iterable[ExportLine]) -> int:
    table.writerow(COLUMNS)
    count = 0
    for line in lines:
        table.writerow(
            (
                line.seq, line.at.isoformat(timespec="milliseconds"), line.kind, line.actor_id, line.cause,
                line.from_account, line.to_account, line.amount, line.hash,
            )
        )  # fmt: skip
        count += 1
    return count


def fund_programme(configuration: Configuration, programme: str, points: int, request: str, workspace: str) -> str:
    """Approve points; the line to show."""
    company = company_of(configuration, workspace)
    request_id = request or new_id()
    with one_turn(configuration) as turn:
        ensure_workspaces(turn, [(workspace_id(one.key), one) for one in configuration.companies])
        try:
            with turn.unit(workspace_id(company.key)) as uow:
                entry = service.fund(uow, programme, points, request_id=request_id, cause=Cause("", request_id))
                left = budget_left(uow, programme)
                uow.commit()
        except DomainError as error:
            raise Failure(say("en", error.code, **error.params)) from error
    added = "were approved before" if entry.replayed else "approved"
    return f"{points} points {added} for {programme}; its budget has {left}"


def _stop(configuration: Configuration, key: str, verdict: Verdict) -> None:
    with one_turn(configuration) as turn, turn.unit(workspace_id(key)) as uow:
        verification.stop(uow, verdict)
        uow.commit()
