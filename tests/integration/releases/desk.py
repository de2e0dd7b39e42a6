"""What the tests of releases do with a database: publish, write a record, read it and its history."""

from collections.abc import Mapping
from datetime import UTC, datetime

from packdesk.clock import FixedClock, SystemClock
from packdesk.packs.merged import Merged
from packdesk.runtime.values import SYSTEM, Line, Record
from packdesk.store import history
from packdesk.store.database import Database
from packdesk.store.history import Event
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import publish
from packdesk.store.unit_of_work import UnitOfWork

CLOCK = SystemClock()
LATER = FixedClock(datetime(2100, 1, 1, tzinfo=UTC))


def put_live(database: Database, merged: Merged, decisions: Mapping[str, object] | None = None, note: str = "") -> int:
    """Plan and publish packs; return the number of the release."""
    return publish(database, plan(database, merged, CLOCK), decisions, actor="anna", note=note, clock=CLOCK)


def write(database: Database, values: Mapping[str, object], lines: Mapping[str, tuple[Line, ...]] | None = None, entity_type: str = "visit") -> Record:
    """Store a record under the live release and return it."""
    live = LiveRuntime(database).current()
    with UnitOfWork(database, live.runtime, live.tables, CLOCK, SYSTEM) as work:
        made = work.insert(Record(entity_type, values, lines or {}))
        work.commit()
    return made


def visit(database: Database, **values: object) -> Record:
    """Store a planned visit with these values."""
    return write(database, {"subject": "Call", "status": "planned", "state": "open", **values})


def change(database: Database, record: Record, **values: object) -> Record:
    """Change a record under the live release."""
    live = LiveRuntime(database).current()
    with UnitOfWork(database, live.runtime, live.tables, CLOCK, SYSTEM) as work:
        old = work.get(record.entity_type, record.id)
        assert old is not None
        made = work.update(old, old.having(values))
        work.commit()
    return made


def delete(database: Database, record: Record) -> None:
    """Make the record a tombstone."""
    live = LiveRuntime(database).current()
    with UnitOfWork(database, live.runtime, live.tables, CLOCK, SYSTEM) as work:
        old = work.get(record.entity_type, record.id)
        assert old is not None
        work.delete(old)
        work.commit()


def read(database: Database, record: Record, live: LiveRuntime | None = None) -> Record:
    """Return the record as the live release reads it."""
    pinned = (live or LiveRuntime(database)).current()
    with UnitOfWork(database, pinned.runtime, pinned.tables, CLOCK, SYSTEM, write=False) as work:
        found = work.get(record.entity_type, record.id)
        assert found is not None
        return found.having({}, {group: found.lines[group] for group in found.lines})


def events(database: Database, record: Record, kind: str = "migrated") -> list[Event]:
    """Return the record's events of a kind, oldest first."""
    with database.begin() as connection:
        return [event for event in reversed(history.read(connection, record.entity_type, record.id)) if event.kind == kind]
