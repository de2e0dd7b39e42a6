"""A builder takes over what both releases say in the same words, and nothing else."""

from collections.abc import Callable

import pytest
from tests.unit.releases.harbour import Documents, fields, merged, visit

from packdesk.packs.build import Builder, build


def with_dates(found: Documents) -> None:
    visit(found)["key_dates"] = "tides"
    found["key_dates"]["tides"] = {"id": "tides", "fields": {"high": {"type": "datetime"}}}
    found["locale"]["de"] = {"labels": {"entity_types.visit.fields.subject": {"label": "Betreff"}, "transitions.visit.states.open": {"label": "offen"}}}


def _field_added(found: Documents) -> None:
    fields(found)["note"] = {"type": "string"}


def _fields_in_another_order(found: Documents) -> None:
    body = fields(found)
    body["subject"] = body.pop("subject")


def _one_instead_of_true(found: Documents) -> None:
    fields(found)["subject"]["required"] = 1


def _key_dates_changed(found: Documents) -> None:
    found["key_dates"]["tides"]["fields"]["low"] = {"type": "datetime"}


def _translated_otherwise(found: Documents) -> None:
    found["locale"]["de"]["labels"]["entity_types.visit.fields.subject"]["label"] = "Thema"


def _first_subtype(found: Documents) -> None:
    found["subtypes"]["visit.short"] = {"id": "short"}


def _renamed(found: Documents) -> None:
    found["entity_types"] = {"stay" if key == "visit" else key: body for key, body in found["entity_types"].items()}


def _state_relabelled(found: Documents) -> None:
    found["transitions"]["visit"]["states"]["open"]["label"] = "New"


def _nothing(_found: Documents) -> None:
    """Leave everything as it is."""


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (_nothing, {"berth", "visit", "lifecycle"}),
        (_field_added, {"berth", "lifecycle"}),
        (_fields_in_another_order, {"berth", "lifecycle"}),
        (_one_instead_of_true, {"berth", "lifecycle"}),
        (_key_dates_changed, {"berth", "lifecycle"}),
        (_first_subtype, {"berth", "lifecycle"}),
        (_renamed, {"berth", "lifecycle"}),
        (_state_relabelled, {"berth", "visit"}),
        (_translated_otherwise, set()),
    ],
)
def test_only_what_is_said_in_the_same_words_is_taken_over(change: Callable[[Documents], None], kept: set[str]) -> None:
    builder = Builder()
    before = builder.build(merged(with_dates))

    after = builder.build(merged(with_dates, change))

    same = {key for key, node in after.entity_types.items() if node is before.entity_types.get(key)}
    same |= {"lifecycle"} if after.lifecycles["visit"] is before.lifecycles["visit"] else set()
    assert same == kept
    assert after == build(merged(with_dates, change))
    assert list(after.entity_types["berth"].fields) == ["name"]


def test_the_language_of_the_packs_is_part_of_what_is_said() -> None:
    builder = Builder()
    english = merged(with_dates)
    german = type(english)(documents=english.documents, origins=english.origins, packs=english.packs, language="de")
    before = builder.build(english)

    after = builder.build(german)

    assert after.entity_types["visit"] is not before.entity_types["visit"]
    assert after == build(german)


def test_the_order_of_fields_is_that_of_the_documents() -> None:
    builder = Builder()
    builder.build(merged())

    after = builder.build(merged(_fields_in_another_order))

    assert list(after.entity_types["visit"].fields)[-1] == "subject"
