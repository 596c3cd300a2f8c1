"""Leases: one holder at a time, renewed while alive, free when it has run out (design (f), "one sender per app")."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from domain.columns import table_of
from domain.delivery.model import JobRun, Lease
from domain.unit_of_work import UnitOfWork

LEASE = table_of(Lease)
JOB_RUN = table_of(JobRun)

_RENEW = (
    update(LEASE)
    .where(
        LEASE.c.name == bindparam("what"),
        or_(LEASE.c.holder == bindparam("who"), LEASE.c.until < bindparam("now")),
    )
    .values(holder=bindparam("who"), until=bindparam("upto"))
)
_TAKE = insert(LEASE)
_DROP = delete(LEASE).where(LEASE.c.name == bindparam("what"), LEASE.c.holder == bindparam("who"))
_RUNS = select(JOB_RUN.c.period, JOB_RUN.c.ran_at).where(JOB_RUN.c.job == bindparam("of"))
_FORGET_RUN = delete(JOB_RUN).where(JOB_RUN.c.job == bindparam("of"), JOB_RUN.c.period == bindparam("in_"))
_RUN = {
    "sqlite": sqlite.insert(JOB_RUN).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(JOB_RUN).on_conflict_do_nothing(),
}


def take(connection: Connection, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Hold or renew a lease. True when it is ours until `until`."""
    if connection.execute(_RENEW, {"what": name, "who": holder, "now": now, "upto": until}).rowcount == 1:
        return True
    try:
        with connection.begin_nested():
            connection.execute(_TAKE, {"name": name, "holder": holder, "until": until})
    except IntegrityError:
        return False
    return True


def drop(connection: Connection, name: str, holder: str) -> None:
    """Give a lease back at shutdown, so that another process need not wait for it to run out."""
    connection.execute(_DROP, {"what": name, "who": holder})


def first_run(uow: UnitOfWork, job: str, period: str) -> bool:
    """Claim a job's run for a period, in the transaction of the job's own rows. False: it has run already."""
    dialect = "postgresql" if uow.is_postgres else "sqlite"
    return uow.change(_RUN[dialect], job=job, period=period, ran_at=uow.now) == 1


def runs(uow: UnitOfWork, job: str) -> dict[str, datetime]:
    """For which periods a job has run, and when."""
    return {row.period: row.ran_at for row in uow.all(_RUNS, of=job)}


def forget_run(uow: UnitOfWork, job: str, period: str) -> None:
    """Let a job run for a period once more."""
    uow.change(_FORGET_RUN, of=job, in_=period)
