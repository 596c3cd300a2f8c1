"""Importing rewards from a file: one transaction, and what is said about it afterwards."""

from dataclasses import dataclass
from pathlib import Path

from bot.app import workspace_id
from bot.cli import Failure
from bot.connections import pool_key
from bot.importing import company_of, one_turn
from bot.settings import Configuration
from bot.workspaces import ensure_workspaces
from domain.rewards.importing import import_rewards, is_codes


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, line by line, and every bad line of the file."""

    said: tuple[str, ...]
    problems: tuple[str, ...]


def import_rewards_file(configuration: Configuration, file: Path, workspace: str, *, partial: bool) -> Imported:
    """Import the catalogue, stock or codes. Raises `Failure` for codes without a lasting key to encrypt them with."""
    company = company_of(configuration, workspace)
    source = file.read_bytes()
    secret = configuration.settings.secret_key.get_secret_value()
    if is_codes(source) and not secret:
        raise Failure("set BIDA_SECRET_KEY first: voucher codes are encrypted with it, here and in the running bot")
    key = pool_key(secret, workspace_id(company.key))
    with one_turn(configuration) as turn:
        ensure_workspaces(turn, [(workspace_id(one.key), one) for one in configuration.companies])
        with turn.unit(workspace_id(company.key)) as uow:
            done = import_rewards(uow, source, key=key, partial=partial)
            if partial or not done.report.problems:
                uow.commit()
    report = done.report
    problems = [f"{file.name}, line {problem.line}: {problem.reason}" for problem in report.problems]
    if problems and not partial:
        nothing = f"nothing was imported: {len(problems)} bad lines (--partial imports the good ones)"
        return Imported((), (*problems, nothing))
    counted = f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged"
    return Imported((f"{done.what}: {counted}", *done.notes), tuple(problems))
