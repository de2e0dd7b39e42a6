"""Goes through records after the flip and does what a person decided: maps, fills, converts, reverts, and writes it to history.

Work comes in batches of one transaction each, and the journal moves on in the same transaction; killed anywhere, it goes on where it
stopped and does nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.packs.build import build
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Line
from packdesk.store.codec import line_codec, record_codec
from packdesk.store.comparison import vocabulary
from packdesk.store.database import Database
from packdesk.store.places import place
from packdesk.store.platform_tables import history, migration_step
from packdesk.store.prefill import BATCH, Filling, Row, filling, next_records
from packdesk.store.releases import DONE, StoredRelease, read_active, read_pending, read_release
from packdesk.store.search_text import content
from packdesk.store.steps import MIGRATIONS, Slot, Step, StepKind
from packdesk.store.tables import Tables

#: Told now and then what is being done, and how many records so far.
Progress = Callable[[str, int], None]
#: Path -> [old, new] per record.
_Changes = dict[str, dict[str, list[Json]]]


def silent(_what: str, _count: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One release's records, and who answers for what is done to them."""

    release: StoredRelease
    tables: Tables
    clock: Clock

    def note(self, connection: Connection, entity_type: str, changes: _Changes, step: Step) -> None:
        """Raise the version of each record and write what happened to it, under the decision that asked for it."""
        if not changes:
            return
        records, ids = self.tables.record(entity_type), list(changes)
        connection.execute(sa.update(records).where(records.c.id.in_(ids)).values(version=records.c.version + 1))
        versions = connection.execute(sa.select(records.c.id, records.c.version).where(records.c.id.in_(ids)))
        now = self.clock.now()
        rows = [
            {
                "entity_type": entity_type,
                "record_id": record,
                "at": now,
                "by": self.release.info.created_by,
                "release": self.release.number,
                "door": "publish",
                "kind": "migrated",
                "action": "",
                "version": version,
                "rules": _rules(step, changes[record]),
                "changes": changes[record],
            }
            for record, version in versions
        ]
        connection.execute(sa.insert(history), rows)


def finish(database: Database, clock: Clock, progress: Progress = silent) -> int:
    """Do what the live release still has to do for records; returns how many steps were finished. Needs the lock of publishing."""
    with database.begin() as connection:
        active = read_active(connection)
        pending = [] if active is None else [one for one in read_pending(connection, active.number) if one[1].kind in MIGRATIONS]
        release = None if active is None or not pending else read_release(connection, active.number)
    if release is None:
        return 0
    tables = Tables(build(release.merged), release.physical, database.dialect)
    migration = Migration(release=release, tables=tables, clock=clock)
    for ordinal, step, cursor in pending:
        _finish_step(database, migration, ordinal, step, cursor, progress)
    return len(pending)


def _finish_step(database: Database, migration: Migration, ordinal: int, step: Step, cursor: str, progress: Progress) -> None:  # noqa: PLR0917
    done, count = False, 0
    while not done:
        start = cursor

        def batch(start: str = start) -> tuple[str, int]:
            with database.begin(write=True) as connection:
                after, touched = _BATCHES[step.kind](connection, migration, step, start)
                state = {"cursor": after} if after else {"state": DONE}
                at = (migration_step.c.release == migration.release.number) & (migration_step.c.ordinal == ordinal)
                connection.execute(sa.update(migration_step).where(at).values(**state))
                return after, touched

        cursor, touched = database.retrying(batch)
        count += touched
        done = not cursor
        progress(f"{step.kind.value} {step.about}", count)


def _map_values(connection: Connection, migration: Migration, step: Step, _cursor: str) -> tuple[str, int]:
    """Map one batch; rows that are mapped no longer match, so that there is nothing to remember."""
    slot, mapping = _slot(step), dict(step.mapping or {})
    found = place(migration.tables, slot)
    query = sa.select(found.owner, *found.row, found.columns[0]).where(found.holds(tuple(mapping))).order_by(*found.row).limit(BATCH)
    rows = connection.execute(query.with_for_update()).all()
    changes: _Changes = {}
    one = Filling(step=step, tables=migration.tables, field=None, found=found, fresh=False)
    written = []
    for row in rows:
        old = found.value((row[-1],))
        new = _mapped(old, mapping)
        written.append((Row(owner=str(row[0]), key=tuple(row[1:-1]), value=old), new))
        changes.setdefault(str(row[0]), {})[_path(slot)] = [KINDS[found.kind].write(old), KINDS[found.kind].write(new)]
    one.write(connection, written)
    migration.note(connection, slot.entity_type, changes, step)
    return ("more" if len(rows) == BATCH else ""), len(rows)


def _rules(step: Step, changes: Mapping[str, list[Json]]) -> list[str]:
    """Return the ids of the decisions behind the changes of one record: ``map_status.visit.waiting``."""
    if step.decision not in ("map_status", "map_value") or step.slot is None:
        return [step.decision]
    about = step.slot.entity_type if step.decision == "map_status" else step.slot.name
    olds = [old for change in changes.values() for old in (change[0] if isinstance(change[0], list | tuple) else [change[0]])]
    return [f"{step.decision}.{about}.{old}" for old in olds if str(old) in (step.mapping or {})]


def _mapped(value: object, mapping: Mapping[str, str]) -> object:
    if isinstance(value, tuple | list):
        return tuple(dict.fromkeys(mapping.get(str(member), str(member)) for member in value))
    return mapping.get(str(value), str(value))


def _move_state(connection: Connection, migration: Migration, step: Step, _cursor: str) -> tuple[str, int]:
    slot = _slot(step)
    records = migration.tables.record(slot.entity_type)
    stale = sa.or_(*((records.c.status == status) & (records.c.state != state) for status, state in (step.mapping or {}).items()))
    rows = connection.execute(sa.select(records.c.id, records.c.status, records.c.state).where(stale).limit(BATCH).with_for_update()).all()
    for status, state in (step.mapping or {}).items():
        ids = [row.id for row in rows if row.status == status]
        if ids:
            connection.execute(sa.update(records).where(records.c.id.in_(ids)).values(state=state))
    migration.note(connection, slot.entity_type, {row.id: {"state": [row.state, (step.mapping or {})[row.status]]} for row in rows}, step)
    return ("more" if len(rows) == BATCH else ""), len(rows)


def _fill(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Fill what is still empty and write to history what each record got, the quiet filling of before the flip included."""
    one = filling(step, migration.tables, migration.release.storage, migration.release.steps)
    slot = _slot(step)
    owners = next_records(connection, one.found.records, cursor, before=migration.release.info.created_at)
    changes: _Changes = {}
    written = []
    for row in one.rows(connection, owners) if owners else ():
        target = one.target(row)
        before, after = (None, target) if step.kind is StepKind.FILL else (row.former, target)
        if row.value != target:
            written.append((row, target))
        elif step.kind is StepKind.FILL and not (one.fresh and row.value == one.default()):
            continue
        if before is not None or after is not None:
            kind = one.former_kind if step.kind is StepKind.CONVERT else one.found.kind
            changes.setdefault(row.owner, {})[_path(slot)] = [_json(kind, before), _json(one.found.kind, after)]
    one.write(connection, written)
    migration.note(connection, slot.entity_type, changes, step)
    return (owners[-1] if len(owners) == BATCH else ""), len(changes)


def _revert(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Give back what an undone release mapped, where the value is still the mapped one and nobody touched it since."""
    query = (
        sa.select(history.c.id, history.c.entity_type, history.c.record_id, history.c.changes, history.c.rules)
        .where(history.c.release == int(str(step.value)), history.c.kind == "migrated", history.c.id > int(cursor or 0))
        .order_by(history.c.id)
        .limit(BATCH)
    )
    rows = connection.execute(query).all()
    reverted = 0
    for row in rows:
        if row.rules and str(row.rules[0]).startswith("map_") and row.entity_type in migration.tables.model.entity_types:
            for path, (old, new) in (row.changes or {}).items():
                reverted += _revert_one(connection, migration, (row.entity_type, row.record_id, row.id), (path, old, new))
    return (str(rows[-1].id) if len(rows) == BATCH else ""), reverted


def _revert_one(connection: Connection, migration: Migration, event: tuple[str, str, int], change: tuple[str, Json, Json]) -> int:
    entity_type, record, event_id = event
    path, old, new = change
    slot = Slot(entity_type, path)
    if not _can_hold(migration.tables, slot, old) or _touched_since(connection, entity_type, record, event_id, path):
        return 0
    found = place(migration.tables, slot)
    current = connection.execute(sa.select(found.columns[0]).where(found.owner == record)).scalar_one_or_none()
    if KINDS[found.kind].write(found.value((current,))) != new:
        return 0
    value = tuple(old) if isinstance(old, list | tuple) else old
    one = Filling(
        step=Step(kind=StepKind.MAP_VALUES, about=slot.name, slot=slot, decision="rollback"), tables=migration.tables, field=None, found=found, fresh=False
    )
    one.write(connection, [(Row(owner=record, key=(record,), value=current), value)])
    migration.note(connection, entity_type, {record: {path: [new, old]}}, one.step)
    return 1


def _can_hold(tables: Tables, slot: Slot, value: Json) -> bool:
    model = tables.model
    if slot.path == "status":
        lifecycle = model.lifecycles.get(slot.entity_type)
        return lifecycle is not None and value in lifecycle.statuses
    if slot.path == "subtype":
        return value in model.subtypes.get(slot.entity_type, {})
    if slot.path in ("owner_unit", "assigned_unit"):
        return value in model.organisation.units
    stored = tables.stored(slot.entity_type)
    if slot.path not in stored:
        return False
    entity = model.entity_types[slot.entity_type]
    section, _, name = slot.path.rpartition(".")
    fields = entity.sections[section].fields if section else entity.fields
    words = vocabulary(model, fields[name])
    members = value if isinstance(value, list | tuple) else (value,)
    return words is not None and all(member in words.nodes for member in members)


def _touched_since(connection: Connection, entity_type: str, record: str, event: int, path: str) -> bool:
    query = sa.select(history.c.changes).where(history.c.record_id == record, history.c.entity_type == entity_type, history.c.id > event)
    return any(path in (changes or {}) for changes in connection.execute(query).scalars())


def _reindex(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Write anew what quick search compares; nothing of a record changes."""
    tables, entity_type = migration.tables, step.about
    search = tables.search(entity_type)
    owners = next_records(connection, tables.record(entity_type), cursor)
    if owners:
        codec = record_codec(tables, entity_type)
        lines = _lines(connection, tables, entity_type, owners)
        id_column = tables.record(entity_type).c.id
        found = [codec.record(row, lines=lines[str(row[0])]) for row in connection.execute(sa.select(*codec.columns).where(id_column.in_(owners)))]
        connection.execute(sa.delete(search).where(search.c.record_id.in_(owners)))
        connection.execute(sa.insert(search), [{"record_id": record.id, "content": content(tables.model, record)} for record in found])
    return (owners[-1] if len(owners) == BATCH else ""), len(owners)


def _lines(connection: Connection, tables: Tables, entity_type: str, owners: Sequence[str]) -> dict[str, dict[str, tuple[Line, ...]]]:
    found: dict[str, dict[str, tuple[Line, ...]]] = {owner: {} for owner in owners}
    for group in tables.model.entity_types[entity_type].lines:
        table = tables.lines(entity_type, group)
        codec = line_codec(tables, entity_type, group)
        query = sa.select(table.c.record_id, table.c.id, *codec.columns).where(table.c.record_id.in_(owners)).order_by(table.c.position)
        for row in connection.execute(query):
            of_record = found[str(row[0])]
            of_record[group] = (*of_record.get(group, ()), Line(str(row[1]), codec.decode(row, 2)))
    return found


def _slot(step: Step) -> Slot:
    return step.slot or Slot(step.about, "")


def _path(slot: Slot) -> str:
    return f"{slot.group}.{slot.path}" if slot.group else slot.path


def _json(kind: Kind, value: object) -> Json:
    return None if value is None else KINDS[kind].write(value)


_BATCHES: Mapping[StepKind, Callable[[Connection, Migration, Step, str], tuple[str, int]]] = {
    StepKind.MAP_VALUES: _map_values,
    StepKind.MOVE_STATE: _move_state,
    StepKind.FILL: _fill,
    StepKind.CONVERT: _fill,
    StepKind.REVERT: _revert,
    StepKind.REINDEX: _reindex,
}
