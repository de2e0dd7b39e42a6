"""Lists of records: one page at a time, found by filter, quick search or number, in any order of up to three fields.

A page costs one statement and one per line group, whatever it holds and whatever its references name; a capped count costs one
more. Paging goes on from the last row's values, so that page 1,000 costs what page 1 does.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVarTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import SystemClock
from packdesk.errors import PackdeskError
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import SYSTEM, Actor, Record
from packdesk.store import access as access_rules
from packdesk.store import cursors, joined_names, quick_search, reading
from packdesk.store.access import AccessFilter
from packdesk.store.codec import RecordCodec, record_codec
from packdesk.store.current_values import current
from packdesk.store.cursors import Key
from packdesk.store.database import PLANNED_ANEW
from packdesk.store.indexes import unique_alone
from packdesk.store.joined_names import Named
from packdesk.store.prepared import Prepared
from packdesk.store.quick_search import NO_PARTIES, Parties
from packdesk.store.tables import NEVER_NULL, Tables

if TYPE_CHECKING:
    from packdesk.runtime.expressions.compile import Compiled
    from packdesk.store.sql_expressions import Sees

#: Counting stops here; a person doesn't need to know whether there are 1,001 or 80,000.
COUNT_LIMIT = 1000
_LONGEST_PAGE = 500
_MOST_FIELDS = 3
#: Pages that are looked through at once for rows to keep.
_MOST_SIFTED = 20
#: Shapes of first pages per release: type, order, columns, and what is open to whom.
_REMEMBERED = 512
_Columns = TypeVarTuple("_Columns")
_Others = Mapping[tuple[str, str], Record]
#: Newest first.
DEFAULT_ORDER: tuple[tuple[str, bool], ...] = (("created_at", False),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a list asks for."""

    entity_type: str
    #: A compiled condition on the record (place: filter), with who asks and when.
    filter: "Compiled | None" = None
    actor: Actor = SYSTEM
    now: datetime = field(default_factory=lambda: SystemClock().now())
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    access: AccessFilter | None = None
    #: Which records of a type the filter may look at on its way through references and relations; None: all.
    seen: Callable[[str], AccessFilter | None] | None = None
    #: Further conditions by field path, all of which must hold exactly; None asks for no value.
    equals: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    #: Quick search: fragments of at least two characters, or a phone number in any form.
    search: str = ""
    #: Many records hold what is searched for; None: to be found out.
    common: bool | None = None
    #: Whose records quick search finds as well.
    parties: Parties = NO_PARTIES
    #: Only records with these numbers; None: with any.
    numbers: tuple[str, ...] | None = None
    #: Only records with these ids; None: with any.
    ids: tuple[str, ...] | None = None
    #: What a row must pass that the database found: quick search knows nothing of fields that are closed to somebody.
    keep: Callable[[Record], bool] | None = None
    #: (field path, ascending), at most three; nulls are last either way, the id decides between equals.
    order: tuple[tuple[str, bool], ...] = DEFAULT_ORDER
    limit: int = 25
    cursor: str = ""
    #: Only these fields and line groups; all when None.
    fields: tuple[str, ...] | None = None
    #: Lines are read when somebody first asks for a group, for all records of the page at once.
    lazy: bool = False
    #: Reference fields whose records are read with the page.
    named: tuple[Named, ...] = ()
    count: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list."""

    rows: tuple[Record, ...]
    #: Where the next page begins; empty at the end.
    next_cursor: str
    #: How many there are, at most 1,000; None when nobody asked.
    count: int | None
    #: There are more than ``count``.
    capped: bool
    #: (entity type, id) -> what was wanted of the live record that a reference field names.
    named: Mapping[tuple[str, str], Record]


def run(connection: Connection, tables: Tables, query: Query) -> Page:
    """Return the page that the query asks for; raises ``bad_parameter`` or ``bad_cursor`` where it can't be understood."""
    _check(tables, query)
    if query.keep is not None:
        return _sifted(connection, tables, query, query.keep)
    asked = _asked(tables, query)
    rows = _rows(connection, tables, query, asked)
    records = [asked.codec.record(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    cursor = cursors.write(_shape(query), [_at(tables, records[-1], key) for key in asked.keys]) if more else ""
    own = len(asked.codec.columns)
    count = _counted(connection, tables, query, rows, own)
    if asked.groups:
        records = reading.with_lazy_lines(connection, tables, records) if query.lazy else reading.with_lines(connection, tables, records, asked.groups)
    return Page(
        rows=tuple(records),
        next_cursor=cursor,
        count=count if count is None else min(count, COUNT_LIMIT),
        capped=count is not None and count > COUNT_LIMIT,
        named=joined_names.read(tables, rows[: query.limit], own + query.count, query.named),
    )


def _counted(connection: Connection, tables: Tables, query: Query, rows: list[Sequence[object]], place: int) -> int | None:
    """Return how many there are: told in every row; asked for alone only where a page behind the first is empty."""
    if not query.count:
        return None
    if rows:
        return int(str(rows[0][place]))
    return count_up_to(connection, tables, query) if query.cursor else 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a page reads and is ordered by, worked out once per release for each choice of fields and order."""

    keys: tuple[Key, ...]
    codec: RecordCodec
    groups: tuple[str, ...]


def _asked(tables: Tables, query: Query) -> _Asked:
    known: dict[object, _Asked] = tables.memo.setdefault("pages asked for", {})
    memo = (query.entity_type, query.order, query.fields)
    found = known.get(memo)
    if found is None:
        _check_paths(tables, query)
        keys = _keys(tables, query)
        groups = (group for group in tables.model.entity_types[query.entity_type].lines if query.fields is None or group in query.fields)
        codec = record_codec(tables, query.entity_type, None if query.fields is None else _with_keys(query.fields, keys))
        if len(known) >= _REMEMBERED:
            known.clear()
        found = known[memo] = _Asked(keys, codec, tuple(groups))
    return found


def _sifted(connection: Connection, tables: Tables, query: Query, keep: Callable[[Record], bool]) -> Page:
    """Return the page of those that ``keep`` lets through; what it does not is neither shown nor counted nor paged by."""
    kept, named, rest = _sift(connection, tables, query, keep, query.limit)
    rows = kept[: query.limit]
    if len(kept) > query.limit:
        rest = cursors.write(_shape(query), [_at(tables, rows[-1], key) for key in _keys(tables, query)])
    count = len(_sift(connection, tables, replace(query, cursor="", named=()), keep, COUNT_LIMIT)[0]) if query.count else None
    return Page(
        rows=tuple(rows if query.fields is None else (only(row, _with_keys(query.fields, _keys(tables, query))) for row in rows)),
        next_cursor=rest,
        count=count if count is None else min(count, COUNT_LIMIT),
        capped=count is not None and count > COUNT_LIMIT,
        named=named,
    )


def _sift(connection: Connection, tables: Tables, query: Query, keep: Callable[[Record], bool], limit: int) -> tuple[list[Record], _Others, str]:
    """Return more than ``limit`` records where there are, what they name, and where to look on when too much was looked through."""
    kept: list[Record] = []
    named: dict[tuple[str, str], Record] = {}
    asked = replace(query, keep=None, fields=None, count=False, limit=_LONGEST_PAGE)
    for _ in range(_MOST_SIFTED):
        page = run(connection, tables, asked)
        kept += [row for row in page.rows if keep(row)]
        named |= page.named
        if len(kept) > limit or not page.next_cursor:
            return kept, named, ""
        asked = replace(asked, cursor=page.next_cursor)
    return kept, named, asked.cursor


def only(record: Record, paths: tuple[str, ...]) -> Record:
    """Return the record with id, number, version and these fields and groups; lines of other groups are not read for it."""
    wanted = {"id", "number", "version", *paths}
    values = {path: value for path, value in record.values.items() if path in wanted}
    return Record(record.entity_type, values, {group: record.lines[group] for group in record.lines if group in wanted})


def count_up_to(connection: Connection, tables: Tables, query: Query, limit: int = COUNT_LIMIT) -> int:
    """Return how many records the query finds, counting to the limit and one."""
    return int(connection.scalar(stamped(tables, query, _counting(connection, tables, query, limit))) or 0)


def _counting(connection: Connection, tables: Tables, query: Query, limit: int = COUNT_LIMIT) -> sa.Select[int]:
    """Return what counts the records that the query finds, to the limit and one."""
    table = tables.record(query.entity_type)
    found = sa.select(sa.literal_column("1")).select_from(table).where(*conditions(connection, tables, query)).limit(limit + 1).subquery()
    return sa.select(sa.func.count()).select_from(found)


def first_of_each(connection: Connection, tables: Tables, query: Query, by: str, most: Mapping[str, int]) -> tuple[Page, Mapping[str, int]]:
    """Return the first records for each value of a field (``""``: none), as many as is said, and how many there are of each, capped.

    Two statements, however many values there are; of a quick search that knows nothing of closed fields, as many as are looked through.
    """
    if query.keep is not None:
        return _first_kept_of_each(connection, tables, query, query.keep, by, most)
    asked = _asked(tables, query)
    table, column = tables.record(query.entity_type), current(tables, query.entity_type, by, tables.record(query.entity_type))
    asked_for, order = tuple(conditions(connection, tables, query)), cursors.ordering(asked.keys, tables.dialect)

    def those(value: str) -> sa.Select[str]:
        return sa.select(table.c.id).where(*asked_for, column == value if value else column.is_(None))

    firsts = (those(value).order_by(*order).limit(limit).subquery() for value, limit in most.items())
    page = sa.select(*asked.codec.columns).select_from(table).where(table.c.id.in_(sa.union_all(*(sa.select(first.c.id) for first in firsts)))).order_by(*order)
    rows = list(connection.execute(stamped(tables, query, _with_names(tables, query, asked, page))))
    counted = [sa.select(sa.func.count()).select_from(those(value).limit(COUNT_LIMIT + 1).subquery()).scalar_subquery() for value in most]
    counts = connection.execute(stamped(tables, query, sa.select(*counted))).one()
    found = Page(
        rows=tuple(asked.codec.record(row) for row in rows),
        next_cursor="",
        count=None,
        capped=False,
        named=joined_names.read(tables, rows, len(asked.codec.columns), query.named),
    )
    return found, dict(zip(most, map(int, counts), strict=True))


def _first_kept_of_each(  # noqa: PLR0917
    connection: Connection, tables: Tables, query: Query, keep: Callable[[Record], bool], by: str, most: Mapping[str, int]
) -> tuple[Page, Mapping[str, int]]:
    """Return the first of those that ``keep`` lets through for each value, and how many of these there are: others are not counted either."""
    kept, named, _ = _sift(connection, tables, query, keep, len(most) * COUNT_LIMIT)
    of_each: dict[str, list[Record]] = {value: [] for value in most}
    for record in kept:
        if (value := str(record.get(by) or "")) in of_each:
            of_each[value].append(record)
    rows = tuple(record for value, records in of_each.items() for record in records[: most[value]])
    page = Page(rows=rows, next_cursor="", count=None, capped=False, named=named)
    return page, {value: len(records) for value, records in of_each.items()}


def _rows(connection: Connection, tables: Tables, query: Query, asked: _Asked) -> list[Sequence[object]]:
    shapes: dict[object, Prepared] = tables.memo.setdefault("first pages", {})
    patterns = _patterns(tables, query)
    memo = (query.entity_type, query.order, query.fields, query.access, query.named, query.count, *patterns) if _is_plain(tables, query) else None
    given = {"page": query.limit + 1, **patterns}
    if memo is not None and memo in shapes:
        return shapes[memo].rows(connection, given)
    table, order = tables.record(query.entity_type), cursors.ordering(asked.keys, tables.dialect)
    selected = sa.select(*asked.codec.columns).select_from(table).order_by(*order).where(*conditions(connection, tables, query))
    more = (_counting(connection, tables, query).scalar_subquery(),) if query.count else ()
    if memo is not None:
        plain = _with_names(tables, query, asked, selected.limit(sa.bindparam("page", type_=sa.Integer)), more)
        if len(shapes) >= _REMEMBERED:
            shapes.clear()
        shapes[memo] = Prepared(plain, connection.dialect, tables.stamp(query.entity_type), anew=bool(query.search))
        return shapes[memo].rows(connection, given)
    if query.cursor:
        selected = selected.where(cursors.after(asked.keys, cursors.read(query.cursor, _shape(query), asked.keys)))
    found = _with_names(tables, query, asked, selected.limit(query.limit + 1), more)
    return list(connection.execute(stamped(tables, query, found)))


def stamped(tables: Tables, query: Query, statement: sa.Select[*_Columns]) -> sa.Select[*_Columns]:
    """Return a statement of the query as it is sent: with the release's mark, and planned anew where somebody searches."""
    marked = statement.prefix_with(tables.stamp(query.entity_type))
    return marked.execution_options(**PLANNED_ANEW) if query.search else marked


def _with_names(
    tables: Tables, query: Query, asked: _Asked, page: sa.Select[*tuple[object, ...]], more: Sequence[sa.ColumnElement[Any]] = ()
) -> sa.Select[*tuple[object, ...]]:
    """Return the page's rows, each followed by ``more`` about the page and by what is wanted of the records that it names."""
    return joined_names.joined(tables, asked.codec, page, asked.keys, query.named, more) if query.named else page.add_columns(*more)


def _is_plain(tables: Tables, query: Query) -> bool:
    """Say whether it is the first page of everything, or of what a quick search finds: what lists ask for most, in few shapes.

    SQLite is asked in other words, depending on how common what was typed is.
    """
    searched_alone = query.search and (tables.dialect == "sqlite" or query.parties.ids)
    return not (query.filter or query.equals or query.numbers is not None or query.ids is not None or query.cursor or searched_alone)


def _patterns(tables: Tables, query: Query) -> dict[str, str]:
    """Return what a quick search on PostgreSQL looks for, by the names of its parameters."""
    if not query.search or tables.dialect == "sqlite":
        return {}
    return quick_search.patterns(query.search)


def conditions(connection: Connection, tables: Tables, query: Query) -> Iterable[sa.ColumnElement[bool]]:
    """Yield what a row must fulfil: that it lives, is open to the actor, and is what the query asks for."""
    yield tables.record(query.entity_type).c.deleted_at.is_(None)
    if query.access is not None:
        yield access_rules.condition(tables, query.entity_type, query.access)
    if query.filter is not None:
        from packdesk.store.sql_expressions import lower

        yield lower(
            query.filter.tree, tables, query.entity_type, actor=query.actor, now=query.now, zone=query.zone, dialect=tables.dialect, sees=_sees(tables, query)
        )
    if query.numbers is not None:
        yield tables.column(query.entity_type, "number").in_([number for number in query.numbers if "\0" not in number])
    if query.ids is not None:
        yield tables.record(query.entity_type).c.id.in_(query.ids)
    for path, value in query.equals.items():
        column = current(tables, query.entity_type, path, tables.record(query.entity_type))
        index = None if value is None else unique_alone(tables, query.entity_type, path)
        if index is not None:
            yield from index.same((value,))
        yield column.is_(None) if value is None else column == value
    if query.search:
        yield quick_search.condition(connection, tables, query.entity_type, query.search, common=query.common, parties=query.parties)


def _sees(tables: Tables, query: Query) -> "Sees":
    seen = query.seen
    if seen is None:
        return lambda _type, _rows: sa.true()
    return lambda entity_type, rows: access_rules.condition_on(tables, entity_type, rows, seen(entity_type))


def _check(tables: Tables, query: Query) -> None:
    tables.record(query.entity_type)
    if not 1 <= query.limit <= _LONGEST_PAGE:
        raise PackdeskError("bad_parameter", name="limit", reason=f"give 1 to {_LONGEST_PAGE}")
    _refuse_unknown(tables, query, "equals", query.equals)


def _check_paths(tables: Tables, query: Query) -> None:
    if len(query.order) > _MOST_FIELDS or len({path for path, _ in query.order}) != len(query.order):
        raise PackdeskError("bad_parameter", name="order", reason=f"give at most {_MOST_FIELDS} different fields")
    _refuse_unknown(tables, query, "order", [path for path, _ in query.order])
    _refuse_unknown(tables, query, "fields", [path for path in query.fields or () if path not in tables.model.entity_types[query.entity_type].lines])


def _refuse_unknown(tables: Tables, query: Query, name: str, paths: Iterable[str]) -> None:
    for path in paths:
        if not _is_path(tables, query.entity_type, path):
            raise PackdeskError("bad_parameter", name=name, reason=f"there is no field '{path}'")


def _is_path(tables: Tables, entity_type: str, path: str) -> bool:
    return path in tables.stored(entity_type) or path in tables.engine_paths(entity_type)


def _keys(tables: Tables, query: Query) -> tuple[Key, ...]:
    """Return what the list is ordered by, the id last."""
    table = tables.record(query.entity_type)
    keys = [
        Key(path, current(tables, query.entity_type, path, table), ascending, path not in NEVER_NULL, tables.is_long(query.entity_type, path))
        for path, ascending in query.order
    ]
    if any(path == "id" for path, _ in query.order):
        return tuple(keys)
    last = query.order[-1][1] if query.order else True
    return (*keys, Key("id", tables.column(query.entity_type, "id"), last, nullable=False))


def _at(tables: Tables, record: Record, key: Key) -> object:
    """Return what the record's row holds in the column that the list is ordered by."""
    stored = tables.stored(record.entity_type).get(key.path)
    value = record.get(key.path)
    return value if stored is None else KINDS[stored.kind].to_columns(value)[0]


def _with_keys(fields: tuple[str, ...], keys: tuple[Key, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*fields, *(key.path for key in keys))))


def _shape(query: Query) -> str:
    """Return what two queries have in common whose cursors can be exchanged: everything but the page."""
    filtered = query.filter.source if query.filter is not None else ""
    parts = (
        query.entity_type,
        filtered,
        query.search,
        query.numbers,
        query.ids,
        sorted((path, str(value)) for path, value in query.equals.items()),
        query.order,
    )
    return repr(parts)
