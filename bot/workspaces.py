"""The companies of the settings as rows."""

from collections.abc import Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.settings import Company
from bot.units import Turn
from domain.columns import table_of
from domain.people.model import Workspace

WORKSPACE = table_of(Workspace)

_PUT = {
    "sqlite": sqlite.insert(WORKSPACE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(WORKSPACE).on_conflict_do_nothing(),
}
_SET = (
    update(WORKSPACE)
    .where(WORKSPACE.c.workspace_id == bindparam("ws_"))
    .values(name=bindparam("called"), locale=bindparam("speaks"), timezone=bindparam("zone"))
)


def ensure_workspaces(turn: Turn, companies: Sequence[tuple[str, Company]]) -> None:
    """Make a row for each company, or bring its name, language and zone up to date."""
    with turn.over_all() as uow:
        for workspace_id, company in companies:
            turn.connection.execute(
                _PUT[turn.connection.dialect.name],
                {
                    "workspace_id": workspace_id, "key": company.key, "name": company.name,
                    "locale": company.locale, "timezone": company.timezone, "calendar_version": 0,
                },
            )  # fmt: skip
            turn.connection.execute(
                _SET,
                {"ws_": workspace_id, "called": company.name, "speaks": company.locale, "zone": company.timezone},
            )
        uow.commit()
