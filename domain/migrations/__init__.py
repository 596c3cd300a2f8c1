"""The database's own history: Alembic scripts, shipped in the wheel so that `bida migrate` works anywhere."""

from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

HEAD = "0010"
"""The newest revision; kept by hand so that a start need not load Alembic, and checked by a test."""


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None when it has never been migrated."""
    try:
        with connection.begin_nested():
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DatabaseError:
        return None
