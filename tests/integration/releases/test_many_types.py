"""A publish does as much as it changes: what is the same in both releases is neither asked for, nor read, nor built."""

import copy
import gc
import weakref
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.integration.releases.desk import CLOCK, put_live
from tests.statements import listening
from tests.unit.releases.harbour import BERTH, Documents, fields, merged

from packdesk.store.database import Database
from packdesk.store.doctor import examine
from packdesk.store.inspection import inspect_storage
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.platform_tables import migration_step
from packdesk.store.publishing import publish, resume
from packdesk.store.releases import DONE, PENDING

_FEW, _MANY = 3, 30
_UNIQUE = "ix_r_visit__f_subject"


def among(count: int) -> Callable[[Documents], None]:
    """Put so many more entity types into the harbour."""

    def change(found: Documents) -> None:
        for number in range(count):
            found["entity_types"][f"berth_{number}"] = {**copy.deepcopy(BERTH), "id": f"berth_{number}"}

    return change


def with_field(name: str) -> Callable[[Documents], None]:
    """Give visits one more field."""

    def change(found: Documents) -> None:
        fields(found)[name] = {"type": "string"}

    return change


def with_unique_subject(found: Documents) -> None:
    fields(found)["subject"]["unique"] = True


def test_one_more_field_takes_as_many_statements_among_many_types_as_among_few(database: Database) -> None:
    sent = {}
    for count in (_FEW, _MANY):
        put_live(database, merged(among(count)))
        with listening(database) as planning:
            made = plan(database, merged(among(count), with_field(f"note_{count}")), CLOCK)
        with listening(database) as publishing:
            publish(database, made, None, actor="anna", note="", clock=CLOCK)
        sent[count] = (len(planning), len(publishing))
        changing = [statement for statement in publishing if statement.startswith(("ALTER", "CREATE"))]
        assert changing == list(made.ddl)

    assert sent[_FEW] == sent[_MANY]


def test_only_the_tables_that_are_named_are_inspected(database: Database) -> None:
    put_live(database, merged(among(_FEW)))

    with database.begin() as connection:
        everything = inspect_storage(connection)
        named = inspect_storage(connection, ["r_visit", "l_visit_guests"])

    assert set(everything.tables) > set(named.tables) == {"r_visit", "l_visit_guests"}
    assert all(named.tables[table] == everything.tables[table] for table in named.tables)
    assert dict(named.indexes) == {name: index for name, index in everything.indexes.items() if index.table in named.tables}


def _next_start(database: Database) -> None:
    resume(database, CLOCK)


def _next_publish(database: Database) -> None:
    put_live(database, merged(with_field("note")))


@pytest.mark.parametrize("after", [_next_start, _next_publish])
def test_an_index_that_a_killed_publish_did_not_get_to_is_dropped(database: Database, after: Callable[[Database], None]) -> None:
    """What is no longer unique must not be refused for ever because the publish that said so died in between."""
    put_live(database, merged(with_unique_subject))
    put_live(database, merged())
    with database.begin(write=True) as connection:
        connection.exec_driver_sql(f"CREATE UNIQUE INDEX {_UNIQUE} ON r_visit (f_subject) WHERE deleted_at IS NULL")
        connection.execute(migration_step.update().values(state=PENDING))
    before = [one.kind for one in examine(database, CLOCK)]

    after(database)

    assert before == ["unfinished_migration", "unwanted_index"]
    assert examine(database, CLOCK) == ()
    with database.begin() as connection:
        assert connection.execute(sa.select(migration_step.c.state).distinct()).scalars().all() == [DONE]


def test_starting_reads_no_documents_when_nothing_is_left_to_do(database: Database) -> None:
    """A process of an installation with many types is not to build all their tables before it answers."""
    put_live(database, merged(among(_FEW)))

    with listening(database) as sent:
        resume(database, CLOCK)

    assert not [statement for statement in sent if "documents" in statement or "pragma_table_info" in statement or "pg_attribute" in statement]


def test_nothing_holds_the_tables_of_the_release_before(database: Database) -> None:
    """Statements that an engine keeps hold the tables that they read; a process would grow with every publish."""
    put_live(database, merged())
    live = LiveRuntime(database)
    table = live.current().tables.record("visit")
    for transaction in (database.begin, database.reading):
        with transaction() as connection:
            connection.execute(sa.select(table.c.id, table.c.number).where(table.c.version > 1)).all()
    before = weakref.ref(table)
    del table

    put_live(database, merged(with_field("note")))
    live.current()
    gc.collect()

    assert before() is None
