"""The people and records that packs bring along for a demo; loaded only on request (M-13)."""

from collections.abc import Mapping

from sqlalchemy.engine import Connection

from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.records.context import Context, run
from packdesk.records.creation import create_in
from packdesk.records.drafts import Work, begin
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.expressions.types import Type
from packdesk.runtime.values import Actor, Record
from packdesk.store import people


def demo_actor(model: Model, login: str) -> Actor:
    """Return a demo user as an actor, as the organisation documents describe him; raises ``KeyError`` for an unknown login."""
    user = model.organisation.users[login]
    units = frozenset(unit for unit in user.units if unit in model.organisation.units)
    default = next((unit for unit in user.units if unit in units), "")
    above = [node for unit in units for node in model.organisation.ancestors(unit)]
    zone = next((model.organisation.units[node].time_zone for node in model.organisation.ancestors(default) if model.organisation.units[node].time_zone), "UTC")
    return Actor(
        login=login,
        name=user.name,
        roles=frozenset(user.roles),
        units=units,
        member_of=frozenset(above),
        default_unit=default,
        group=model.organisation.group_of(default),
        time_zone=zone,
    )


def load_memberships(connection: Connection, model: Model) -> None:
    """Put the demo users into their units; their accounts are made by whoever keeps logins."""
    for user in model.organisation.users.values():
        units = [unit for unit in user.units if unit in model.organisation.units]
        people.save_units(connection, user.login, units)
        people.save_profile(connection, people.Profile(login=user.login, default_unit=units[0] if units else "", extension=user.extension))


def load_records(context: Context) -> int:
    """Create the demo records as the system, one transaction for all; those whose key is there already stay as they are. Return how many were made.

    A record may name another by what its document is called; that one is made first, wherever it is written.
    """
    system = context.as_system()
    return run(system, lambda unit, runtime: _Loading(begin(system, unit, runtime)).all())


class _Loading:
    """The demo records of one release on their way into the database."""

    def __init__(self, work: Work) -> None:
        self._work = work
        model = work.runtime.model
        self._documents = {
            name: (entity_type, data)
            for entity_type, records in model.demo_records.items()
            for name, data in zip(model.demo_names.get(entity_type, ()), records, strict=True)
        }
        #: What a document is called -> id of its record; empty while it is being made.
        self._ids: dict[str, str] = {}
        self._made = 0

    def all(self) -> int:
        """Make what is not there and return how many were made."""
        for name in self._documents:
            self._load(name)
        return self._made

    def _load(self, name: str) -> str:
        if name not in self._ids:
            self._ids[name] = ""
            entity_type, data = self._documents[name]
            there = self._existing(entity_type, data)
            if there is None:
                there = create_in(self._work, entity_type, self._resolved(entity_type, data)).record
                self._made += 1
            self._ids[name] = there.id
        return self._ids[name]

    def _existing(self, entity_type: str, data: Mapping[str, Json]) -> Record | None:
        key = data.get(self._work.runtime.model.entity_types[entity_type].key)
        return self._work.unit.by_key(entity_type, key) if isinstance(key, str) else None

    def _resolved(self, entity_type: str, data: Mapping[str, Json]) -> dict[str, Json]:
        """Return the input with ids of records in place of what their documents are called."""
        entity = self._work.runtime.type(entity_type)
        found: dict[str, Json] = {}
        for name, given in data.items():
            if name in entity.fields:
                found[name] = self._meant(given, entity.fields[name].targets)
            elif name in entity.sections and isinstance(given, Mapping):
                found[name] = {inner: self._meant(value, _targets(entity.fields, f"{name}.{inner}")) for inner, value in given.items()}
            elif name in entity.groups and isinstance(given, list | tuple):
                found[name] = tuple(self._row(row, entity.groups[name].fields) for row in given)
            elif name in entity.relations:
                found[name] = self._meant(given, _reached(entity.relations[name].connection.type))
            else:
                found[name] = given
        return found

    def _row(self, row: Json, fields: Mapping[str, FieldRuntime]) -> Json:
        return {name: self._meant(value, _targets(fields, name)) for name, value in row.items()} if isinstance(row, Mapping) else row

    def _meant(self, given: Json, targets: tuple[str, ...]) -> Json:
        if isinstance(given, list | tuple):
            return tuple(self._meant(one, targets) for one in given)
        if isinstance(given, Mapping) and "record" in given:
            return {**given, "record": self._meant(given["record"], targets)}
        if isinstance(given, str) and given in self._documents and self._documents[given][0] in targets:
            return self._load(given) or given
        return given


def _reached(type_: Type) -> tuple[str, ...]:
    return type_.entity_types or (type_.item.entity_types if type_.item is not None else ())


def _targets(fields: Mapping[str, FieldRuntime], path: str) -> tuple[str, ...]:
    return fields[path].targets if path in fields else ()
