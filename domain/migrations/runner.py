"""Running migrations on an open engine. Forward only."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction. Running it again changes nothing."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)


def configuration(connection: object | None = None) -> Config:
    """Alembic's configuration for the scripts beside this file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
