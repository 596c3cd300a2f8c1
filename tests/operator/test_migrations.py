"""The migrations and the models say the same, on both databases, and there is one way to the newest tables."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import String
from sqlmodel import AutoString

from bot.database import open_engine
from domain import migrations
from domain.migrations import HEAD, current_revision
from domain.migrations.metadata import METADATA
from domain.migrations.runner import migrate


def test_there_is_one_head_and_it_is_the_one_the_bot_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [HEAD]
    assert len(script.get_bases()) == 1


def differs(_context: object, _column: object, _model: object, is_type: Any, said_type: Any) -> bool | None:
    """Text and a string without a length are the same thing in both databases; the rest is Alembic's judgement."""
    if isinstance(is_type, String) and isinstance(said_type, AutoString) and is_type.length is said_type.length is None:
        return False
    return None


def test_from_empty_to_head_gives_exactly_the_models(empty_database: str) -> None:
    engine = open_engine(empty_database)
    with engine.connect() as connection:
        assert current_revision(connection) is None
    migrate(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == HEAD
        context = MigrationContext.configure(connection, opts={"compare_type": differs, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    engine = open_engine(empty_database)
    for _ in range(2):
        migrate(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == HEAD
    engine.dispose()
