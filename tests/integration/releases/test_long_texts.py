"""Texts longer than an index takes on PostgreSQL, in fields that are unique or that a list is sorted by; the same on both databases."""

import random
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.releases.desk import CLOCK, change, delete, put_live, visit
from tests.statements import listening
from tests.unit.releases.harbour import Documents, fields, merged
from tests.unit.releases.harbour import visit as visit_type

from packdesk.errors import PackdeskError, Refused
from packdesk.store import queries, violations
from packdesk.store.database import Database
from packdesk.store.inspection import inspect_storage
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.queries import Query
from packdesk.store.tables import Tables

#: Letters of four bytes, drawn so that nothing of them can be compressed.
_LETTERS = [chr(0x20000 + place) for place in range(20_000)]


def long(seed: int, begin: str = "") -> str:
    return begin + "".join(random.Random(seed).choices(_LETTERS, k=3000))


def with_texts(found: Documents) -> None:
    """Give visits long texts."""
    fields(found).update(
        memo={"type": "text"}, motto={"type": "string", "maxLength": 5000}, one={"type": "string"}, two={"type": "string"}, six={"type": "string"}
    )


def demanding(found: Documents) -> None:
    """Let texts of any length be unique, and lists be sorted by them."""
    with_texts(found)
    fields(found)["memo"]["unique"] = True
    visit_type(found)["key"] = "memo"
    visit_type(found)["unique"] = {"words": ["motto", "one", "two", "six"]}
    columns = {"number": {}}
    found["views"] = {
        "by_memo": {"id": "by_memo", "layout": "list", "entity_type": "visit", "columns": columns, "sort": {"motto": True, "number": True}},
        "by_size": {"id": "by_size", "layout": "list", "entity_type": "visit", "columns": columns, "sort": {"one": True, "two": True, "six": True}},
    }


def in_order(database: Database, *order: tuple[str, bool]) -> list[str]:
    live, found, cursor = LiveRuntime(database).current(), [], ""
    while True:
        with database.begin() as connection:
            page = queries.run(connection, live.tables, Query(entity_type="visit", order=order, limit=2, cursor=cursor))
        found += [str(record.get("motto")) for record in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return found


def indexes(database: Database) -> set[str]:
    with database.begin() as connection:
        return {name for name, index in inspect_storage(connection).indexes.items() if index.table == "r_visit" and index.valid}


@pytest.mark.parametrize("published_first", [True, False])
def test_a_long_text_is_unique_and_sorted_by(database: Database, published_first: bool) -> None:
    """Also where the texts are older than the index: a publish makes it over what is stored."""
    put_live(database, merged(demanding if published_first else with_texts))
    texts = [long(1, "b"), long(2, "a"), long(3, long(4)[:300] + "b"), long(3, long(4)[:300] + "a")]
    mine = [visit(database, memo=text, motto=text, one=long(5)[:255], two=long(6)[:255], six=long(7)[:255]) for text in texts]
    if not published_first:
        put_live(database, merged(demanding, version="1.1.0"))

    with pytest.raises(Refused) as twice:
        visit(database, memo=texts[0])
    with pytest.raises(Refused) as together:
        change(database, mine[1], motto=texts[0])

    assert [(one.findings[0].code, one.findings[0].field) for one in (twice.value, together.value)] == [("not_unique", "memo"), ("not_unique", "motto")]
    assert in_order(database, ("motto", True)) == sorted(texts)
    assert in_order(database, ("motto", False), ("memo", True)) == sorted(texts, reverse=True)


def test_a_record_is_found_by_a_long_text_that_is_its_key(database: Database) -> None:
    put_live(database, merged(demanding))
    made = visit(database, memo=long(1))
    live = LiveRuntime(database).current()

    with database.begin() as connection, listening(database) as said:
        found = queries.run(connection, live.tables, Query(entity_type="visit", equals={"memo": long(1)})).rows
        taken = violations.taken(connection, live.tables, made.having({"id": "another"}))

    assert [record.id for record in found] == [made.id]
    assert [finding.field for finding in taken] == ["memo"]
    assert sum("md5(" in one for one in said) == (2 if database.dialect == "postgresql" else 0)


def test_an_index_answers_on_postgresql_for_what_does_not_fit_into_one(database: Database) -> None:
    put_live(database, merged(demanding))
    tables = LiveRuntime(database).current().tables
    for place in range(60):
        visit(database, memo=f"{place}", motto=f"{place}")

    if database.dialect == "postgresql":
        with database.begin() as connection:
            connection.exec_driver_sql("ANALYZE r_visit")
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            in_order = _plan(connection, tables, order=(("motto", True), ("number", True)))
            equal = _plan(connection, tables, equals={"memo": "7"})
        assert "Index Scan using ix_r_visit__f_motto__start " in in_order
        assert "ix_r_visit__f_memo__md5 " in equal
    assert {"ix_r_visit__f_motto__start", "ix_r_visit__f_memo__md5"}.issubset(indexes(database)) is (database.dialect == "postgresql")
    assert {"ix_r_visit__f_motto__number__id", "ix_r_visit__f_memo"}.issubset(indexes(database)) is (database.dialect == "sqlite")
    assert any(name.startswith("ix_r_visit__f_one__f_two") for name in indexes(database))


def test_an_index_of_an_older_form_is_exchanged_by_the_next_publish(database: Database) -> None:
    """Also where nothing else about the type changes."""
    put_live(database, merged(demanding))
    if database.dialect == "sqlite":
        assert plan(database, merged(demanding), CLOCK).is_empty
        return
    with database.begin(write=True) as connection:
        connection.exec_driver_sql("DROP INDEX ix_r_visit__f_motto__start, ix_r_visit__f_memo__md5")
        connection.exec_driver_sql("CREATE UNIQUE INDEX ix_r_visit__f_memo ON r_visit (f_memo) WHERE deleted_at IS NULL")
        connection.exec_driver_sql("CREATE INDEX ix_r_visit__f_motto__number__id ON r_visit (f_motto, number, id) WHERE deleted_at IS NULL")

    put_live(database, merged(demanding))

    assert {"ix_r_visit__f_motto__start", "ix_r_visit__f_memo__md5"} <= indexes(database)
    assert not {"ix_r_visit__f_motto__number__id", "ix_r_visit__f_memo"} & indexes(database)
    assert visit(database, memo=long(1), motto=long(2)).get("memo") == long(1)


def test_a_field_that_gets_shorter_than_its_texts_is_refused_before_the_flip_where_they_do_not_fit(database: Database) -> None:
    """The plan counts them; PostgreSQL makes no index over them, says which field holds them, and what was begun is gone. SQLite's indexes take any text."""

    def shorter(found: Documents) -> None:
        demanding(found)
        fields(found)["motto"]["maxLength"] = 100
        fields(found)["memo"] |= {"type": "string", "maxLength": 300}

    put_live(database, merged(demanding))
    made = [visit(database, motto=long(seed), memo=f"short {seed}") for seed in (1, 2)]
    delete(database, visit(database, motto=long(3)))
    found = plan(database, merged(shorter, version="1.1.0"), CLOCK)
    assert ("visit.motto", 2) in {(impact.about, impact.count) for impact in found.impacts}

    if database.dialect == "sqlite":
        put_live(database, merged(shorter, version="1.1.0"))
        return
    with pytest.raises(PackdeskError) as refused:
        put_live(database, merged(shorter, version="1.1.0"))
    assert (refused.value.code, refused.value.facts["fields"], refused.value.facts["count"]) == ("stored_text_too_long", ("visit.motto",), 2)
    assert str(refused.value).startswith("visit.motto: 2 stored texts are longer than 'maxLength' will allow")
    with database.begin() as connection:
        assert "ix_r_visit__f_motto__number__id" not in inspect_storage(connection).indexes
    for place, one in enumerate(made):
        change(database, one, motto=f"short now {place}")
    put_live(database, merged(shorter, version="1.1.0"))
    assert "ix_r_visit__f_motto__number__id" in indexes(database)


def _plan(connection: sa.Connection, tables: Tables, **asked: Any) -> str:
    """Return how PostgreSQL would answer a list."""
    said: list[tuple[str, Any]] = []

    def heard(_connection: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        said.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", heard)
    queries.run(connection, tables, Query(entity_type="visit", **asked))
    sa.event.remove(connection, "before_cursor_execute", heard)
    statement, parameters = said[0]
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
