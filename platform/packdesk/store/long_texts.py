"""Texts that may not fit into an index: PostgreSQL takes at most 2,704 bytes for an entry, SQLite any.

There they are ordered by how they begin and then by themselves, for which an index of the beginnings does, and unique by their digest.
"""

import hashlib

import sqlalchemy as sa

from packdesk.model.entity_types import Field
from packdesk.runtime.kinds import KINDS
from packdesk.store.column_types import CodePointText

#: Bytes of the columns of one entry, with room for the id behind them and for what the database adds.
ROOM = 2600
#: What a number, a date or a name of the engine takes at most.
SHORT = 128
_BYTES_OF_A_CHARACTER = 4
_BEGINNING = 200


def width(field: Field) -> int:
    """Return how many bytes the first column of a field may take; more than there is room for where nothing limits it."""
    kind = KINDS[field.kind]
    if kind.columns[0].storage != "text":
        return SHORT
    longest = kind.longest(field)
    return ROOM + 1 if longest is None else longest * _BYTES_OF_A_CHARACTER


def beginning(column: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    """Return what a long text is ordered by first; compared by code point, beginnings stand in the order of their texts."""
    # The number stands in the statement: a parameter would keep the database from seeing that an index holds just this.
    return sa.func.left(column, sa.literal_column(str(_BEGINNING)), type_=CodePointText())


def digest(column: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    """Return what tells long texts apart in a unique index."""
    return sa.func.md5(column, type_=CodePointText())


def digest_of(text: str) -> str:
    """Return the digest of a text as the database has it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
