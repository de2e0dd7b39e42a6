"""One transaction: the records that it knows, and what it writes, with the history that goes with it.

Nobody else writes records or history. A writer holds the active release until it ends, so that no publish happens beneath it;
should one have happened between choosing the runtime and beginning, ``ReleaseMoved`` says so and the caller begins again.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from types import MappingProxyType, TracebackType
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.clock import Clock
from packdesk.errors import PackdeskError
from packdesk.ids import IdSource, following, new_id
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.engine_columns import NORMAL
from packdesk.runtime.values import Actor, Record
from packdesk.store import history, links, numbers, outbox, platform_tables, violations, writing
from packdesk.store.database import Database, is_worth_retrying
from packdesk.store.known_records import KnownRecords
from packdesk.store.links import End
from packdesk.store.prepared import Prepared
from packdesk.store.tables import Tables

_NO_LINKS: Mapping[str, Sequence[End]] = MappingProxyType({})


class Published(Protocol):
    """What a unit of work needs to know of a runtime."""

    @property
    def model(self) -> Model:
        """Return the model."""
        ...

    @property
    def release(self) -> int:
        """Return the number of the release; 0 where nothing is published."""
        ...


class ReleaseMoved(PackdeskError):
    """Another release was published after the runtime was chosen; begin again with the new one."""

    def __init__(self) -> None:
        """Carry the code of a publish that overtook."""
        super().__init__("release_changed")


class Retry(Exception):
    """The transaction collided with another or lost its connection; the same work may succeed when it is run again."""


class UnitOfWork(KnownRecords):
    """A transaction on the records of one release.

    Nothing is stored unless ``commit`` is called before the block ends.
    """

    def __init__(  # noqa: PLR0917 - six parts, always the same, in the order of the architecture's text
        self,
        database: Database,
        runtime: Published,
        tables: Tables,
        clock: Clock,
        actor: Actor,
        ids: IdSource = new_id,
        *,
        write: bool = True,
        door: str = "",
    ) -> None:
        """Take what the transaction works with; it begins with the block."""
        super().__init__(tables, locking=write and database.dialect != "sqlite")
        self.actor = actor
        self._database, self._runtime, self._clock, self._ids = database, runtime, clock, ids
        self._write, self._door = write, door
        self._transaction: AbstractContextManager[Connection] | None = None
        self._last_note = ""

    def __enter__(self) -> "UnitOfWork":
        """Begin; a writer makes sure that its release is still the one in force."""
        transaction = self._database.begin(write=True) if self._write else self._database.reading()
        with _retryable():
            self._connection = transaction.__enter__()
        self._transaction = transaction
        if self._write:
            try:
                self._hold_release()
            except BaseException as error:
                self.__exit__(type(error), error, error.__traceback__)
                raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Roll back what was not committed."""
        transaction, connection = self._transaction, self._connection
        self._transaction = self._connection = None
        if transaction is not None and connection is not None:
            if error is None and (running := connection.get_transaction()) is not None:
                running.rollback()
            transaction.__exit__(kind, error, trace)
        if isinstance(error, sa.exc.DBAPIError) and is_worth_retrying(error):
            raise Retry from error

    def commit(self) -> None:
        """Store everything and end the transaction."""
        transaction = self._transaction
        if transaction is None:
            raise RuntimeError("the unit of work is not open")
        self._transaction = self._connection = None
        with _retryable():
            transaction.__exit__(None, None, None)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Take back what the block did, and only that, when it raises; the transaction goes on."""
        point = self.connection.begin_nested()
        try:
            yield
        except BaseException:
            point.rollback()
            self.forget_all()
            raise
        point.commit()

    def conflict(self, record: Record, version: int) -> PackdeskError:
        """Return the error for a change that was based on an older version of the record."""
        return history.conflict(self.connection, record.entity_type, record.id, version)

    # writing

    def insert(self, record: Record, ends: Mapping[str, Sequence[End]] = _NO_LINKS, *, action: str = "", rules: Sequence[str] = ()) -> Record:
        """Store a new record and its links; return it with id, number, version and the rest that the engine fills in."""
        made = writing.with_line_ids(self._filled(record), self._new_id)
        writing.refuse_unknown_references(self.connection, self.tables, None, made, self._is_known)
        with self._refusing_duplicates(made.entity_type):
            changes = history.changes(self.tables, None, made)
            linked = {relation: links.first(self.tables, made.entity_type, relation, given) for relation, given in ends.items()}
            changes |= {relation: change for relation, change in linked.items() if change is not None}
            writing.insert(self.connection, self.tables, made, self._event(made, "created", action, rules, changes))
            for relation, given in ends.items():
                links.write_first(self.connection, self.tables, made, relation, given)
        self._forget()
        self._remember(made)
        for relation, given in ends.items():
            self._tell_other_ends(made, relation, (), given)
        for relation in self.tables.connections(made.entity_type).keys() - ends.keys():
            # Nobody else knows of the record yet.
            self._related[made.entity_type, made.id, relation] = ()
        return made

    def update(
        self,
        old: Record,
        new: Record,
        ends: Mapping[str, Sequence[End]] = _NO_LINKS,
        *,
        kind: str = "updated",
        action: str = "",
        rules: Sequence[str] = (),
    ) -> Record:
        """Store what differs, if nobody changed the record since ``old`` was read; return it as it is now.

        ``ends`` holds all links of the relations it names. Without any difference nothing is written, save for an action's history.
        Raises ``version_conflict`` with fields and authors, ``unknown_record`` when the record was deleted meanwhile.
        """
        complete = writing.with_line_ids(new, self._new_id)
        writing.refuse_unknown_references(self.connection, self.tables, old, complete, self._is_known)
        with self._refusing_duplicates(new.entity_type):
            changes = history.changes(self.tables, old, complete) | self._write_links(complete, ends)
            if not changes and not action:
                return old
            now = self._clock.now()
            made = complete.having({"version": _version(old) + 1, "updated_at": now, "updated_by": self.actor.login})
            if not writing.update(self.connection, self.tables, old, made):
                raise self._overtaken(old)
        self._forget()
        self._remember(made)
        self._log(made, "action" if action else kind, action, rules, changes)
        return made

    def delete(self, old: Record, *, action: str = "", rules: Sequence[str] = ()) -> Record:
        """Make the record a tombstone; its number and history stay."""
        now = self._clock.now()
        made = old.having({"version": _version(old) + 1, "updated_at": now, "updated_by": self.actor.login, "deleted_at": now})
        if not writing.bury(self.connection, self.tables, old, made):
            raise self._overtaken(old)
        self._forget()
        self._records[old.entity_type, old.id] = self._records[old.entity_type, old.number] = None
        self._log(made, "deleted", action, rules, {})
        return made

    def next_number(self, entity_type: str) -> str:
        """Return the type's next number; gaps are allowed, repetitions are not."""
        return numbers.next_number(self.connection, self.tables, entity_type)

    def add_note(self, record: Record, text: str) -> str:
        """Store a note about the record and return its id."""
        note_id = self._last_note = following(self._last_note, self._new_id())
        self._add(platform_tables.note, {**self._about(record), "id": note_id, "text": text})
        self._log(record, "note", "", (), {})
        return note_id

    def add_attachment(self, record: Record, *, name: str, media_type: str, size: int, digest: str) -> str:
        """Store that the record has a file, whose bytes the blob store already keeps, and return the attachment's id."""
        attachment_id = self._new_id()
        file = {"id": attachment_id, "name": name, "media_type": media_type, "size": size, "digest": digest}
        self._add(platform_tables.attachment, {**self._about(record), **file})
        self._log(record, "attachment", "", (), {"attachment": [None, name]})
        return attachment_id

    def enqueue(self, key: str, kind: str, payload: Mapping[str, Json], *, not_before: datetime | None = None) -> bool:
        """Put a row into the outbox, to leave the system after the commit; False when the key is there already."""
        row = {"id": self._new_id(), "key": key, "kind": kind, "payload": payload, "state": "pending", "attempts": 0}
        return outbox.put(self.connection, {**row, "not_before": not_before, "created_at": self._clock.now()})

    def record_event(
        self, record: Record, kind: str, *, action: str = "", rules: Sequence[str] = (), changes: Mapping[str, Sequence[Json]] = MappingProxyType({})
    ) -> None:
        """Write an entry into the record's history that no change of the record goes with."""
        self._log(record, kind, action, rules, {path: list(pair) for path, pair in changes.items()})

    # within

    def _filled(self, record: Record) -> Record:
        """Return the record with every path of its type, in the order in which it will be read back."""
        now, given = self._clock.now(), record.values
        engine: dict[str, object] = {
            "id": given.get("id") or self._new_id(),
            "number": given.get("number") or self.next_number(record.entity_type),
            "version": 1,
            "privacy_level": given.get("privacy_level") or NORMAL,
            "created_at": given.get("created_at") or now,
            "created_by": given.get("created_by") or self.actor.login,
            "updated_at": now,
            "updated_by": self.actor.login,
            "deleted_at": None,
        }
        paths = (*self.tables.engine_paths(record.entity_type), *self.tables.stored(record.entity_type))
        groups = self.tables.model.entity_types[record.entity_type].lines
        values = {path: engine[path] if path in engine else given.get(path) for path in paths}
        return Record(record.entity_type, values, {group: record.lines.get(group, ()) for group in groups})

    def _write_links(self, record: Record, ends: Mapping[str, Sequence[End]]) -> dict[str, list[Json]]:
        changes: dict[str, list[Json]] = {}
        for relation, given in ends.items():
            before = links.read(self.connection, self.tables, record, relation)
            if (change := links.write(self.connection, self.tables, record, relation, before, given)) is not None:
                changes[relation] = change
                self._tell_other_ends(record, relation, before, given)
        return changes

    def _tell_other_ends(self, record: Record, relation: str, before: Sequence[End], after: Sequence[End]) -> None:
        """Let the records whose own links these are as well have another version and an entry: whoever looks at one of them is not to overwrite this."""
        for other_type, other_id in links.moved(before, after):
            name = links.way_back(self.tables, record.entity_type, relation, other_type)
            other = self.take(other_type, other_id) if name and other_id != record.id else None
            if other is None:
                continue
            now, own = self._clock.now(), links.read(self.connection, self.tables, other, name)
            rest = [end for end in own if (end.entity_type, end.id) != (record.entity_type, record.id)]
            there = [end for end in before if (end.entity_type, end.id) == (other_type, other_id)]
            was = [*rest, *(links.Link(record.entity_type, record.id, end.values) for end in there)]
            made = other.having({"version": _version(other) + 1, "updated_at": now, "updated_by": self.actor.login})
            if not writing.update(self.connection, self.tables, other, made):
                raise self._overtaken(other)
            self._forget()
            self._remember(made)
            change = [links.seen_from(self.tables, other_type, name, ends) for ends in (was, own)]
            self._log(made, "updated", "", (), {name: list(change)})

    def _overtaken(self, old: Record) -> PackdeskError:
        """Return why the record could not be written: changed by somebody, or deleted."""
        table = self.tables.record(old.entity_type)
        live = self.connection.execute(sa.select(table.c.version).where(table.c.id == old.id, table.c.deleted_at.is_(None))).first()
        return PackdeskError("unknown_record", entity_type=old.entity_type) if live is None else self.conflict(old, _version(old))

    def _log(self, record: Record, kind: str, action: str, rules: Sequence[str], changes: Mapping[str, list[Json]]) -> None:
        self._add(platform_tables.history, self._event(record, kind, action, rules, changes))

    def _event(self, record: Record, kind: str, action: str, rules: Sequence[str], changes: Mapping[str, list[Json]]) -> dict[str, object]:
        row = {"release": self._runtime.release, "door": self._door, "kind": kind, "action": action, "version": _version(record)}
        return {**self._about(record), **row, "rules": list(rules) or None, "changes": dict(changes) or None}

    def _about(self, record: Record) -> dict[str, object]:
        return {"entity_type": record.entity_type, "record_id": record.id, "at": self._clock.now(), "by": self.actor.login}

    def _add(self, table: sa.Table, values: Mapping[str, object]) -> None:
        key = ("add", table.name)
        if key not in self.tables.memo:
            given = {name: sa.bindparam(name, type_=table.c[name].type) for name in values}
            self.tables.memo[key] = Prepared(table.insert().inline().values(given), self.connection.dialect, "")
        self.tables.memo[key].run(self.connection, values)

    def _hold_release(self) -> None:
        key = "hold release"
        if key not in self.tables.memo:
            held = sa.select(platform_tables.active_release.c.number).with_for_update(read=True)
            self.tables.memo[key] = Prepared(held, self.connection.dialect, "")
        rows = self.tables.memo[key].rows(self.connection, {})
        if rows and (rows[0][0] or 0) != self._runtime.release:
            raise ReleaseMoved

    def _new_id(self) -> str:
        return self._ids(self._clock.now())

    @contextmanager
    def _refusing_duplicates(self, entity_type: str) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError as error:
            refusal = violations.as_refusal(self.tables, entity_type, error)
            if refusal is None:
                raise
            raise refusal from error


def _version(record: Record) -> int:
    return int(str(record.values["version"]))


@contextmanager
def _retryable() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_worth_retrying(error):
            raise Retry from error
        raise
