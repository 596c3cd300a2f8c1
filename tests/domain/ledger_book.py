"""A migrated database with one company's ledger in it, and its commands as units of work, on both databases."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text

from bot.database import open_engine
from domain.ids import new_id
from domain.migrations.runner import migrate
from domain.people.model import Workspace
from domain.points import reading, service, verification
from domain.points.messages import Balances, Cause, Statement, Verdict
from domain.unit_of_work import Prepared, UnitOfWork

T = TypeVar("T")
JAN_19 = datetime(2026, 1, 19, 2, 5, tzinfo=UTC)
"""Monday 2026-01-19, 10:05 in Shanghai."""
BY_SYSTEM = Cause("", "test")


def migrated(url: str) -> Engine:
    """An engine on a database with today's tables. Nothing survives the test, so no flush to disk is waited for."""
    engine = open_engine(url, synchronous="NORMAL")
    migrate(engine)
    return engine


class Book:
    """A company's ledger. Every call is a unit of work of its own; `now` may be moved at will.

    With a `connection` every unit is a savepoint on it and nothing is ever committed.
    """

    def __init__(self, engine: Engine, *, zone: str = "Asia/Shanghai", connection: Connection | None = None) -> None:
        self.engine = engine
        self.now = JAN_19
        self.workspace_id = new_id()
        self.prepared = Prepared()
        self._connection = connection
        self._requests = 0
        with self.unit() as uow:
            uow.add(Workspace(workspace_id=self.workspace_id, key=self.workspace_id, name="main", timezone=zone))
            uow.commit()

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        if self._connection is not None:
            with self._unit_on(self._connection, savepoint=True) as uow:
                yield uow
            return
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                with connection.begin(), self._unit_on(connection, savepoint=True) as uow:
                    yield uow
            else:
                with self._unit_on(connection, savepoint=False) as uow:
                    yield uow

    def _unit_on(self, connection: Connection, *, savepoint: bool) -> UnitOfWork:
        return UnitOfWork(
            connection, now=self.now, workspace_id=self.workspace_id, prepared=self.prepared, savepoint=savepoint
        )

    def do(self, command: Callable[..., T], *args: Any, **more: Any) -> T:
        """Run a command with the system as its cause, unless another is given, and commit."""
        with self.unit() as uow:
            done = command(uow, *args, **more)
            uow.commit()
        return done

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    # --- what most tests begin with ------------------------------------------------------------------------------

    def fund(self, programme: str = "allowance", amount: int = 100_000) -> None:
        self._requests += 1
        self.do(service.fund, programme, amount, request_id=f"f{self._requests}", cause=BY_SYSTEM)

    def allow(self, grants: Mapping[str, int], period: str = "2026-01") -> None:
        self.do(service.grant_allowance, grants, period, BY_SYSTEM)

    def earn(self, person_id: str, amount: int, *, months: int | None = 12) -> str:
        """Points in the wallet, by a reward; returns its key."""
        self._requests += 1
        self.fund("starter", amount)
        key = f"starter:{person_id}:{self._requests}"
        self.do(service.reward, key, "starter", person_id, amount, BY_SYSTEM, months=months)
        return key

    # --- looking ---------------------------------------------------------------------------------------------------

    def balances(self, person_id: str) -> Balances:
        return self.do(reading.balances, person_id)

    def statement(self, person_id: str, **page: int) -> Statement:
        return self.do(reading.statement, person_id, **page)

    def verify(self) -> Verdict:
        return self.do(verification.verify)

    def accounts(self) -> dict[str, int]:
        """Every account that is not empty."""
        rows = self.rows("SELECT id, balance FROM point_account WHERE workspace_id = :ws AND balance <> 0")
        return {key: int(balance) for key, balance in rows}

    def entries(self) -> int:
        return int(self.rows("SELECT count(*) FROM journal_entry WHERE workspace_id = :ws")[0][0])

    def lots(self, person_id: str) -> list[tuple[int, int]]:
        """Amount and remaining of every lot, oldest first."""
        sql = "SELECT amount, remaining FROM lot WHERE workspace_id = :ws AND person_id = :person ORDER BY id"
        return [(int(amount), int(remaining)) for amount, remaining in self.rows(sql, person=person_id)]

    def rows(self, sql: str, **params: Any) -> list[Any]:
        """Plain SQL beside the product's own statements; `:ws` is this company."""
        if self._connection is not None:
            return list(self._connection.execute(text(sql), {"ws": self.workspace_id, **params}))
        with self.engine.connect() as connection:
            return list(connection.execute(text(sql), {"ws": self.workspace_id, **params}))

    def tamper(self, *sqls: str) -> None:
        """Do what only somebody with the database in their hands can: triggers off, a row changed, triggers on."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
                for sql in sqls:
                    connection.execute(text(sql), {"ws": self.workspace_id})
                connection.execute(text("SET session_replication_role = DEFAULT"))
                return
            triggers = list(connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")))
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
            for sql in sqls:
                connection.execute(text(sql), {"ws": self.workspace_id})
            for _, sql in triggers:
                connection.execute(text(sql))


def database_file(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.db'}"
