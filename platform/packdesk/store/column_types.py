"""Column types that mean the same on SQLite and PostgreSQL: exact decimals, UTC moments, days, JSON that keeps its order."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

#: Digits after the point that every decimal keeps.
SCALE = 6
_STEP = Decimal(1).scaleb(-SCALE)


def plain(value: Decimal) -> Decimal:
    """Return the decimal without trailing zeros and without an exponent: 1.500000 and 1.5 are one value with one text."""
    normal = value.normalize()
    return normal.quantize(Decimal(1)) if int(normal.as_tuple().exponent) > 0 else normal


def moment_to_text(value: datetime) -> str:
    """Return the moment in UTC as fixed-width text that sorts by time."""
    # strftime leaves years before 1000 unpadded.
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_from_text(value: str) -> datetime:
    """Read what ``moment_to_text`` wrote."""
    return datetime.fromisoformat(value[:-1]).replace(tzinfo=UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with six digits after the point: NUMERIC(30,6) on PostgreSQL, a scaled BIGINT on SQLite.

    SQLite would keep a decimal as a binary fraction; whole numbers stay exact and still sort and add up in SQL.
    """

    impl = sa.Numeric(30, SCALE)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric(30, SCALE))

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | int | None:
        """Round to the scale, then scale where the column is a whole number."""
        if value is None:
            return None
        exact = Decimal(value).quantize(_STEP, rounding=ROUND_HALF_EVEN)
        return int(exact.scaleb(SCALE)) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        """Return the decimal as it was written."""
        if value is None:
            return None
        return plain(Decimal(value).scaleb(-SCALE) if dialect.name == "sqlite" else Decimal(value))


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: TIMESTAMPTZ on PostgreSQL, fixed-width ISO text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Write the moment; a naive one has no place here."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return moment_to_text(value) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the driver's type tells
        """Read the moment; PostgreSQL's come in the session's zone, which ``store.database`` makes UTC."""
        return moment_from_text(value) if isinstance(value, str) else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """Return what reads the moment; nothing has to where the driver gives it as it is, of which a page has a hundred."""
        return super().result_processor(dialect, coltype) if dialect.name == "sqlite" else None


class Day(TypeDecorator[date]):
    """A calendar day: DATE on PostgreSQL, ISO text on SQLite."""

    impl = sa.Date()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> date | str | None:
        """Write the day."""
        return value.isoformat() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: date | str | None, dialect: Dialect) -> date | None:  # noqa: ARG002 - the driver's type tells
        """Read the day."""
        return date.fromisoformat(value) if isinstance(value, str) else value


class JsonText(TypeDecorator[object]):
    """JSON kept as text, because order is meaning in documents and JSONB forgets it."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:  # noqa: ARG002 - text on both
        """Write the value as JSON; None is SQL's NULL."""
        return None if value is None else orjson.dumps(value, default=_plain_json, option=orjson.OPT_NON_STR_KEYS).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:  # noqa: ARG002 - text on both
        """Read the JSON."""
        return None if value is None else orjson.loads(value)


class CodePointText(TypeDecorator[str]):
    """Text that compares by code point on both databases, whatever locale the server was made with."""

    impl = sa.Text()
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else sa.Text(collation="C"))


def _plain_json(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
