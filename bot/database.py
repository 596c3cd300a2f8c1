"""Opening the database: SQLite (one machine) or PostgreSQL, with the settings durability asks for."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that has fallen silent is noticed within seconds, not when the kernel gives up."""


class UnknownDatabase(ValueError):
    """The database URL is neither SQLite nor PostgreSQL."""


def open_engine(url: str, *, synchronous: str = "FULL") -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; nothing is connected yet. Raises `UnknownDatabase`.

    SQLite runs in WAL mode; with `synchronous=FULL` what is committed survives a power cut, `NORMAL` may lose the last
    commits (never corrupt). Transactions are begun by hand, so that a writer takes its lock at once. Errors never carry
    parameters: those are what people wrote.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise UnknownDatabase("not a database URL") from error
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=8,
            max_overflow=4,
            hide_parameters=True,
            connect_args=dict(_PATIENCE),
        )
    if backend != "sqlite":
        raise UnknownDatabase(f"{backend} is not supported: use sqlite:///… or postgresql://…")
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    driver = {"timeout": 5, "check_same_thread": False, "isolation_level": None}
    engine = create_engine(parsed, connect_args=driver, hide_parameters=True)
    event.listen(engine, "connect", _on_connect(synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _on_connect(synchronous: str) -> Any:
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute(f"PRAGMA synchronous={'NORMAL' if synchronous == 'NORMAL' else 'FULL'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.close()

    return prepare
