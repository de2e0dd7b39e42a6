"""The doctor names what is not as it should be and mends it; purging deletes what is retired, and nothing else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.integration.releases.desk import CLOCK, put_live, read, visit, write
from tests.unit.releases.harbour import Documents, fields, merged
from tests.unit.releases.harbour import visit as visit_document

from packdesk.clock import FixedClock
from packdesk.errors import PackdeskError
from packdesk.runtime.values import Line
from packdesk.store.blobs import Blobs
from packdesk.store.database import Database
from packdesk.store.doctor import clean, examine
from packdesk.store.platform_tables import idempotency, outbox
from packdesk.store.publish_lock import publishing
from packdesk.store.publishing import resume
from packdesk.store.purging import purge, purgeable


def lean(found: Documents) -> None:
    del fields(found)["size"]
    del visit_document(found)["lines"]["guests"]


@pytest.mark.parametrize(
    ("statement", "kind", "name"),
    [
        ("ALTER TABLE r_visit ADD COLUMN f_stray TEXT", "orphan_column", "f_stray"),
        ("CREATE TABLE l_stray (id TEXT)", "orphan_table", "l_stray"),
        ("DROP INDEX ix_r_visit__f_berth", "missing", "ix_r_visit__f_berth"),
        ("CREATE INDEX ix_r_visit__stray ON r_visit (f_size)", "unwanted_index", "ix_r_visit__stray"),
        ("DROP TABLE l_visit_guests", "missing", "l_visit_guests"),
    ],
)
def test_what_differs_from_the_release_is_named_and_mended(database: Database, statement: str, kind: str, name: str) -> None:
    put_live(database, merged())
    with database.begin(write=True) as connection:
        connection.exec_driver_sql(statement)

    found = examine(database, CLOCK)
    clean(database, CLOCK)

    assert (kind, name) in [(one.kind, one.name) for one in found]
    assert all(one.advice and one.to_json()["kind"] == one.kind for one in found)
    assert examine(database, CLOCK) == ()


def test_a_lost_number_sequence_is_named_and_made_again(database: Database) -> None:
    put_live(database, merged())
    with database.begin(write=True) as connection:
        connection.exec_driver_sql("DROP SEQUENCE q_visit" if database.dialect == "postgresql" else "DELETE FROM number_sequence WHERE name = 'q_visit'")

    found = examine(database, CLOCK)
    clean(database, CLOCK)

    assert [(one.kind, one.name) for one in found] == [("missing", "q_visit")]
    assert examine(database, CLOCK) == ()


def test_a_column_of_another_type_is_named_and_left_alone(sqlite_database: Database) -> None:
    put_live(sqlite_database, merged())
    with sqlite_database.begin(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE r_berth DROP COLUMN f_name")
        connection.exec_driver_sql("ALTER TABLE r_berth ADD COLUMN f_name BIGINT")

    clean(sqlite_database, CLOCK)

    assert [(one.kind, one.name, one.curable) for one in examine(sqlite_database, CLOCK)] == [("wrong_type", "f_name", False)]


def test_files_that_no_record_has_are_swept_when_they_are_old_enough(sqlite_database: Database, tmp_path: Path) -> None:
    put_live(sqlite_database, merged())
    blobs = Blobs(tmp_path)
    digest = blobs.put(b"nobody's")
    tomorrow = FixedClock(datetime.now(UTC) + timedelta(days=1))
    assert examine(sqlite_database, CLOCK, blobs) == ()

    found = clean(sqlite_database, tomorrow, blobs)

    assert [(one.kind, one.name) for one in found] == [("orphan_file", digest)]
    assert examine(sqlite_database, tomorrow, blobs) == ()


def test_keys_and_leases_of_the_dead_are_counted_and_cleared(database: Database) -> None:
    put_live(database, merged())
    now = CLOCK.now()
    key = {"actor": "kim", "request_hash": "h"}
    lease = {"kind": "operation", "payload": {}, "state": "pending", "attempts": 1, "created_at": now}
    with database.begin(write=True) as connection:
        connection.execute(idempotency.insert(), [{**key, "key": "old", "response": {}, "expires": now - timedelta(days=2)}])
        connection.execute(idempotency.insert(), [{**key, "key": "open", "response": None, "expires": now + timedelta(days=1)}])
        connection.execute(idempotency.insert(), [{**key, "key": "kept", "response": {}, "expires": now + timedelta(days=1)}])
        connection.execute(outbox.insert(), [{**lease, "id": "1", "key": "1", "owner": "dead", "lease_until": now - timedelta(minutes=1)}])
        connection.execute(outbox.insert(), [{**lease, "id": "2", "key": "2", "owner": "alive", "lease_until": now + timedelta(minutes=1)}])

    found = clean(database, CLOCK)

    assert [(one.kind, one.table, one.name) for one in found] == [("orphan_key", "idempotency", "2"), ("stale_lease", "outbox", "1")]
    assert examine(database, CLOCK) == ()
    with database.begin() as connection:
        assert connection.execute(sa.select(idempotency.c.key)).scalars().all() == ["kept"]
        assert connection.execute(sa.select(outbox.c.owner).order_by(outbox.c.id)).scalars().all() == [None, "alive"]


def test_nobody_publishes_or_cleans_beside_a_publish(database: Database) -> None:
    put_live(database, merged())

    with publishing(database):
        with pytest.raises(PackdeskError) as caught:
            clean(database, CLOCK)
        assert resume(database, CLOCK) == 0

    assert caught.value.code == "publish_running"


def test_purging_deletes_the_named_retired_things_and_nothing_else(database: Database) -> None:
    """M-7: purged only by a separate command."""
    put_live(database, merged())
    old = write(database, {"subject": "x", "status": "planned", "state": "open", "size": "9"}, {"guests": (Line("", {"name": "Ann"}),)})
    put_live(database, merged(lean))
    assert {(one.about, one.count) for one in purgeable(database)} == {("visit.size:string", 1), ("visit#guests:", 1)}

    gone = purge(database, ["visit.size:string"])

    assert [one.about for one in gone] == ["visit.size:string"]
    assert [one.about for one in purgeable(database)] == ["visit#guests:"]
    assert examine(database, CLOCK) == ()
    put_live(database, merged())
    assert read(database, old).get("size") is None
    assert [line.values["name"] for line in read(database, old).lines["guests"]] == ["Ann"]
    assert examine(database, CLOCK) == ()


def test_a_purged_type_begins_anew(database: Database) -> None:
    def without_visit(found: Documents) -> None:
        del found["entity_types"]["visit"], found["transitions"]["visit"]

    put_live(database, merged())
    visit(database)
    put_live(database, merged(without_visit))

    purge(database, [one.about for one in purgeable(database)])

    assert examine(database, CLOCK) == ()
    put_live(database, merged())
    assert visit(database).number == "VI00000001"


def test_only_what_is_retired_can_be_purged(database: Database) -> None:
    put_live(database, merged())

    with pytest.raises(PackdeskError) as caught:
        purge(database, ["visit.subject:string"])

    assert str(caught.value) == "'visit.subject:string' is not retired, so that it cannot be purged. What can be purged: nothing."
    put_live(database, merged(lean))
    with pytest.raises(PackdeskError) as caught:
        purge(database, ["nope"])
    assert str(caught.value).endswith("What can be purged: visit.size:string, visit#guests:.")


def test_nothing_is_live_in_an_empty_database(database: Database) -> None:
    assert examine(database, CLOCK) == ()
    assert purgeable(database) == ()
    assert resume(database, CLOCK) == 0
    with database.begin() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM release")).scalar_one() == 0
