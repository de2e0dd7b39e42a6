"""Who may see what follows another record, on both databases."""

import pytest
from tests import samples
from tests.integration.store.conftest import ANNA, NOW

from packdesk.clock import FixedClock
from packdesk.model.entity_types import Access, EntityType, Kind
from packdesk.runtime.values import Record
from packdesk.store import access, ddl, queries
from packdesk.store.access import AccessFilter
from packdesk.store.database import Database
from packdesk.store.links import Link
from packdesk.store.physical import EMPTY, extend
from packdesk.store.queries import Query
from packdesk.store.tables import Tables
from packdesk.store.unit_of_work import UnitOfWork

NORTH = AccessFilter(frozenset({("north", "normal")}))


def types() -> tuple[EntityType, ...]:
    """Return a guarded type, one that follows it over a relation, and one that follows that one over a reference."""
    about = samples.relation("entity_types.remark", "about", to_capability="guarded")
    return (
        samples.entity_type("case", "CA", access=Access.EXPLICIT, capabilities=("guarded",)),
        samples.entity_type("open", "OP", capabilities=("guarded",)),
        samples.entity_type("remark", "RE", access=Access.IMPLICIT, master="about", relations={"about": about}),
        samples.entity_type("reply", "RP", access=Access.IMPLICIT, master="remark", fields=samples.fields("r", remark=(Kind.REFERENCE, {"to": "remark"}))),
    )


def test_a_record_is_seen_with_its_master_over_any_number_of_steps(database: Database) -> None:
    model = samples.model(*types())
    tables = Tables(model, extend(EMPTY, model), database.dialect)
    with database.begin(write=True) as connection:
        ddl.create(connection, tables)
    with UnitOfWork(database, samples.Published(model=model, release=0), tables, FixedClock(NOW), ANNA) as unit:
        masters = [unit.insert(Record("case", {"owner_unit": owner})) for owner in ("north", "south")] + [unit.insert(Record("open", {}))]
        remarks = [unit.insert(Record("remark", {}), {"about": [Link(master.entity_type, master.id)]}) for master in masters]
        remarks.append(unit.insert(Record("remark", {})))
        for remark in remarks:
            unit.insert(Record("reply", {"remark": remark.id}))
        unit.commit()

    with database.begin() as connection:
        seen = {
            kind: [record.number[-1] for record in queries.run(connection, tables, Query(entity_type=kind, access=NORTH, order=(("number", True),))).rows]
            for kind in ("remark", "reply")
        }

    assert seen == {"remark": ["1", "3"], "reply": ["1", "3"]}


@pytest.mark.parametrize("master", ["", "nothing"])
def test_a_follower_without_a_master_is_seen_by_nobody(master: str) -> None:
    model = samples.model(samples.entity_type("lost", "LO", access=Access.IMPLICIT, master=master))
    tables = Tables(model, extend(EMPTY, model), "sqlite")

    assert str(access.condition(tables, "lost", NORTH)) == "false"


def test_without_a_filter_nothing_is_hidden() -> None:
    model = samples.model(*types())
    tables = Tables(model, extend(EMPTY, model), "sqlite")

    assert {str(access.condition(tables, kind, None)) for kind in model.entity_types} == {"true"}
