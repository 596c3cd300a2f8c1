"""Column types both databases keep exactly, and the first columns of every table."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import BigInteger, Dialect, Numeric, String, Table
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel

from domain.ids import new_id

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant with millisecond precision (R-GEN-01): timestamptz(3) on PostgreSQL, milliseconds since
    1970 on SQLite. Refuses naive datetimes."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(BigInteger())

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        return None if dialect.name == "postgresql" else _to_milliseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _in_utc if dialect.name == "postgresql" else _from_milliseconds


def _to_milliseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - _EPOCH) // _MILLISECOND


def _from_milliseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(milliseconds=value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal that never passes through a binary float (R-GEN-04): numeric on PostgreSQL, text on SQLite."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Numeric(38, 10, asdecimal=True))
        return dialect.type_descriptor(String(50))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return format(value, "f")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Decimal | None]:
        # both drivers hand over what `Decimal` takes exactly: text, or a Decimal already
        return _plain


@lru_cache(maxsize=4096)
def _plain(value: str | Decimal | None) -> Decimal | None:
    """Without trailing zeros, and never in exponent form. Remembered: starts, targets and shares are few and come
    again and again, and what is equal as a number is equal in this form."""
    return None if value is None else Decimal(value).normalize() + 0


class Scoped(SQLModel):
    """The first columns of every table: the company a row belongs to, then our own id (design (h))."""

    workspace_id: str = Field(primary_key=True, max_length=32)
    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)


def table_of(model: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class, for statements on hot paths."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it
