"""The command line's own dealings with the database: imports and replay."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from adapters.registry import MESSENGERS
from bot.app import workspace_id
from bot.cli import Failure, first_line
from bot.database import UnknownDatabase, open_engine
from bot.settings import Company, Configuration
from bot.units import Turn
from bot.workspaces import ensure_workspaces
from domain.clock import SystemClock
from domain.csvfile import ImportReport
from domain.delivery import outbox
from domain.goals.importing import import_goals
from domain.migrations import HEAD, current_revision
from domain.people.importing import import_people
from domain.unit_of_work import Prepared, UnitOfWork

OnProgress = Callable[[int, int], None]


def import_people_file(
    configuration: Configuration, file: Path, workspace: str, *, partial: bool
) -> tuple[str, list[str]]:
    """Import people; returns a summary and every bad line."""
    company = company_of(configuration, workspace)
    tenants = {one.messenger.name: one.tenant for one in reversed(company.connections)}
    fold = {name: messenger.fold_user_id for name, messenger in MESSENGERS.items()}
    return _import(
        configuration, company, file, "people", partial,
        lambda uow, text, on: import_people(uow, text, tenants=tenants, fold=fold, partial=partial, on_progress=on),
    )  # fmt: skip


def import_goals_file(
    configuration: Configuration, file: Path, workspace: str, *, partial: bool
) -> tuple[str, list[str]]:
    """Import goals; returns a summary and every bad line."""
    company = company_of(configuration, workspace)
    return _import(
        configuration, company, file, "goals", partial,
        lambda uow, text, on: import_goals(uow, text, partial=partial, on_progress=on),
    )  # fmt: skip


def replay_dead(configuration: Configuration) -> int:
    """Bring every dead letter back."""
    with one_turn(configuration) as turn, turn.over_all() as uow:
        count = outbox.replay_dead(turn.connection, turn.clock.now())
        uow.commit()
    return count


def _import(
    configuration: Configuration, company: Company, file: Path, what: str, partial: bool,
    run: Callable[[UnitOfWork, bytes, OnProgress], ImportReport],
) -> tuple[str, list[str]]:  # fmt: skip
    with one_turn(configuration) as turn, _progress(what) as on_progress:
        ensure_workspaces(turn, [(workspace_id(one.key), one) for one in configuration.companies])
        with turn.unit(workspace_id(company.key)) as uow:
            report = run(uow, file.read_bytes(), on_progress)
            if partial or not report.problems:
                uow.commit()
    problems = [f"{file.name}, line {problem.line}: {problem.reason}" for problem in report.problems]
    if problems and not partial:
        return "", [*problems, f"nothing was imported: {len(problems)} bad lines (--partial imports the good ones)"]
    return (
        f"{what}: {report.created} created, {report.updated} updated, {report.unchanged} unchanged",
        problems,
    )


def company_of(configuration: Configuration, key: str) -> Company:
    """The company named by `--workspace`, or the only one."""
    if not key and len(configuration.companies) == 1:
        return configuration.companies[0]
    for company in configuration.companies:
        if company.key == key:
            return company
    keys = ", ".join(company.key for company in configuration.companies)
    raise Failure(f"say which company with --workspace: {keys}")


@contextmanager
def one_turn(configuration: Configuration, *, reading: bool = False) -> Iterator[Turn]:
    """A connection for one job of the command line; database faults become one line. `reading`: on SQLite, look at one
    moment of the database without keeping the bot from writing."""
    try:
        engine = open_engine(configuration.settings.database_url)
        with engine.connect() as connection:
            if current_revision(connection) != HEAD:
                raise Failure("the database is not migrated: run bida migrate")
            connection.rollback()
            with _transaction(engine, connection, reading=reading):
                yield Turn(connection, SystemClock(), Prepared(), savepoint=engine.dialect.name == "sqlite")
    except (SQLAlchemyError, UnknownDatabase, OSError) as error:
        raise Failure(f"the database does not answer: {first_line(error)}") from error


@contextmanager
def _transaction(engine: Engine, connection: Connection, *, reading: bool) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        yield
    elif reading:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            driver.cursor().execute("ROLLBACK")
    else:
        with connection.begin():
            yield


@contextmanager
def _progress(what: str) -> Iterator[OnProgress]:
    """A progress bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
