"""Keyset paging: the order of a list, where its next page begins, and the cursor that carries it through a client.

A cursor is bound to its query by a digest: one that was changed, or belongs to another query, is refused.
"""

import hashlib
import operator
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import orjson
import sqlalchemy as sa

from packdesk.errors import PackdeskError
from packdesk.store.column_types import Day, ExactDecimal, Moment
from packdesk.store.long_texts import beginning

_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Key:
    """One field that a list is ordered by."""

    path: str
    column: sa.ColumnElement[object]
    ascending: bool
    nullable: bool
    #: Text that may be too long for an index: the database orders by its beginning first, which is the same order.
    long: bool = False


def ordering(keys: Sequence[Key], dialect: str) -> list[sa.ColumnElement[object]]:
    """Return ORDER BY with nulls last; the words are left out where the database does so by itself, because they cost it the index."""
    return [order for key in keys for order in _ordered(key, dialect)]


def after(keys: Sequence[Key], values: Sequence[object]) -> sa.ColumnElement[bool]:
    """Return the condition for rows behind the one with these values."""
    if not any(key.nullable for key in keys) and len({key.ascending for key in keys}) == 1:
        behind = operator.gt if keys[0].ascending else operator.lt
        row = sa.tuple_(*(sa.literal(value, key.column.type) for key, value in zip(keys, values, strict=True)))
        return behind(sa.tuple_(*(key.column for key in keys)), row)  # type: ignore[no-any-return]
    ways = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        equal = [_is_equal(before, given) for before, given in zip(keys[:place], values[:place], strict=True)]
        ways.append(sa.and_(*equal, _is_behind(key, value)))
    return sa.or_(*ways)


def write(shape: str, values: Sequence[object]) -> str:
    """Return an opaque cursor for the row with these values."""
    body = orjson.dumps([_plain(value) for value in values])
    return urlsafe_b64encode(_digest(shape, body) + body).decode().rstrip("=")


def read(cursor: str, shape: str, keys: Sequence[Key]) -> list[object]:
    """Return the values in a cursor; raises ``bad_cursor`` for one that is not of this query."""
    try:
        data = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError as error:
        raise PackdeskError("bad_cursor") from error
    digest, body = data[:_DIGEST], data[_DIGEST:]
    if digest != _digest(shape, body):
        raise PackdeskError("bad_cursor")
    return [_value(key, value) for key, value in zip(keys, orjson.loads(body), strict=True)]


def _ordered(key: Key, dialect: str) -> Iterator[sa.ColumnElement[object]]:
    by_itself = key.ascending is (dialect == "postgresql")
    for column in (beginning(key.column), key.column) if key.long else (key.column,):
        order = column.asc() if key.ascending else column.desc()
        yield order.nulls_last() if key.nullable and not by_itself else order


def _is_equal(key: Key, value: object) -> sa.ColumnElement[bool]:
    return key.column.is_(None) if value is None else key.column == sa.literal(value, key.column.type)


def _is_behind(key: Key, value: object) -> sa.ColumnElement[bool]:
    if value is None:
        return sa.false()
    bound = sa.literal(value, key.column.type)
    behind = key.column > bound if key.ascending else key.column < bound
    return sa.or_(behind, key.column.is_(None)) if key.nullable else behind


def _digest(shape: str, body: bytes) -> bytes:
    return hashlib.sha256(shape.encode() + b"\0" + body).digest()[:_DIGEST]


def _plain(value: object) -> object:
    """Return what a column holds, as JSON."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _value(key: Key, value: object) -> object:
    if value is None:
        return None
    if isinstance(key.column.type, ExactDecimal):
        return Decimal(str(value))
    if isinstance(key.column.type, Moment):
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if isinstance(key.column.type, Day) else value
