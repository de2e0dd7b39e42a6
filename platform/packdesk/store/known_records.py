"""The records that one transaction has met, as a graph: whatever was read is not read again, and a walk always meets the same record."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.runtime.values import Record, Related
from packdesk.store import links, people, platform_tables, reading
from packdesk.store.access import AccessFilter
from packdesk.store.indexes import unique_alone
from packdesk.store.joined_names import Named
from packdesk.store.reading import Lock
from packdesk.store.tables import Tables


class KnownRecords:
    """Records of one release, read as they are asked for; implements ``runtime.values.Graph``."""

    def __init__(self, tables: Tables, *, locking: bool) -> None:
        """Know nothing yet; ``locking`` says whether records can be held against others, which takes a transaction that writes on PostgreSQL."""
        self.tables = tables
        self._locking = locking
        self._connection: Connection | None = None
        self._records: dict[tuple[str, str], Record | None] = {}
        self._related: dict[tuple[str, str, str], tuple[Related, ...]] = {}
        self._units: dict[str, frozenset[str]] = {}
        #: Login -> whether the account is active; None where there is none.
        self._accounts: dict[str, bool | None] = {}
        #: Records that are locked against being deleted by others.
        self._held: set[tuple[str, str]] = set()

    @property
    def connection(self) -> Connection:
        """Return the connection of the running transaction, for queries."""
        if self._connection is None:
            raise RuntimeError("the unit of work is not open")
        return self._connection

    def get(self, entity_type: str, reference: str, access: AccessFilter | None = None, *, for_update: bool = False) -> Record | None:
        """Return the live record with this id or number; None also where ``access`` doesn't let it be seen."""
        key = (entity_type, reference)
        if access is None and not for_update and key in self._records:
            return self._records[key]
        found = reading.one(self.connection, self.tables, entity_type, reference, access=access, for_update=for_update)
        if found is not None:
            self._remember(found)
        elif access is None:
            self._records[key] = None
        return found

    def get_with_names(self, entity_type: str, reference: str, named: tuple[Named, ...]) -> tuple[Record | None, Mapping[tuple[str, str], Record]]:
        """Return the live record with this id or number and what is wanted of the records that it names; nothing of them when it is known already."""
        if (entity_type, reference) in self._records:
            return self._records[entity_type, reference], {}
        found = reading.one_with_names(self.connection, self.tables, entity_type, reference, named)
        if found is None:
            self._records[entity_type, reference] = None
            return None, {}
        record, others, absent = found
        for relation in absent.relations:
            self._related.setdefault((entity_type, record.id, relation), ())
        return self._remember(record), others

    def hold(self, entity_type: str, reference: str) -> Record | None:
        """Return the live record with this id or number; in a transaction that writes, nobody deletes it until that ends.

        For a record that a change is going to name: reading it so saves asking for it again when the change is written. Others may
        change it meanwhile, and name it: two who add to one parent do not wait for each other.
        """
        known = self._records.get((entity_type, reference))
        if not self._locking or (known is not None and (entity_type, known.id) in self._held):
            return self.get(entity_type, reference)
        found = reading.one_locked(self.connection, self.tables, entity_type, reference, Lock.THERE)
        if found is None:
            self._records[entity_type, reference] = None
            return None
        self._held.add((entity_type, found.id))
        return self._remember(found)

    def take(self, entity_type: str, record_id: str) -> Record | None:
        """Return the live record as it is now, to be changed: others who want to change it wait for the end of this transaction.

        What was read over relations is read anew, for it may have changed while this one waited.
        """
        if not self._locking:
            return self.get(entity_type, record_id)
        self._forget()
        found = reading.one_locked(self.connection, self.tables, entity_type, record_id, Lock.MINE)
        self._records.pop((entity_type, record_id), None)
        if found is None:
            self._records[entity_type, record_id] = None
            return None
        self._held.add((entity_type, record_id))
        return self._remember(found)

    def by_key(self, entity_type: str, key: str) -> Record | None:
        """Return the live record whose key field (else number) has this value."""
        path = self.tables.model.entity_types[entity_type].key
        if path == "number":
            return None if reading.is_id(key) else self.get(entity_type, key)
        index = unique_alone(self.tables, entity_type, path)
        same = [self.tables.column(entity_type, path) == key] if index is None else index.same((key,))
        found = reading.where(self.connection, self.tables, entity_type, sa.and_(*same))
        return self._remember(found[0]) if found else None

    def related(self, record: Record, relation: str) -> tuple[Related, ...]:
        """Return the live records at the other end of a relation."""
        key = (record.entity_type, record.id, relation)
        if key not in self._related:
            self.prefetch_related(record.entity_type, (record.id,), relation)
        return self._related[key]

    def prefetch(self, entity_type: str, ids: Iterable[str]) -> Mapping[str, Record]:
        """Load many records of a type at once, so that walking to each costs nothing; return the live ones by id."""
        wanted = set(ids)
        unknown = [record_id for record_id in wanted if (entity_type, record_id) not in self._records]
        if unknown:
            found = reading.many(self.connection, self.tables, entity_type, unknown)
            for record_id in unknown:
                self._records[entity_type, record_id] = found.get(record_id)
        known = ((record_id, self._records[entity_type, record_id]) for record_id in wanted)
        return {record_id: record for record_id, record in known if record is not None}

    def prefetch_related(self, entity_type: str, ids: Iterable[str], relation: str) -> None:
        """Load what many records of a type are related to, so that walking there from each costs nothing."""
        unknown = [record_id for record_id in dict.fromkeys(ids) if (entity_type, record_id, relation) not in self._related]
        found = links.related(self.connection, self.tables, entity_type, unknown, relation) if unknown else {}
        for record_id, others in found.items():
            self._related[entity_type, record_id, relation] = tuple(Related(self._remember(other.record), other.link) for other in others)

    def keep(self, records: Iterable[Record]) -> None:
        """Take live records, whole but for their lines, that a query of this transaction read: they are not read again."""
        for record in records:
            self._remember(record)

    def glance(self, entity_type: str, ids: Iterable[str], paths: tuple[str, ...]) -> Mapping[str, Record]:
        """Return the live records by id, holding at least these fields; what was read before is not read again.

        They are for a name beside a reference: less to read than a whole record, and so not kept.
        """
        kept = {record_id: self._records[entity_type, record_id] for record_id in ids if (entity_type, record_id) in self._records}
        unknown = [record_id for record_id in ids if record_id not in kept]
        found = reading.many(self.connection, self.tables, entity_type, unknown, paths) if unknown else {}
        return found | {record_id: record for record_id, record in kept.items() if record is not None}

    def user_units(self, login: str) -> frozenset[str]:
        """Return the units of a user."""
        if login not in self._units:
            table = platform_tables.membership
            rows = self.connection.execute(sa.select(table.c.unit).where(table.c.login == login)).scalars()
            self._units[login] = frozenset(rows)
        return self._units[login]

    def accounts(self, logins: Iterable[str]) -> Mapping[str, bool]:
        """Return which of these logins there are, and whether each is active; nobody is asked for twice."""
        wanted = set(logins)
        if unknown := wanted - self._accounts.keys():
            found = people.accounts(self.connection, self.tables, unknown)
            self._accounts |= {login: found.get(login) for login in unknown}
        return {login: active for login in wanted if (active := self._accounts[login]) is not None}

    def _is_known(self, entity_type: str, record_id: str) -> bool:
        """Say whether the record was read already and can't vanish before we commit."""
        if self._records.get((entity_type, record_id)) is None:
            return False
        return not self._locking or (entity_type, record_id) in self._held

    def _remember(self, record: Record) -> Record:
        """Keep the record under id and number; the one that is kept already wins, so that a walk always meets the same."""
        known = self._records.get((record.entity_type, record.id))
        if known is not None and known.values.get("version") == record.values.get("version"):
            return known
        self._records[record.entity_type, record.id] = self._records[record.entity_type, record.number] = record
        return record

    def _forget(self) -> None:
        """Drop what was read over relations: a write may have changed it."""
        self._related.clear()

    def forget_all(self) -> None:
        """Drop every record: what was read in a part that was taken back may never have been."""
        self._records.clear()
        self._held.clear()
        self._forget()
