"""`bida rewards import`: the catalogue, its stock and its voucher codes, for whoever runs the bot."""

from pathlib import Path
from typing import Annotated

import typer

rewards_app = typer.Typer(no_args_is_help=True, help="The rewards people order with points.")

Workspace = Annotated[str, typer.Option(help="Which company, when bida.toml declares several.")]
Partial = Annotated[bool, typer.Option("--partial", help="Import the good lines even if others are bad.")]
CsvFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The CSV file.")]


@rewards_app.callback()
def rewards() -> None:
    """The rewards people order with points."""


@rewards_app.command("import")
def import_rewards(file: CsvFile, workspace: Workspace = "", partial: Partial = False) -> None:
    """Import the catalogue, its stock or its voucher codes from a CSV file; which of them, the header says:

    item_key,kind,name_zh,name_en,picture,price,stock_mode,stores,departments,limit,sale_from,sale_until,approval,
    max_quantity,fulfil_days,pickup_days,forfeits,pool_until,cost,active — item_key,store,on_hand — item_key,code.

    Running it again changes nothing. Codes are stored encrypted with BIDA_SECRET_KEY, which must be set for them.
    """
    from bot.cli import Failure, configured
    from bot.rewards_import import import_rewards_file

    done = import_rewards_file(configured(), file, workspace, partial=partial)
    for line in done.said:
        typer.echo(line)
    if done.problems:
        raise Failure(*done.problems)
