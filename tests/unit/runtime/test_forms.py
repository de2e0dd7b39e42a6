"""What screens get: forms, inputs of actions, lists, the header of a record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Expression, Text
from packdesk.model.views import Column, Filter, View, ViewSection
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.forms import action_form, form, list_view, record_header
from packdesk.runtime.values import Actor, Line, Phone, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann", member_of=frozenset({"sales"}))


def thing(**values: object) -> Record:
    base = {"id": "1", "number": "TH1", "subtype": "free", "status": "busy", "state": "open", "name": "N", "assigned_user": "ann", "created_at": NOW}
    return Record("thing", {**base, **values}, {"phones": (Line("a", {"type": "home", "number": Phone("030")}),)})


def fields_of(shown):
    return {field.path: field for section in shown.sections for field in section.fields}


def test_a_form_is_generated_where_no_view_is_written(case, graph):
    shown = form(case, "thing", thing(), ANN, "en", graph=graph, now=NOW)

    assert [(section.id, section.side, section.hidden) for section in shown.sections] == [
        ("main", False, False),
        ("answer", False, False),
        ("phones", False, False),
        ("assignment", True, False),
    ]
    assert shown.tabs == ("history",)


def test_a_new_record_starts_with_defaults_and_first_status(case, graph):
    found = fields_of(form(case, "thing", None, ANN, "en", graph=graph, now=NOW, values={"name": "Ada"}))

    assert (found["subtype"].value, found["status"].value, found["name"].value) == ("free", "new", "Ada")
    assert found["colour"].value == "red"
    assert found["size"].required is True
    assert [option.id for option in found["status"].options] == ["new"]
    assert [option.id for option in found["subtype"].options] == ["free", "strict"]


def test_a_strangers_new_record_offers_only_his_subtypes(case, graph):
    """CARE-2."""
    found = fields_of(form(case, "thing", None, Actor(login="x"), "en", graph=graph, now=NOW))

    assert [option.id for option in found["subtype"].options] == ["free"]


def test_fields_know_what_holds_now_and_what_the_browser_can_tell(case, graph):
    found = fields_of(form(case, "thing", thing(), ANN, "en", graph=graph, now=NOW))

    assert (found["answer.text"].required, found["answer.by"].readonly, found["reason"].hidden) == (True, True, True)
    assert found["double"].readonly is True
    assert found["reason"].visible_when is not None
    assert found["size"].words == {"minimum": 1}


def test_options_are_those_that_may_be_chosen_and_the_current_one(case, graph):
    """GEN-20, T-36."""
    found = fields_of(form(case, "thing", thing(colour="brown"), ANN, "en", graph=graph, now=NOW))

    assert [(option.id, option.disabled) for option in found["colour"].options] == [("red", False), ("brown", True)]
    assert [option.id for option in found["status"].options] == ["busy", "waiting", "closed"]


def test_rows_of_a_group_and_an_empty_one(case, graph):
    shown = form(case, "thing", thing(), ANN, "en", graph=graph, now=NOW)

    (group,) = [section.group for section in shown.sections if section.group]

    assert [(line, [field.shown for field in fields]) for line, fields in group.rows] == [("a", ["home", "030", ""])]
    assert [field.path for field in group.empty] == ["type", "number", "checked"]


def test_an_action_form_offers_inputs_and_statuses(case, graph):
    asked = action_form(case, thing(status="new", state="pending"), "cancel", ANN, "en", graph=graph, now=NOW)

    assert [field.path for field in asked.fields] == ["reason"]
    assert ([option.id for option in asked.statuses], asked.status) == (["dropped"], "dropped")


def test_the_form_of_an_unknown_action_is_an_error(case, graph):
    with pytest.raises(PackdeskError):
        action_form(case, thing(), "fly", ANN, "en", graph=graph, now=NOW)


def test_a_list_is_generated_where_no_view_is_written(case):
    shown = list_view(case, "thing", "de")

    assert [column.path for column in shown.columns] == [
        "number",
        "subtype",
        "status",
        "name",
        "customer",
        "ready",
        "assigned_unit",
        "assigned_user",
        "updated_at",
    ]
    assert shown.columns[0].label == "Nummer"
    assert shown.search == ("number", "name")
    assert shown.sort == (("number", False),)


def test_views_decide_columns_filters_and_sections(case, graph):
    base = {"path": "v", "entity_type": "thing", "label": Text({}, "V"), "columns": {}, "sort": {}, "filters": {}, "sections": {}}
    listed = View(
        **{
            **base,
            "columns": {"name": Column(field="name", label=Text({"de": "Wer"}, "Who"), when=Expression("record.ready", "p"), style="danger")},
            "filters": {"mine": Filter(id="mine", path="v.mine", label=Text({}, "Mine"), when=Expression("record.assigned_user == actor", "p"), default=True)},
            "sort": {"name": True},
        },
        id="things",
        layout="list",
        row_actions=("start",),
    )
    sections = {
        "top": ViewSection(id="top", path="v.top", label=Text({"de": "Oben"}, "Top"), fields={"name": 2, "phones": 1}, columns=1),
        "reply": ViewSection(id="reply", path="v.reply", label=Text({}, "Reply"), fields={}, embed="answer", side=True),
    }
    written = View(**{**base, "sections": sections}, id="thing_form", layout="form", tabs=("history",))
    runtime = compile_model(replace(case.model, views={"things": listed, "thing_form": written}))

    columns = list_view(runtime, "thing", "de")
    shown = form(runtime, "thing", thing(), ANN, "de", graph=graph, now=NOW)

    assert [(column.path, column.label, column.style, column.when is not None) for column in columns.columns] == [("name", "Wer", "danger", True)]
    assert [(filter_.id, filter_.default) for filter_ in columns.filters] == [("mine", True)]
    assert (columns.sort, columns.row_actions) == ((("name", True),), ("start",))
    assert [(section.id, section.label, section.side, len(section.fields)) for section in shown.sections] == [
        ("top", "Oben", False, 1),
        ("reply", "Reply", True, 2),
    ]
    assert shown.sections[0].fields[0].span == 2
    assert shown.sections[0].group is not None


def test_the_header_shows_the_way_of_the_status(case, graph):
    head = record_header(case, thing(), graph, "en")

    assert [(step.id, step.current, step.final) for step in head.path] == [
        ("new", False, False),
        ("busy", True, False),
        ("waiting", False, False),
        ("closed", False, True),
        ("dropped", False, True),
    ]
    assert (head.number, head.title, head.status, head.state, head.subtype) == ("TH1", "TH1", "busy", "open", "free")
