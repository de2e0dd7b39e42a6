"""Lists: pages, order, cursors, search, access, and what they cost, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from tests import samples
from tests.integration.store.conftest import Opener
from tests.statements import listening

from packdesk.errors import PackdeskError
from packdesk.model.durations import Duration, Unit
from packdesk.model.nodes import Expression
from packdesk.runtime.expressions.catalogue import Catalogue, Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.values import Line, Money, Phone, Record
from packdesk.store import queries, quick_search
from packdesk.store.access import AccessFilter
from packdesk.store.database import Database
from packdesk.store.joined_names import Named
from packdesk.store.physical import EMPTY, extend
from packdesk.store.queries import Query
from packdesk.store.tables import Tables

WEIGHTS = (3, None, 1, 2, None, 1, 3)


def store(unit: Opener, *records: Record) -> list[Record]:
    with unit() as open_unit:
        made = [open_unit.insert(record) for record in records]
        open_unit.commit()
    return made


def numbers(database: Database, tables: Tables, query: Query) -> list[str]:
    with database.begin() as connection:
        return [record.number for record in queries.run(connection, tables, query).rows]


def pages(database: Database, tables: Tables, **asked: object) -> Iterator[list[Record]]:
    cursor = ""
    while True:
        with database.begin() as connection:
            page = queries.run(connection, tables, Query(**{**asked, "cursor": cursor}))
        yield list(page.rows)
        cursor = page.next_cursor
        if not cursor:
            return


@pytest.mark.parametrize(
    "order",
    [
        (("weight", True),),
        (("weight", False),),
        (("weight", True), ("ratio", False)),
        (("created_at", False),),
        (("number", True),),
        (("fee", True), ("takes", False), ("due", True)),
        (("id", False),),
        (),
    ],
)
def test_pages_hold_every_record_once_in_order_with_nulls_last(database: Database, tables: Tables, unit: Opener, order: tuple[tuple[str, bool], ...]) -> None:
    records = [
        Record(
            "matter",
            {
                "weight": weight,
                "ratio": Decimal(place % 2) / 4 if place % 3 else None,
                "fee": Money(Decimal(place % 4), "EUR") if place % 3 else None,
                "takes": Duration(place % 2 + 1, Unit.DAYS),
                "due": datetime(2026, 1, 1 + place % 2, tzinfo=UTC) if place % 2 else None,
            },
        )
        for place, weight in enumerate(WEIGHTS)
    ]
    store(unit, *records)

    paged = [pages(database, tables, entity_type="matter", order=order, limit=limit) for limit in (1, 2, 3, 10)]
    found, *others = [[record for page in one for record in page] for one in paged]

    whole = numbers(database, tables, Query(entity_type="matter", order=order, limit=100))
    assert len({record.id for record in found}) == len(records)
    assert [record.number for record in found] == whole
    assert all(other == found for other in others)
    if order[:1] == (("weight", True),):
        assert [record.get("weight") for record in found] == [1, 1, 2, 3, 3, None, None]
    if order == (("weight", False),):
        assert [record.get("weight") for record in found] == [3, 3, 2, 1, 1, None, None]


def test_a_page_does_not_shift_when_a_record_is_added_before_it(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, *(Record("task", {"words": word}) for word in "bdf"))
    reading = pages(database, tables, entity_type="task", order=(("words", True),), limit=2)

    first = next(reading)
    store(unit, Record("task", {"words": "a"}), Record("task", {"words": "e"}))
    second = next(reading)

    assert [[record.get("words") for record in page] for page in (first, second)] == [["b", "d"], ["e", "f"]]


@pytest.mark.parametrize("cursor", ["nonsense", "", "AAAA", "ü", "a" * 400])
def test_a_cursor_that_is_not_ours_is_refused(database: Database, tables: Tables, unit: Opener, cursor: str) -> None:
    store(unit, *(Record("task", {"words": word}) for word in "abc"))
    with database.begin() as connection:
        own = queries.run(connection, tables, Query(entity_type="task", limit=1)).next_cursor
    changed = cursor or own[:-2] + ("AA" if own[-2:] != "AA" else "BB")

    with pytest.raises(PackdeskError) as refusal:
        numbers(database, tables, Query(entity_type="task", cursor=changed))

    assert refusal.value.code == "bad_cursor"


def test_a_cursor_of_another_query_is_refused(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, *(Record("task", {"words": word}) for word in "abc"))
    with database.begin() as connection:
        own = queries.run(connection, tables, Query(entity_type="task", limit=1)).next_cursor

    with pytest.raises(PackdeskError) as refusal:
        numbers(database, tables, Query(entity_type="task", cursor=own, order=(("words", True),)))

    assert refusal.value.code == "bad_cursor"


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"order": (("nothing", True),)}, "order"),
        ({"order": (("words", True), ("words", False))}, "order"),
        ({"order": tuple((path, True) for path in ("words", "id", "number", "version"))}, "order"),
        ({"fields": ("nothing",)}, "fields"),
        ({"search": "a"}, "q"),
        ({"search": "  "}, "q"),
        ({"search": "\0"}, "q"),
        ({"search": "a" * 201}, "q"),
    ],
)
def test_what_cannot_be_asked_is_refused(database: Database, tables: Tables, asked: dict[str, object], name: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        numbers(database, tables, Query(entity_type="task", **asked))

    assert (refusal.value.code, refusal.value.facts["name"]) == ("bad_parameter", name)


#: What is typed -> names of the people that are found.
SEARCHES = {
    "lov": ["Zoë Lovelace"],
    "ZOE": ["Zoë Lovelace"],
    "zo": ["Zoë Lovelace"],
    "lace zoë": ["Zoë Lovelace"],
    "zoë smith": [],
    "straße": ["Bea Strasse"],
    "100%": ["Per 100% _cent"],
    "_c": ["Per 100% _cent"],
    'quo"te': ['Quo"te'],
    "+49 30 123456": ["Zoë Lovelace"],
    "0049 30 123456": ["Zoë Lovelace"],
    "+49 (0)30 123456": ["Zoë Lovelace"],
    "030/123456": ["Zoë Lovelace"],
    "30123456": ["Zoë Lovelace"],
    "123456": ["Zoë Lovelace"],
    "PE00000002": ["Bea Strasse"],
    "E0000000": ["Bea Strasse", "Per 100% _cent", 'Quo"te', "Zoë Lovelace"],
    "nobody": [],
}


def test_quick_search_finds_fragments_numbers_and_phones(database: Database, tables: Tables, unit: Opener) -> None:
    phone = Line("", {"kind": "home", "number": Phone("030 / 123 456", "+4930123456", "30123456")})
    people = [Record("person", {"name": "Zoë Lovelace"}, {"phones": (phone,)})]
    people += [Record("person", {"name": name}) for name in ("Bea Strasse", "Per 100% _cent", 'Quo"te')]
    store(unit, *people)

    with database.begin() as connection:
        pages_found = {typed: queries.run(connection, tables, Query(entity_type="person", search=typed)) for typed in SEARCHES}

    assert {typed: sorted(str(record.get("name")) for record in page.rows) for typed, page in pages_found.items()} == SEARCHES


def test_quick_search_walks_the_list_where_much_is_found(database: Database, tables: Tables, unit: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    made = store(unit, *(Record("person", {"name": f"Ada {('even', 'odd')[place % 2]}"}) for place in range(6)))
    monkeypatch.setattr(queries, "COUNT_LIMIT", 2)

    found = numbers(database, tables, Query(entity_type="person", search="ada odd", order=(("number", True),), limit=2))

    assert found == [made[1].number, made[3].number]


def test_quick_search_follows_changes(database: Database, tables: Tables, unit: Opener) -> None:
    made = store(unit, Record("person", {"name": "Ada"}))[0]
    with unit() as open_unit:
        changed = open_unit.update(made, made.having({"name": "Grace"}, {"phones": (Line("", {"number": Phone("0151 99", "+4915199", "15199")}),)}))
        open_unit.commit()

    found = [numbers(database, tables, Query(entity_type="person", search=typed)) for typed in ("Ada", "grac", "15199")]
    with unit() as open_unit:
        open_unit.delete(changed)
        open_unit.commit()

    assert found == [[], [made.number], [made.number]]
    assert numbers(database, tables, Query(entity_type="person", search="grac")) == []


@pytest.mark.parametrize("database", [pytest.param("postgresql_migrated", marks=pytest.mark.postgres)], indirect=True)
def test_what_is_searched_for_is_planned_each_time(database: Database, tables: Tables, unit: Opener) -> None:
    """QUALITY B 3: a plan that PostgreSQL keeps takes each pattern to be a rare one, and reads all records that hold a common one."""
    store(unit, *(Record("person", {"name": f"Ada {place}"}) for place in range(3)))
    asked = Query(entity_type="person", count=True)
    searched = (replace(asked, search="ada"), replace(asked, search="ada", equals={"name": "Ada 1"}))

    with database.begin() as connection:
        for _ in range(10):
            plain = queries.run(connection, tables, asked)
            found = [queries.run(connection, tables, query) for query in searched]
            counted = [queries.count_up_to(connection, tables, query) for query in searched]
            held = quick_search.hits(connection, tables, ["person"], "ada")
        kept = connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars().all()

    assert (plain.count, [page.count for page in found], counted, list(held)) == (3, [3, 1], [3, 1], ["person"])
    assert any("r_person" in statement for statement in kept)
    assert [statement for statement in kept if "LIKE" in statement] == []


def test_a_list_shows_only_what_the_actor_may_see(database: Database, tables: Tables, unit: Opener) -> None:
    owners = [("north", "normal"), ("north", "confidential"), ("south", "normal"), (None, "normal")]
    matters = store(unit, *(Record("matter", {"owner_unit": owner, "privacy_level": level}) for owner, level in owners))
    bills = store(unit, *(Record("bill", {"matter": record.id}) for record in matters), Record("bill", {}))
    access = AccessFilter(frozenset({("north", "normal"), ("south", "normal"), ("south", "confidential")}))

    seen = {kind: numbers(database, tables, Query(entity_type=kind, access=access, order=(("number", True),))) for kind in ("matter", "bill")}
    with unit(write=False) as open_unit:
        opened = [open_unit.get("matter", record.id, access) is not None for record in matters]
        opened_bills = [open_unit.get("bill", record.number, access) is not None for record in bills]

    assert seen == {"matter": [matters[0].number, matters[2].number], "bill": [bills[0].number, bills[2].number]}
    assert opened == [True, False, True, False]
    assert opened_bills == [True, False, True, False, False]


def test_nobody_sees_anything_without_a_pair(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, Record("matter", {"owner_unit": "north"}))

    assert numbers(database, tables, Query(entity_type="matter", access=AccessFilter(frozenset()))) == []


def test_exact_conditions_narrow_a_list(database: Database, tables: Tables, unit: Opener) -> None:
    client = store(unit, Record("person", {"name": "Ada"}))[0]
    made = store(unit, Record("matter", {"client": client.id}), Record("matter", {}))

    assert numbers(database, tables, Query(entity_type="matter", equals={"client": client.id})) == [made[0].number]
    assert numbers(database, tables, Query(entity_type="matter", equals={"client": None})) == [made[1].number]
    assert numbers(database, tables, Query(entity_type="matter", numbers=(made[1].number,))) == [made[1].number]


def test_counts_stop_at_the_cap(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, *(Record("task", {}) for _ in range(3)))

    with database.begin() as connection:
        page = queries.run(connection, tables, Query(entity_type="task", limit=1, count=True))
        capped = queries.count_up_to(connection, tables, Query(entity_type="task"), limit=2)

    assert (page.count, page.capped, capped) == (3, False, 3)


def test_a_list_reads_only_the_fields_it_was_asked_for(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, Record("matter", {"subject": "one", "weight": 1}))

    with database.begin() as connection:
        row = queries.run(connection, tables, Query(entity_type="matter", fields=("subject",))).rows[0]

    assert set(row.values) == {"id", "number", "version", "subject", "created_at"}


def test_a_page_holds_the_lines_it_was_asked_for(database: Database, tables: Tables, unit: Opener) -> None:
    phone = Line("", {"kind": "home", "number": Phone("1")})
    store(unit, Record("person", {"name": "Ada"}, {"phones": (phone,)}), Record("person", {"name": "Bea"}))

    asked = {
        name: Query(entity_type="person", order=(("name", True),), fields=fields)
        for name, fields in {"all": None, "lines": ("phones",), "name": ("name",)}.items()
    }
    with database.begin() as connection:
        pages_found = {name: queries.run(connection, tables, query).rows for name, query in asked.items()}

    found = {name: [[line.values for line in record.lines.get("phones", ())] for record in rows] for name, rows in pages_found.items()}
    assert found == {"all": [[phone.values], []], "lines": [[phone.values], []], "name": [[], []]}


def test_a_page_costs_as_many_statements_however_many_records_it_holds(database: Database, tables: Tables, unit: Opener) -> None:
    clients = store(unit, *(Record("person", {"name": str(place)}, {"phones": (Line("", {}),)}) for place in range(20)))
    store(unit, *(Record("matter", {"client": client.id}) for client in clients))

    with listening(database) as statements, database.begin() as connection:
        page = queries.run(connection, tables, Query(entity_type="matter", limit=20, count=True, named=(Named("client", "person", ("name",)),)))
        names = [page.named["person", str(row.get("client"))].get("name") for row in page.rows]

    assert sorted(map(str, names)) == sorted(str(place) for place in range(20))
    assert len(statements) == 1, statements


def test_the_count_is_that_of_all_on_every_page_and_on_an_empty_one(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, *(Record("person", {"name": f"Ada {place}"}) for place in range(3)))
    asked = Query(entity_type="person", limit=2, count=True)

    with database.begin() as connection:
        first = queries.run(connection, tables, asked)
        second = queries.run(connection, tables, replace(asked, cursor=first.next_cursor))
        nothing = queries.run(connection, tables, replace(asked, equals={"name": "Bea"}))
    with unit() as open_unit:
        open_unit.delete(second.rows[0])
        open_unit.commit()
    with database.begin() as connection:
        behind = queries.run(connection, tables, replace(asked, cursor=first.next_cursor))

    assert [(len(page.rows), page.count) for page in (first, second, nothing, behind)] == [(2, 3), (1, 3), (0, 0), (0, 2)]


def test_a_record_costs_a_statement_and_one_per_line_group_that_is_asked_for(database: Database, unit: Opener) -> None:
    made = store(unit, Record("person", {"name": "Ada"}))[0]

    with listening(database) as statements, unit(write=False) as open_unit:
        found = open_unit.get("person", made.number)
        open_unit.get("person", made.id)
        before = len(statements)
        assert found is not None
        assert found.lines["phones"] == ()
        assert found.lines["phones"] == ()

    assert (before, len(statements)) == (1, 2), statements


def test_a_filter_is_an_expression_over_fields_lines_and_relations(database: Database, tables: Tables, unit: Opener) -> None:
    ada, bea = store(unit, Record("person", {"name": "Ada"}), Record("person", {"name": "Bea"}))
    made = store(unit, Record("matter", {"client": ada.id, "weight": 3}), Record("matter", {"client": bea.id, "weight": 3}), Record("matter", {"weight": 1}))
    sources = ("record.client.name == 'Ada'", "record.weight > 2", "record.client == null && record.weight == 1")

    found = [numbers(database, tables, Query(entity_type="matter", filter=compiled(tables, source), order=(("number", True),))) for source in sources]

    assert found == [[made[0].number], [made[0].number, made[1].number], [made[2].number]]


def test_text_that_no_record_can_hold_finds_nothing(database: Database, tables: Tables, unit: Opener) -> None:
    store(unit, Record("task", {"words": "a"}))

    assert numbers(database, tables, Query(entity_type="task", numbers=("\0",))) == []
    with unit(write=False) as open_unit:
        assert open_unit.get("task", "TA\0") is None


def compiled(tables: Tables, source: str) -> Compiled:
    found = compile_expression(Expression(source, "filter"), Catalogue(tables.model).scope(Place.FILTER, "matter"))
    assert isinstance(found, Compiled), found
    return found


def test_an_unknown_type_is_refused_by_name(sqlite_database: Database) -> None:
    model = samples.model()
    tables = Tables(model, extend(EMPTY, model), "sqlite")

    with pytest.raises(PackdeskError) as refusal:
        numbers(sqlite_database, tables, Query(entity_type="nothing"))

    assert (refusal.value.code, refusal.value.facts["entity_type"]) == ("unknown_entity_type", "nothing")
