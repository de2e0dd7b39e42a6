"""Goes through records after the flip and does what a person decided: maps, fills, converts, reverts, and writes it to history.

Work comes in batches of one transaction each, and the journal moves on in the same transaction; killed anywhere, it goes on where it
stopped and does nothing twice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.packs.build import build
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Line
from packdesk.store.codec import line_codec, record_codec
from packdesk.store.database import Database
from packdesk.store.executing import Progress, silent
from packdesk.store.places import place
from packdesk.store.platform_tables import history, migration_step
from packdesk.store.prefill import BATCH, Filling, Row, filling, next_records
from packdesk.store.releases import DONE, FAILURE, StoredRelease, read_active, read_pending, read_release
from packdesk.store.reverting import given_back, mapped_by
from packdesk.store.search_text import content
from packdesk.store.steps import MIGRATIONS, Slot, Step, StepKind, mapped
from packdesk.store.tables import Tables
from packdesk.store.violations import as_refusal

#: What the progress of a step begins with that the data of a record stopped; the sentence follows.
STOPPED = "stopped:"
#: Entity type and id of a record.
Handled = tuple[str, str]
#: What the data of a record can do to a step; whatever else goes wrong is not about that record.
_OF_THE_DATA = (sa.exc.IntegrityError, sa.exc.DataError, LookupError, ValueError, TypeError)
#: Path -> [old, new] per record.
_Changes = dict[str, dict[str, list[Json]]]


class _Stopped(Exception):
    """A step came to a record that it cannot bring forward; says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One release's records, and who answers for what is done to them."""

    release: StoredRelease
    tables: Tables
    clock: Clock
    #: How many records a transaction takes.
    size: int = BATCH
    #: Type and id of the records that the transaction took, as far as it came.
    handled: list[Handled] = field(default_factory=list)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How far the unfinished steps of the live release came: how many are done, and why others are not."""

    done: int = 0
    #: A sentence per step that the data of a record stopped, with the record and what to do.
    stopped: tuple[str, ...] = ()
    #: These steps.
    left: tuple[Step, ...] = ()


def finish(database: Database, clock: Clock, progress: Progress = silent) -> Finished:
    """Do what the live release still has to do for records. Needs the lock of publishing.

    A step that the data of a record stops stays in the journal with the reason, and the others go on: until it is done its values are
    read as what they shall be, so that nobody has to stop working for it.
    """
    with database.begin() as connection:
        active = read_active(connection)
        pending = [] if active is None else [one for one in read_pending(connection, active.number) if one[1].kind in MIGRATIONS]
        release = None if active is None or not pending else read_release(connection, active.number)
    if release is None:
        return Finished()
    tables = Tables(build(release.merged), release.physical, database.dialect)
    migration = Migration(release=release, tables=tables, clock=clock)
    stopped: dict[str, Step] = {}
    for ordinal, step, cursor in pending:
        try:
            _finish_step(database, migration, ordinal, step, cursor, progress)
        except _Stopped as stop:
            stopped[str(stop)] = step
            _note_failure(database, release.number, ordinal, step, str(stop))
            progress(f"{STOPPED} {stop}", 0)
    return Finished(done=len(pending) - len(stopped), stopped=tuple(stopped), left=tuple(stopped.values()))


def _finish_step(database: Database, migration: Migration, ordinal: int, step: Step, cursor: str, progress: Progress) -> None:  # noqa: PLR0917
    done, count, alone = False, 0, 0
    while not done:
        start, size = cursor, 1 if alone else BATCH
        handled: list[Handled] = []

        def batch(start: str = start, size: int = size, handled: list[Handled] = handled) -> tuple[str, int]:
            handled.clear()
            with database.begin(write=True) as connection:
                after, touched = _BATCHES[step.kind](connection, replace(migration, size=size, handled=handled), step, start)
                state = {"cursor": after} if after else {"state": DONE}
                at = (migration_step.c.release == migration.release.number) & (migration_step.c.ordinal == ordinal)
                connection.execute(sa.update(migration_step).where(at).values(**state))
                return after, touched

        try:
            cursor, touched = database.retrying(batch)
        except _OF_THE_DATA as error:
            if size == 1:
                raise _Stopped(_reason(database, migration, handled, error)) from error
            # One at a time, until the record is reached that the batch failed for.
            alone = BATCH
            continue
        alone = max(0, alone - 1)
        count += touched
        done = not cursor
        progress(f"{step.kind.value} {step.about}", count)


def _reason(database: Database, migration: Migration, handled: Sequence[Handled], error: Exception) -> str:
    """Return why a step stopped: the record at fault, what is wrong with it, and what to do."""
    number, refusal = "A record", None
    if handled:
        entity_type, record = handled[-1]
        records = migration.tables.record(entity_type)
        with database.begin() as connection:
            number = connection.execute(sa.select(records.c.number).where(records.c.id == record)).scalar_one()
        refusal = as_refusal(migration.tables, entity_type, error) if isinstance(error, sa.exc.IntegrityError) else None
    why = str(refusal or (error.orig if isinstance(error, sa.exc.DBAPIError) else error)).strip().rstrip(".")
    return f"{number} cannot be brought forward: {why}. Change that record or the other, then run 'packdesk doctor --clean'."


def _note_failure(database: Database, number: int, ordinal: int, step: Step, failure: str) -> None:
    at = (migration_step.c.release == number) & (migration_step.c.ordinal == ordinal)
    with database.begin(write=True) as connection:
        connection.execute(sa.update(migration_step).where(at).values(payload={**step.to_json(), FAILURE: failure}))


def _map_values(connection: Connection, migration: Migration, step: Step, _cursor: str) -> tuple[str, int]:
    """Map one batch; rows that are mapped no longer match, so that there is nothing to remember."""
    slot, mapping = _slot(step), dict(step.mapping or {})
    found = place(migration.tables, slot)
    query = sa.select(found.owner, *found.row, found.columns[0], found.live().label("live")).where(found.holds(tuple(mapping)))
    query = query.order_by(*found.row).limit(migration.size)
    rows = connection.execute(query.with_for_update()).all()
    changes: _Changes = {}
    one = Filling(step=step, tables=migration.tables, field=None, found=found, fresh=False)
    written = []
    migration.handled.extend((slot.entity_type, str(row[0])) for row in rows)
    for row in rows:
        old = found.value((row[-2],))
        new = mapped(old, mapping)
        written.append((Row(owner=str(row[0]), key=tuple(row[1:-2]), value=old), new))
        changes.setdefault(str(row[0]), {})[_path(slot)] = [KINDS[found.kind].write(old), KINDS[found.kind].write(new)]
    one.write(connection, written)
    migration.note(connection, slot.entity_type, changes, step)
    # What was deleted is mapped as well, so that its history can be read, and counted no more than in the plan.
    return ("more" if len(rows) == migration.size else ""), sum(1 for row in rows if row.live)


def _rules(step: Step, changes: Mapping[str, list[Json]]) -> list[str]:
    """Return the ids of the decisions behind the changes of one record: ``map_status.visit.waiting``."""
    if step.decision not in ("map_status", "map_value") or step.slot is None:
        return [step.decision]
    about = step.slot.entity_type if step.decision == "map_status" else step.slot.name
    olds = [old for change in changes.values() for old in (change[0] if isinstance(change[0], list | tuple) else [change[0]])]
    return [f"{step.decision}.{about}.{old}" for old in olds if str(old) in (step.mapping or {})]


def _move_state(connection: Connection, migration: Migration, step: Step, _cursor: str) -> tuple[str, int]:
    slot = _slot(step)
    records = migration.tables.record(slot.entity_type)
    stale = sa.or_(*((records.c.status == status) & (records.c.state != state) for status, state in (step.mapping or {}).items()))
    rows = connection.execute(
        sa.select(records.c.id, records.c.status, records.c.state).where(stale).order_by(records.c.id).limit(migration.size).with_for_update()
    ).all()
    migration.handled.extend((slot.entity_type, row.id) for row in rows)
    for status, state in (step.mapping or {}).items():
        ids = [row.id for row in rows if row.status == status]
        if ids:
            connection.execute(sa.update(records).where(records.c.id.in_(ids)).values(state=state))
    migration.note(connection, slot.entity_type, {row.id: {"state": [row.state, (step.mapping or {})[row.status]]} for row in rows}, step)
    return ("more" if len(rows) == migration.size else ""), len(rows)


def _fill(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Fill what is still empty and write to history what each record got, the quiet filling of before the flip included."""
    one = filling(step, migration.tables, migration.release.storage, migration.release.steps)
    slot = _slot(step)
    owners = next_records(connection, one.found.records, cursor, before=migration.release.info.created_at, limit=migration.size)
    migration.handled.extend((slot.entity_type, owner) for owner in owners)
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
    return (owners[-1] if len(owners) == migration.size else ""), len(changes)


def _revert(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Give back what an undone release mapped, where the value is still the mapped one and nobody touched it since."""
    events = mapped_by(connection, int(str(step.value)), int(cursor or 0), migration.size)
    reverted = 0
    for event in events:
        if event.entity_type not in migration.tables.model.entity_types:
            continue
        migration.handled.append((event.entity_type, event.record))
        for back in given_back(connection, migration.tables, event):
            one = Filling(
                step=Step(kind=StepKind.MAP_VALUES, about=back.slot.name, slot=back.slot, decision="rollback"),
                tables=migration.tables,
                field=None,
                found=back.found,
                fresh=False,
            )
            one.write(connection, [(Row(owner=event.record, key=(event.record,), value=back.current), back.value)])
            migration.note(connection, event.entity_type, {event.record: {back.slot.path: [back.mapped, back.former]}}, one.step)
            reverted += 1
    return (str(events[-1].id) if len(events) == migration.size else ""), reverted


def _reindex(connection: Connection, migration: Migration, step: Step, cursor: str) -> tuple[str, int]:
    """Write anew what quick search compares; nothing of a record changes."""
    tables, entity_type = migration.tables, step.about
    search = tables.search(entity_type)
    owners = next_records(connection, tables.record(entity_type), cursor, limit=migration.size)
    migration.handled.extend((entity_type, owner) for owner in owners)
    if owners:
        codec = record_codec(tables, entity_type)
        lines = _lines(connection, tables, entity_type, owners)
        id_column = tables.record(entity_type).c.id
        found = [codec.record(row, lines=lines[str(row[0])]) for row in connection.execute(sa.select(*codec.columns).where(id_column.in_(owners)))]
        connection.execute(sa.delete(search).where(search.c.record_id.in_(owners)))
        connection.execute(sa.insert(search), [{"record_id": record.id, "content": content(tables.model, record)} for record in found])
    return (owners[-1] if len(owners) == migration.size else ""), len(owners)


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
