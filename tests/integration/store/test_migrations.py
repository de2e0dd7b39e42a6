"""The platform's own tables: made once, by whoever comes first, and equal to what the store believes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from packdesk.store import migrations, platform_tables
from packdesk.store.database import Database


def test_migrations_make_exactly_the_tables_that_the_store_uses(database: Database) -> None:
    with database.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _only_tables_of_ours})

        differences = compare_metadata(context, platform_tables.metadata)

    assert differences == []
    assert not migrations.pending(database)


def test_processes_that_start_together_wait_for_the_first(database_url: str) -> None:
    def start(_process: int) -> str:
        database = Database(database_url)
        try:
            return migrations.upgrade(database)
        finally:
            database.close()

    with ThreadPoolExecutor(4) as processes:
        revisions = set(processes.map(start, range(4)))

    with closing(Database(database_url)) as database:
        assert revisions == {migrations.current(database)}


def test_nothing_is_published_at_first(database: Database) -> None:
    with database.begin() as connection:
        rows = connection.execute(sa.select(platform_tables.active_release)).all()

    assert rows == [(1, None, 1, 0)]


def _only_tables_of_ours(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    return not (kind == "table" and name == "alembic_version")


def test_tables_of_records_from_before_get_the_column_that_approvals_need(database_url: str) -> None:
    """An installation that is upgraded years later: its record tables were made by whichever release, and keep their rows."""
    columns = ("id", "number", "version", "owner_unit", "privacy_level", "assigned_unit", "assigned_user", "deleted_at")
    with closing(Database(database_url)) as database:
        migrations.upgrade(database, to="0004")
        records = sa.Table("r_thing", sa.MetaData(), *(sa.Column(name, sa.Text) for name in columns))
        other = sa.Table("l_thing__rows", sa.MetaData(), sa.Column("id", sa.Text), sa.Column("number", sa.Text))
        with database.begin(write=True) as connection:
            for table in (records, other):
                table.create(connection)
            connection.execute(records.insert(), [{"id": "1", "number": "T1"}])

        migrations.upgrade(database)

        with database.begin() as connection:
            inspector = sa.inspect(connection)
            assert "approval" in {column["name"] for column in inspector.get_columns("r_thing")}
            assert {column["name"] for column in inspector.get_columns("l_thing__rows")} == {"id", "number"}
            assert connection.execute(sa.text("SELECT number, approval FROM r_thing")).all() == [("T1", None)]
