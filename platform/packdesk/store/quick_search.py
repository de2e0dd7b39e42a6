"""Quick search in SQL: what was typed becomes a condition on the records of a type, and a look at which types hold it at all.

What is compared, and with what, says ``packdesk.store.search_text``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.store import search_text
from packdesk.store.current_values import current
from packdesk.store.database import PLANNED_ANEW
from packdesk.store.tables import Tables

#: What so many records hold is common. Nobody looks for one record alone: PostgreSQL would read a whole table for it that holds it nowhere.
_MANY = 1000


@dataclass(frozen=True, slots=True)
class Parties:
    """What quick search finds of a type by whose business it is: records of which a field names one of these."""

    #: The reference field.
    path: str = ""
    #: Ids of the records that it may name.
    ids: tuple[str, ...] = ()
    #: What was typed finds more of them than are looked for, so none is looked for.
    too_many: bool = False


#: Nothing is found by whose business it is.
NO_PARTIES = Parties()


def condition(
    connection: Connection, tables: Tables, entity_type: str, typed: str, *, common: bool | None = None, parties: Parties = NO_PARTIES
) -> sa.ColumnElement[bool]:
    """Return the condition under which quick search finds a record; raises ``bad_parameter`` when too little was typed.

    SQLite joins as it is told: what only a few records hold is looked up first; for what many hold, the records are walked in
    the order of the list until the page is full.
    """
    words, digits = _fragments(typed)
    table, search = tables.record(entity_type), tables.search(entity_type)
    found = _found(tables, search, words, digits)
    if tables.dialect == "sqlite" and (_is_common(connection, search, found) if common is None else common):
        either = [sa.and_(*(search.c.content.contains(word, autoescape=True) for word in group)) for group in (words, (digits,)) if all(group)]
        named = (current(tables, entity_type, parties.path, table).in_(parties.ids),) if parties.ids else ()
        return sa.or_(sa.exists().where(search.c.record_id == table.c.id, sa.or_(*either)), *named)
    own = sa.select(search.c.record_id).where(found)
    if not parties.ids:
        return table.c.id.in_(own)
    other = table.alias("theirs")
    # The index of a reference holds the living alone.
    theirs = sa.select(other.c.id).where(other.c.deleted_at.is_(None), current(tables, entity_type, parties.path, other).in_(parties.ids))
    return table.c.id.in_(own.union_all(theirs))


def patterns(typed: str) -> dict[str, str]:
    """Return what PostgreSQL looks for, by the names of the parameters of the condition."""
    words, digits = _fragments(typed)
    found = {f"word_{place}": _pattern(word) for place, word in enumerate(words)}
    return found | ({"digits_0": _pattern(digits)} if digits else {})


def hits(connection: Connection, tables: Tables, entity_types: Sequence[str], typed: str) -> Mapping[str, bool]:
    """Return the types of which quick search finds any record at all, whoever may see it, and whether it finds many; one statement for all.

    Raises ``bad_parameter`` when too little was typed.
    """
    words, digits = _fragments(typed)

    def counted(entity_type: str) -> sa.ScalarSelect[int]:
        search = tables.search(entity_type)
        few = sa.select(sa.literal_column("1")).select_from(search).where(_found(tables, search, words, digits)).limit(_MANY).subquery()
        return sa.select(sa.func.count()).select_from(few).scalar_subquery()

    if not entity_types:
        return {}
    counts = connection.execute(sa.select(*(counted(entity_type) for entity_type in entity_types)).execution_options(**PLANNED_ANEW)).one()
    return {entity_type: count == _MANY for entity_type, count in zip(entity_types, counts, strict=True) if count}


def _found(tables: Tables, search: sa.Table, words: tuple[str, ...], digits: str) -> sa.ColumnElement[bool]:
    return sa.or_(_contains_all(tables, search, words, "word"), *([_contains_all(tables, search, (digits,), "digits")] if digits else []))


def _is_common(connection: Connection, search: sa.Table, found: sa.ColumnElement[bool]) -> bool:
    few = sa.select(search.c.place).where(found).limit(_MANY).subquery()
    return connection.scalar(sa.select(sa.func.count()).select_from(few)) == _MANY


def _contains_all(tables: Tables, search: sa.Table, words: tuple[str, ...], name: str) -> sa.ColumnElement[bool]:
    if tables.dialect == "sqlite":
        long = [word for word in words if len(word) > search_text.SHORTEST]
        match = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        index = sa.table(f"{search.name}_fts", sa.column("rowid"))
        found = sa.select(index.c.rowid).where(sa.literal_column(f"{search.name}_fts").op("MATCH")(match))
        indexed = [search.c.place.in_(found)] if long else []
        return sa.and_(*indexed, *(search.c.content.contains(word, autoescape=True) for word in words if word not in long))
    patterns = (sa.bindparam(f"{name}_{place}", _pattern(word), type_=search.c.content.type) for place, word in enumerate(words))
    return sa.and_(*(search.c.content.like(pattern, escape="/") for pattern in patterns))


def _pattern(word: str) -> str:
    escaped = "".join(f"/{letter}" if letter in "/%_" else letter for letter in word)
    return f"%{escaped}%"


def _fragments(typed: str) -> tuple[tuple[str, ...], str]:
    """Return words and digits of what was typed; raises ``bad_parameter`` when it is too much or too little."""
    if len(typed) > search_text.LONGEST:
        raise PackdeskError("bad_parameter", name="q", reason=f"type at most {search_text.LONGEST} characters")
    words, digits = search_text.fragments(typed)
    if not words or max(len(word) for word in words) < search_text.SHORTEST:
        raise PackdeskError("bad_parameter", name="q", reason=f"type at least {search_text.SHORTEST} characters")
    return tuple(words), digits
