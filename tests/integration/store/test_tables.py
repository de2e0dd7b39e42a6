"""Tables made from a model, on both databases."""

from dataclasses import replace

import sqlalchemy as sa
from tests import samples

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Text
from packdesk.model.views import Filter, Layout, View
from packdesk.store import ddl
from packdesk.store.database import Database
from packdesk.store.indexes import indexed, unique_indexes
from packdesk.store.physical import EMPTY, extend
from packdesk.store.tables import Tables


def test_every_type_gets_its_tables_and_making_them_twice_is_harmless(database: Database) -> None:
    model = samples.model()
    tables = Tables(model, extend(EMPTY, model), database.dialect)

    for _attempt in range(2):
        with database.begin(write=True) as connection:
            ddl.create(connection, tables)

    with database.begin() as connection:
        inspector = sa.inspect(connection)
        made = {table.name: {column["name"] for column in inspector.get_columns(table.name)} for table in tables.metadata.tables.values()}
    assert made == {table.name: {column.name for column in table.columns} for table in tables.metadata.tables.values()}
    assert set(made) == {
        "r_person",
        "l_person_phones",
        "k_person_knows",
        "s_person",
        "r_matter",
        "s_matter",
        "r_task",
        "k_task_parent",
        "s_task",
        "r_bill",
        "s_bill",
    }


def test_a_field_has_a_column_per_part() -> None:
    model = samples.model()
    tables = Tables(model, extend(EMPTY, model), "sqlite")

    found = {path: [column.name for column in tables.stored("matter")[path].columns] for path in ("fee", "takes", "answer.words")} | {
        "phone": [column.name for column in tables.stored_lines("person", "phones")["number"].columns]
    }

    assert found["fee"] == ["f_fee", "f_fee__currency"]
    assert found["takes"] == ["f_takes", "f_takes__unit"]
    assert found["answer.words"] == ["f_answer_words"]
    assert found["phone"] == ["f_number", "f_number__e164", "f_number__suffix"]
    assert tables.column("matter", "fee", "currency").name == "f_fee__currency"
    assert tables.line_column("person", "phones", "number", "e164").name == "f_number__e164"


def test_a_type_reads_only_the_engine_columns_it_has_a_use_for() -> None:
    model = samples.model()
    tables = Tables(model, extend(EMPTY, model), "sqlite")

    assert set(tables.engine_paths("matter")) - set(tables.engine_paths("person")) == {
        "status",
        "state",
        "owner_unit",
        "privacy_level",
        "assigned_unit",
        "assigned_user",
    }


def test_names_of_indexes_fit(database: Database) -> None:
    paths = {f"{'long' * 9}_{letter}": (Kind.REFERENCE, {"to": "thing", "unique": True}) for letter in "abc"}
    model = samples.model(samples.entity_type("thing" * 12, "TH", fields=samples.fields("t", **paths), unique={"all": tuple(paths)}))
    tables = Tables(model, extend(EMPTY, model), database.dialect)

    with database.begin(write=True) as connection:
        ddl.create(connection, tables)

    assert all(len(str(index.name)) <= 63 for table in tables.metadata.tables.values() for index in table.indexes)


def test_only_who_compares_tables_with_the_database_makes_their_indexes() -> None:
    """Half of what tables cost; a process that answers requests never asks for them."""
    model = samples.model(samples.entity_type("thing", "TH", fields=samples.fields("t", name=(Kind.STRING, {"unique": True}))))
    tables = Tables(model, extend(EMPTY, model), "postgresql")

    used = {index.name for table in tables.of_type("thing") for index in table.indexes}
    made = {index.name for table in indexed(tables, "thing") for index in table.indexes}
    again = [index.name for table in indexed(tables, "thing") for index in table.indexes]

    assert used == set()
    assert {"ix_r_thing__number", "ix_r_thing__f_name", "ix_r_thing__created_at__id"} <= made
    assert sorted(again) == sorted(made)
    assert [(one.name, one.paths) for one in unique_indexes(tables, "thing")] == [("ix_r_thing__number", ("number",)), ("ix_r_thing__f_name", ("name",))]


def test_a_list_is_sorted_by_an_index_over_all_that_goes_one_way() -> None:
    """Behind one of ten priorities alone, a database would sort a tenth of its records for each page."""
    model = samples.model(
        samples.entity_type(
            "thing", "TH", fields=samples.fields("t", rank=(Kind.INTEGER, {}), due=(Kind.DATE, {}), seen=(Kind.DATE, {}), size=(Kind.INTEGER, {}))
        )
    )
    sorts = ({"rank": True, "due": True, "size": False}, {"due": False}, {"created_at": False}, {"size": True, "id": True}, {})
    blank = {"path": "v", "entity_type": "thing", "label": Text({}, "V"), "columns": {}, "filters": {}, "sections": {}, "tabs": {}, "card": {}, "summary": {}}
    views = {f"v{place}": View(**{**blank, "sort": sort}, id=f"v{place}", layout=Layout.LIST) for place, sort in enumerate(sorts)}
    newest = Filter(id="newest", path="v.newest", label=Text({}, "N"), sort={"size": False, "due": False})
    views["v0"] = replace(views["v0"], filters={"newest": newest})
    calendar = View(**{**blank, "sort": {}}, id="calendar", layout=Layout.CALENDAR, date="seen")
    model = replace(model, views={**views, "calendar": calendar})

    made = {str(index.name) for table in indexed(Tables(model, extend(EMPTY, model), "postgresql"), "thing") for index in table.indexes}

    fields = {name for name in made if name.startswith("ix_r_thing__f_")}
    assert fields == {
        "ix_r_thing__f_rank__f_due__id",
        "ix_r_thing__f_due__id",
        "ix_r_thing__f_size__id",
        "ix_r_thing__f_size__f_due__id",
        "ix_r_thing__f_seen__id",
    }
