"""Entity types that are renamed, go and come back, or get a lifecycle: what becomes of their records."""

import pytest
from tests.integration.releases.desk import CLOCK, events, put_live, read, visit, write
from tests.unit.releases.harbour import Documents, merged, rename

from packdesk.errors import PackdeskError
from packdesk.runtime.values import SYSTEM
from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import rollback
from packdesk.store.unit_of_work import UnitOfWork


def test_a_renamed_type_keeps_its_records_history_and_links(database: Database) -> None:
    def call(found: Documents) -> None:
        rename(found["entity_types"], "visit", "call")
        found["entity_types"]["call"]["id"] = "call"
        found["entity_types"]["call"]["relations"]["related"]["to"] = "call"
        found["transitions"] = {"call": {**found["transitions"]["visit"], "id": "call"}}

    put_live(database, merged())
    old = visit(database, subject="kept")

    put_live(database, merged(call))

    live = LiveRuntime(database).current()
    with UnitOfWork(database, live.runtime, live.tables, CLOCK, SYSTEM, write=False) as work:
        found = work.get("call", old.number)
    assert found is not None
    assert found.get("subject") == "kept"
    assert [event.kind for event in events(database, found, "created")] == ["created"]
    assert examine(database, CLOCK) == ()


def test_a_retired_type_comes_back_with_its_records(database: Database) -> None:
    def without_visit(found: Documents) -> None:
        del found["entity_types"]["visit"], found["transitions"]["visit"]

    put_live(database, merged())
    old = visit(database)
    assert any("no longer within reach" in impact.sentence for impact in plan(database, merged(without_visit), CLOCK).impacts)

    put_live(database, merged(without_visit))
    with pytest.raises(PackdeskError):
        read(database, old)
    rollback(database, actor="bob", note="", clock=CLOCK)

    assert read(database, old).get("subject") == "Call"
    assert visit(database).number == "VI00000002"


def test_a_type_that_gets_a_lifecycle_puts_its_records_into_the_first_status(database: Database) -> None:
    def berth_life(found: Documents) -> None:
        found["transitions"]["berth"] = {**found["transitions"]["visit"], "id": "berth"}

    put_live(database, merged())
    old = write(database, {"name": "A"}, entity_type="berth")

    put_live(database, merged(berth_life))

    assert (read(database, old).get("status"), read(database, old).get("state")) == ("planned", "open")


def test_only_a_group_can_be_decided_to_own_the_records_that_exist(database: Database) -> None:
    """NET-2: a record is owned by a group; a unit below one would leave it to nobody."""

    def with_units(found: Documents) -> None:
        units = {"port": {"level": "community"}, "pilots": {"level": "group", "parent": "port"}, "night": {"parent": "pilots"}}
        found["organisation"]["organisation"] = {"units": units}

    def owned(found: Documents) -> None:
        with_units(found)
        found["entity_types"]["berth"]["access"] = "explicit"

    put_live(database, merged(with_units))
    write(database, {"name": "A"}, entity_type="berth")

    made = plan(database, merged(owned), CLOCK)

    assert [(need.id, need.options) for need in made.needed] == [("default.berth.owner_unit", ("port", "pilots"))]
