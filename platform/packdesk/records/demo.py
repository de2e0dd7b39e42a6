"""The people and records that packs bring along for a demo; loaded only on request (M-13)."""

from collections.abc import Iterable, Mapping

from sqlalchemy.engine import Connection

from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.records.context import Context, run
from packdesk.records.creation import create_in
from packdesk.records.drafts import Work, begin
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import Actor
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
    """Create the demo records as the system, one transaction for all; those whose key is there already stay as they are. Return how many were made."""
    system = context.as_system()
    return run(system, lambda unit, runtime: sum(_load(begin(system, unit, runtime), name, data) for name, records in _demo(runtime) for data in records))


def _demo(runtime: Runtime) -> Iterable[tuple[str, tuple[Mapping[str, Json], ...]]]:
    return runtime.model.demo_records.items()


def _load(work: Work, entity_type: str, data: Mapping[str, Json]) -> bool:
    key = data.get(work.runtime.model.entity_types[entity_type].key)
    if isinstance(key, str) and work.unit.by_key(entity_type, key) is not None:
        return False
    create_in(work, entity_type, data)
    return True
