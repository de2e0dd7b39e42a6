"""The rows of a record: inserting, updating under its version, burying; lines by id, and what quick search reads."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect

from packdesk.errors import Finding, Refused
from packdesk.model.entity_types import Field, Kind
from packdesk.runtime.values import Line, Record
from packdesk.store import search_text
from packdesk.store.codec import encode, encode_record
from packdesk.store.platform_tables import history
from packdesk.store.prepared import Prepared
from packdesk.store.reading import among, as_list
from packdesk.store.tables import ENGINE_TYPES, Tables

#: What goes with the record into other tables has names of its own: the same place in the statement cannot be two columns.
_OF_WORDS = "of_record"
_OF_HISTORY = "history_"
#: What one event of a history says; its id is the database's.
EVENT = ("entity_type", "record_id", "at", "by", "release", "door", "kind", "action", "version", "rules", "changes")
#: Sets of columns that are written together, per release.
_REMEMBERED = 512


def insert(connection: Connection, tables: Tables, record: Record, event: Mapping[str, object]) -> None:
    """Insert a record with its lines, its search text and the ``event`` that its history begins with."""
    key = ("insert", record.entity_type)
    if key not in tables.memo:
        tables.memo[key] = _insertion(tables, record.entity_type, connection.dialect)
    statements, blank = tables.memo[key]
    values = blank | encode_record(tables, record.entity_type, {path: value for path, value in record.values.items() if value is not None})
    values |= {_OF_WORDS: record.id, "content": search_text.content(tables.model, record)}
    values |= {_OF_HISTORY + name: value for name, value in event.items()}
    for statement in statements:
        statement.run(connection, values)
    for group, lines in record.lines.items():
        _insert_lines(connection, tables, record, group, list(enumerate(lines)))


def _insertion(tables: Tables, entity_type: str, dialect: Dialect) -> tuple[tuple[Prepared, ...], dict[str, object]]:
    """Return what inserts a record, its search text and its first event, on PostgreSQL in one statement; and all columns with nothing in them."""
    table, search = tables.record(entity_type), tables.search(entity_type)
    row = table.insert().values({name: sa.bindparam(name, type_=table.c[name].type) for name in table.c.keys()})  # noqa: SIM118 - the collection iterates over columns
    words = search.insert().inline().values(record_id=sa.bindparam(_OF_WORDS), content=sa.bindparam("content"))
    event = history.insert().inline().values({name: sa.bindparam(_OF_HISTORY + name, type_=history.c[name].type) for name in EVENT})
    stamp, blank = tables.stamp(entity_type), dict.fromkeys(table.c.keys())
    if tables.dialect == "postgresql":
        return (Prepared(event.add_cte(row.inline().cte("made"), words.cte("words")), dialect, stamp),), blank
    return (Prepared(row, dialect, stamp), Prepared(words, dialect, stamp), Prepared(event, dialect, stamp)), blank


def update(connection: Connection, tables: Tables, old: Record, new: Record) -> bool:
    """Write what differs if the stored record still has the old one's version; False when it has not."""
    entity_type = new.entity_type
    table = tables.record(entity_type)
    changed = {path: value for path, value in new.values.items() if old.values.get(path) != value}
    values = encode_record(tables, entity_type, changed)
    known: dict[object, Prepared] = tables.memo.setdefault("updates", {})
    key = (entity_type, tuple(values))
    if key not in known:
        if len(known) >= _REMEMBERED:
            known.clear()
        same = sa.and_(table.c.id == sa.bindparam("old_id"), table.c.version == sa.bindparam("old_version"), table.c.deleted_at.is_(None))
        written = table.update().where(same).values({name: sa.bindparam(name, type_=table.c[name].type) for name in values})
        known[key] = Prepared(written, connection.dialect, tables.stamp(entity_type))
    if known[key].run(connection, {**values, "old_id": old.id, "old_version": old.get("version")}) != 1:
        return False
    groups = [group for group in new.lines if new.lines[group] != old.lines.get(group, ())]
    for group in groups:
        _update_lines(connection, tables, old, new, group)
    if search_text.is_searchable(tables.model, entity_type, (*changed, *groups)):
        search = tables.search(entity_type)
        text = search_text.content(tables.model, new)
        connection.execute(search.update().where(search.c.record_id == new.id).values(content=text))
    return True


def bury(connection: Connection, tables: Tables, old: Record, new: Record) -> bool:
    """Make the record a tombstone that no query sees; False when it has another version by now."""
    if not update(connection, tables, old, new):
        return False
    search = tables.search(new.entity_type)
    connection.execute(search.delete().where(search.c.record_id == new.id))
    return True


def with_line_ids(record: Record, make_id: Callable[[], str]) -> Record:
    """Return the record with an id for each line that has none."""
    if all(line.id for lines in record.lines.values() for line in lines):
        return record
    lines = {group: tuple(line if line.id else replace(line, id=make_id()) for line in group_lines) for group, group_lines in record.lines.items()}
    return record.having({}, lines)


def refuse_unknown_references(connection: Connection, tables: Tables, old: Record | None, new: Record, known: Callable[[str, str], bool]) -> None:
    """Refuse new references to records that are not there; on PostgreSQL they stay there until we commit."""
    wanted: dict[str, dict[str, tuple[str, Field]]] = {}
    for path, field, record_id in _references(tables, old, new):
        if field.to in tables.model.entity_types and not known(field.to, record_id):
            wanted.setdefault(field.to, {})[record_id] = (path, field)
    for entity_type, by_id in wanted.items():
        key = ("there", entity_type)
        if key not in tables.memo:
            table = tables.record(entity_type)
            query = sa.select(table.c.id).where(among(tables, table.c.id, "ids"), table.c.deleted_at.is_(None)).with_for_update(read=True, key_share=True)
            tables.memo[key] = Prepared(query, connection.dialect, tables.stamp(entity_type))
        missing = by_id.keys() - {str(row[0]) for row in tables.memo[key].rows(connection, {"ids": as_list(tables, sorted(by_id))})}
        if missing:
            raise Refused([_unknown_reference(*by_id[record_id], record_id) for record_id in sorted(missing)])


def _unknown_reference(path: str, field: Field, record_id: str) -> Finding:
    return Finding(code="unknown_reference", field=path, rule=field.path, facts={"label": str(field.label), "value": record_id})


def _references(tables: Tables, old: Record | None, new: Record) -> list[tuple[str, Field, str]]:
    """Return (path, field, id) of each reference that the old record doesn't have."""
    entity = tables.model.entity_types[new.entity_type]
    fields = dict(entity.fields)
    fields |= {f"{section.id}.{name}": field for section in entity.sections.values() for name, field in section.fields.items()}
    found = [
        (path, fields[path], record_id)
        for path, value in new.values.items()
        if path not in ENGINE_TYPES and path in fields and fields[path].kind in (Kind.REFERENCE, Kind.REFERENCES) and (old is None or old.get(path) != value)
        for record_id in _ids(value)
    ]
    for group, lines in new.lines.items():
        before = {line.id: line for line in old.lines.get(group, ())} if old is not None else {}
        for place, line in enumerate(lines):
            for name, field in entity.lines[group].fields.items():
                was = before[line.id].values.get(name) if line.id in before else None
                if field.kind in (Kind.REFERENCE, Kind.REFERENCES) and line.values.get(name) != was:
                    found += [(f"{group}[{place}].{name}", field, record_id) for record_id in _ids(line.values.get(name))]
    return found


def _ids(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(member) for member in value) if isinstance(value, tuple) else (str(value),)


def _insert_lines(connection: Connection, tables: Tables, record: Record, group: str, lines: Sequence[tuple[int, Line]]) -> None:
    if not lines:
        return
    stored = tables.stored_lines(record.entity_type, group)
    rows = [
        {"id": line.id, "record_id": record.id, "position": position, **encode(stored, {name: line.values.get(name) for name in stored})}
        for position, line in lines
    ]
    connection.execute(tables.lines(record.entity_type, group).insert(), rows)


def _update_lines(connection: Connection, tables: Tables, old: Record, new: Record, group: str) -> None:
    """Write lines by id: gone ones are removed, known ones changed where they differ, others added."""
    table = tables.lines(new.entity_type, group)
    stored = tables.stored_lines(new.entity_type, group)
    before: Mapping[str, tuple[int, Line]] = {line.id: (position, line) for position, line in enumerate(old.lines.get(group, ()))}
    after = {line.id: (position, line) for position, line in enumerate(new.lines[group])}
    gone = sorted(before.keys() - after.keys())
    if gone:
        connection.execute(table.delete().where(table.c.record_id == new.id, table.c.id.in_(gone)))
    for line_id, (position, line) in after.items():
        if line_id in before and before[line_id] != (position, line):
            values = encode(stored, {name: line.values.get(name) for name in stored})
            connection.execute(table.update().where(table.c.record_id == new.id, table.c.id == line_id).values(position=position, **values))
    _insert_lines(connection, tables, new, group, [entry for line_id, entry in after.items() if line_id not in before])
