"""What a roll-back gives back: values that an undone release mapped by a decision, and that nobody touched since."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.model.nodes import Json
from packdesk.runtime.kinds import KINDS
from packdesk.store.comparison import uniques, vocabulary
from packdesk.store.places import Place, place
from packdesk.store.platform_tables import history
from packdesk.store.steps import Slot
from packdesk.store.tables import Tables

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedEvent:
    """An event of a record's history: a publish mapped values of it."""

    id: int
    entity_type: str
    record: str
    rules: Sequence[str]
    changes: Mapping[str, Sequence[Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A value that goes back to what it was."""

    slot: Slot
    found: Place
    #: What stands there, as the database has it.
    current: object
    value: object
    #: The two as history has them.
    mapped: Json
    former: Json


def mapped_by(connection: Connection, release: int, after: int, limit: int) -> tuple[MappedEvent, ...]:
    """Return the next events of what a release did to records, behind the one with this id."""
    query = (
        sa.select(history.c.id, history.c.entity_type, history.c.record_id, history.c.changes, history.c.rules)
        .where(history.c.release == release, history.c.kind == "migrated", history.c.id > after)
        .order_by(history.c.id)
        .limit(limit)
    )
    return tuple(
        MappedEvent(id=row.id, entity_type=row.entity_type, record=row.record_id, rules=row.rules or (), changes=row.changes or {})
        for row in connection.execute(query)
    )


def given_back(connection: Connection, tables: Tables, event: MappedEvent, only: Collection[str] | None = None) -> Iterator[Back]:
    """Yield the values of the event that go back in the tables of the release that comes; of some paths only, if they are named."""
    if not event.rules or not str(event.rules[0]).startswith("map_") or event.entity_type not in tables.model.entity_types:
        return
    for path, (old, new) in event.changes.items():
        slot = Slot(event.entity_type, path)
        if (only is not None and path not in only) or not _can_hold(tables, slot, old) or _touched_since(connection, event, path):
            continue
        found = place(tables, slot)
        current = connection.execute(sa.select(found.columns[0]).where(found.owner == event.record)).scalar_one_or_none()
        if KINDS[found.kind].write(found.value((current,))) == new:
            yield Back(slot=slot, found=found, current=current, value=tuple(old) if isinstance(old, list | tuple) else old, mapped=new, former=old)


def given_back_to_unique(connection: Connection, tables: Tables, releases: Sequence[int]) -> dict[str, dict[str, dict[str, object]]]:
    """Return entity type -> record -> path -> value of what goes back and has to be unique, when these releases are undone."""
    wanted = {entity.id: {path for paths in uniques(entity).values() for path in paths} for entity in tables.model.entity_types.values()}
    found: dict[str, dict[str, dict[str, object]]] = {}
    for release in releases:
        after = 0
        while events := mapped_by(connection, release, after, _BATCH):
            for event in events:
                for back in given_back(connection, tables, event, wanted.get(event.entity_type, ())):
                    found.setdefault(event.entity_type, {}).setdefault(event.record, {})[back.slot.path] = back.value
            after = events[-1].id
    return found


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


def _touched_since(connection: Connection, event: MappedEvent, path: str) -> bool:
    query = sa.select(history.c.changes).where(history.c.record_id == event.record, history.c.entity_type == event.entity_type, history.c.id > event.id)
    return any(path in (changes or {}) for changes in connection.execute(query).scalars())
