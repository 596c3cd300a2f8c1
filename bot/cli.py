"""The command line: `bida run · demo · migrate · doctor · people · goals · ledger · rewards · gallery · replay` and
`version`.

Errors are one readable line and exit code 2. Everything heavy is imported by the command that needs it.
"""

import asyncio
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.ledger_commands import ledger_app
from bot.rewards_commands import rewards_app

if TYPE_CHECKING:
    from bot.settings import Configuration

app = typer.Typer(
    name="bida",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Bida 必达: goals, check-ins and rewards in the chat people already have open.",
)
people_app = typer.Typer(no_args_is_help=True, help="People.")
goals_app = typer.Typer(no_args_is_help=True, help="Goals.")
app.add_typer(people_app, name="people")
app.add_typer(goals_app, name="goals")
app.add_typer(ledger_app, name="ledger")
app.add_typer(rewards_app, name="rewards")

Workspace = Annotated[str, typer.Option(help="Which company, when bida.toml declares several.")]
Partial = Annotated[bool, typer.Option("--partial", help="Import the good lines even if others are bad.")]
CsvFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The CSV file.")]


class Failure(Exception):
    """Something the operator has to mend; printed line by line, exit code 2."""


def run_cli() -> int:
    """Run the command line; returns the exit code."""
    try:
        code = app(standalone_mode=False)  # what `typer.Exit` carried, None at a command's plain end
    except Failure as failure:
        for line in failure.args:
            print(line, file=sys.stderr)
        return 2
    except typer.Abort:
        return 130
    except Exception as error:
        show = getattr(error, "format_message", None)  # a usage error of the command line itself
        if show is None:
            raise
        print(f"bida: {show()}", file=sys.stderr)
        return 2
    return int(code or 0)


@app.command()
def run() -> None:
    """Start the bot."""
    from bot.database import UnknownDatabase
    from bot.running import serve
    from domain.calendar import BadCalendar

    configuration = configured()
    if not any(company.connections for company in configuration.companies):
        raise Failure("no messenger is configured: set the BIDA_WECOM__…, BIDA_DINGTALK__… or BIDA_FEISHU__… variables")
    try:
        serve(configuration)
    except BadCalendar as error:
        raise Failure(f"BIDA_HOLIDAYS_FILE: {first_line(error)}") from error
    except (UnknownDatabase, OSError) as error:
        raise Failure(f"the bot cannot start: {first_line(error)}") from error


@app.command()
def demo(
    story: Annotated[bool, typer.Option("--story", help="Run the story in the terminal, without a browser.")] = False,
    port: Annotated[int, typer.Option(help="Port of the playground page; 0 picks one.")] = 8088,
) -> None:
    """Start the playground: three simulated messengers and a seeded company. No key, no network."""
    from bot.playground.demo import run_demo, run_story

    code = run_story() if story else run_demo(port)
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.database import UnknownDatabase, open_engine
    from domain.migrations import HEAD
    from domain.migrations.runner import migrate as run_migrations

    configuration = configured()
    try:
        run_migrations(open_engine(configuration.settings.database_url))
    except (SQLAlchemyError, UnknownDatabase, OSError) as error:
        raise Failure(f"the database cannot be migrated: {first_line(error)}") from error
    print(f"the database is at revision {HEAD}")


@app.command()
def doctor() -> None:
    """Check settings, database and every messenger's credentials; name every fault at once."""
    from bot.doctor import examine

    faults = asyncio.run(examine(print))
    if faults:
        raise Failure(*faults)


@people_app.command("import")
def import_people(file: CsvFile, workspace: Workspace = "", partial: Partial = False) -> None:
    """Import people from a CSV file. Running it again changes nothing."""
    from bot.importing import import_people_file

    _report(import_people_file(configured(), file, workspace, partial=partial))


@goals_app.command("import")
def import_goals(file: CsvFile, workspace: Workspace = "", partial: Partial = False) -> None:
    """Import objectives and key results from a CSV file. Running it again changes nothing."""
    from bot.importing import import_goals_file

    _report(import_goals_file(configured(), file, workspace, partial=partial))


@app.command()
def gallery(
    locale: Annotated[str, typer.Option(help="zh-CN or en.")] = "zh-CN",
) -> None:
    """Print one sample of every card as text."""
    from cards.gallery import samples
    from cards.plain import plain
    from cards.text import locales

    if locale not in locales():
        raise Failure(f"there are no cards in {locale}: choose one of {', '.join(locales())}")
    for name, card in samples(locale).items():
        print(f"── {name} " + "─" * max(0, 60 - len(name)))
        print(plain(card), end="\n\n")


@app.command()
def replay(
    dead: Annotated[bool, typer.Option("--dead", help="Bring every dead letter back into the outbox.")] = False,
) -> None:
    """Send again what was given up."""
    if not dead:
        raise Failure("say what to replay: bida replay --dead")
    from bot.importing import replay_dead

    print(f"{replay_dead(configured())} messages are pending again")


@app.command("version")
def show_version() -> None:
    """Print the version."""
    try:
        print(f"bida {version('bida')}")
    except PackageNotFoundError:
        print("bida (not installed)")


def configured() -> "Configuration":
    from bot.settings import BadSettings, load

    try:
        return load()
    except BadSettings as error:
        raise Failure(*error.faults) from error


def _report(lines: tuple[str, list[str]]) -> None:
    """What an import did, and every bad line on standard error with exit code 2."""
    summary, problems = lines
    if summary:
        print(summary)
    if problems:
        raise Failure(*problems)


def first_line(error: Exception) -> str:
    """What went wrong, without the lines a driver adds for developers."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
