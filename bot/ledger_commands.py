"""`bida ledger verify · resume · export · fund`: the points ledger, for whoever runs the bot."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

ledger_app = typer.Typer(no_args_is_help=True, help="The points ledger.")

Workspace = Annotated[str, typer.Option(help="Which company, when bida.toml declares several.")]


@ledger_app.command()
def verify() -> None:
    """Replay every company's journal from zero and compare. Exit code 1 and the first broken entry if anything differs;
    points then stop moving there until `bida ledger resume`."""
    from bot.cli import configured
    from bot.ledger import verify_ledgers

    found = verify_ledgers(configured())
    for line in found.faults:
        typer.echo(line, err=True)
    if found.faults:
        raise typer.Exit(1)
    typer.echo(f"the ledger is sound: {found.entries} entries")


@ledger_app.command()
def resume(workspace: Workspace = "") -> None:
    """Let points move again after a failed verification, if the ledger is sound now."""
    from bot.cli import configured
    from bot.ledger import resume_ledger

    typer.echo(f"points move again: {resume_ledger(configured(), workspace)} entries are sound")


@ledger_app.command()
def export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The CSV file to write.")],
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day, in the company's zone."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day, in the company's zone."),
    ] = None,
    workspace: Workspace = "",
) -> None:
    """Write the journal as a table for finance, one line per movement."""
    from bot.cli import configured
    from bot.ledger import export_ledger

    days = (since.date() if since else None, until.date() if until else None)
    typer.echo(f"{export_ledger(configured(), file, days, workspace)} lines written to {file}")


@ledger_app.command()
def fund(
    programme: Annotated[str, typer.Argument(help="allowance, auto_reward, starter, honour or manual.")],
    points: Annotated[int, typer.Argument(help="How many points to approve.")],
    request: Annotated[str, typer.Option(help="A name for this approval; the same name again adds nothing.")] = "",
    workspace: Workspace = "",
) -> None:
    """Approve points for a programme's budget."""
    from bot.cli import configured
    from bot.ledger import fund_programme

    typer.echo(fund_programme(configured(), programme, points, request, workspace))
