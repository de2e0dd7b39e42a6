"""What screens get: forms, inputs of actions, lists, the header of a record."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from packdesk.model.lifecycles import StateKind
from packdesk.model.nodes import Allow, Expression, Text
from packdesk.model.views import Column, Filter, Layout, Tab, View, ViewSection
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.form_fields import FormField
from packdesk.runtime.forms import Bounds, Form, asked, begun, form, going, inputs_of, target_statuses
from packdesk.runtime.header import record_header
from packdesk.runtime.layout import tabs_of
from packdesk.runtime.lists import chosen_columns, list_view, showable
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Line, Phone, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann", member_of=frozenset({"sales"}))
NOBODY = Bounds()


def thing(**values: object) -> Record:
    base = {"id": "1", "number": "TH1", "subtype": "free", "status": "busy", "state": "open", "name": "N", "assigned_user": "ann", "created_at": NOW}
    return Record("thing", {**base, **values}, {"phones": (Line("a", {"type": "home", "number": Phone("030")}),)})


def at(case: Runtime, graph: object, record: Record | None = None, actor: Actor = ANN) -> Situation:
    shown = record if record is not None else thing()
    return situation(case.type("thing"), shown, actor, graph, NOW, old=shown if shown.id else None)


def fields_of(shown: Form) -> Mapping[str, FormField]:
    return {field.path: field for section in shown.sections for field in section.fields if isinstance(field, FormField)}


def test_a_form_is_generated_where_no_view_is_written(case, graph):
    shown = form(at(case, graph), NOBODY)

    assert [(section.id, section.side, len(section.groups)) for section in shown.sections] == [
        ("general", False, 0),
        ("answer", False, 0),
        ("phones", False, 1),
    ]
    assert tabs_of(case.type("thing"))[-1] == "history"


def test_what_is_for_another_unit_is_neither_offered_nor_preselected(case, graph):
    """GEN-15, GEN-22: the default too is only for those whom it names; whatever stands in the record stays."""
    colours = case.model.value_lists["colour"]
    red = replace(colours.entries["red"], allow=Allow(units=("sales",)))
    limited = compile_model(replace(case.model, value_lists={**case.model.value_lists, "colour": replace(colours, entries={**colours.entries, "red": red})}))
    shown = {}
    for actor in (ANN, Actor(login="bob"), Actor(login="", system=True)):
        record = begun(limited, "thing", actor, graph=graph, now=NOW, values={"name": "Ada"})
        field = fields_of(form(at(limited, graph, record, actor), Bounds(new=True)))["colour"]
        shown[actor.login] = (field.value, "red" in [option.id for option in field.options or ()])

    old = fields_of(form(at(limited, graph, thing(colour="red"), Actor(login="bob")), NOBODY))["colour"]

    assert shown == {"ann": ("red", True), "bob": (None, False), "": ("red", True)}
    assert (old.value, "red" in [option.id for option in old.options or ()]) == ("red", True)


def test_a_new_record_starts_with_defaults_and_first_status(case, graph):
    record = begun(case, "thing", ANN, graph=graph, now=NOW, values={"name": "Ada"})
    found = fields_of(form(at(case, graph, record), Bounds(new=True)))

    assert (record.get("subtype"), record.get("status"), record.get("name"), record.get("colour")) == ("free", "new", "Ada", "red")
    assert found["colour"].value == "red"
    assert found["size"].required is True
    assert [option.id for option in found["status"].options or ()] == ["new"]
    assert "double" not in found


def test_the_kinds_of_a_new_record_are_those_open_to_the_person(case, graph):
    """CARE-2."""
    offers = {}
    for actor in (ANN, Actor(login="x")):
        record = begun(case, "thing", actor, graph=graph, now=NOW)
        found = fields_of(form(at(case, graph, record, actor), Bounds(new=True)))
        offers[actor.login] = [option.id for option in found["subtype"].options or ()]

    assert offers == {"ann": ["free", "strict"], "x": ["free"]}


def test_fields_know_what_holds_now_and_what_the_browser_can_tell(case, graph):
    found = fields_of(form(at(case, graph), NOBODY))

    assert (found["answer.text"].required, found["answer.by"].readonly) == (True, True)
    assert found["double"].readonly is True
    assert found["size"].words == {"minimum": 1}


def test_a_field_that_the_browser_may_show_comes_along_hidden(case, graph):
    shown = form(at(case, graph), NOBODY)
    found = fields_of(shown)

    assert found["reason"].hidden is True
    assert found["reason"].visible_when != ()
    assert shown.environment["actor"]["login"] == "ann"
    assert set(shown.environment["record"]["values"]) <= {"id", *case.type("thing").fields}


def test_a_condition_on_what_the_person_may_not_see_stays_with_the_server(case, graph):
    read = {dependency.path for dependency in case.type("thing").fields["reason"].visible.dependencies}

    found = fields_of(form(at(case, graph), Bounds(unseen=frozenset(read))))

    assert "reason" not in found


def test_what_a_person_may_not_change_is_there_to_read(case, graph):
    found = fields_of(form(at(case, graph), Bounds(closed=frozenset({"name"}), fixed=frozenset({"colour"}), unseen=frozenset({"size"}))))

    assert (found["name"].readonly, found["colour"].readonly) == (True, True)
    assert "size" not in found


def test_options_are_those_that_may_be_chosen_and_the_current_one(case, graph):
    """GEN-20, T-36."""
    found = fields_of(form(at(case, graph, thing(colour="brown")), NOBODY))

    assert [(option.id, option.disabled) for option in found["colour"].options or ()] == [("red", False), ("brown", True)]
    assert [option.id for option in found["status"].options or ()] == ["busy", "waiting", "closed"]
    assert found["name"].options is None


def test_rows_of_a_group_and_an_empty_one(case, graph):
    shown = form(at(case, graph), NOBODY)

    (group,) = [group for section in shown.sections for group in section.groups]

    assert [(line, [field.value for field in fields]) for line, fields in group.rows] == [("a", ["home", Phone("030")])]
    assert [field.path for field in group.empty] == ["type", "number"]


def test_an_action_asks_for_what_belongs_to_where_it_leads_and_leaves_statuses_open(case, graph):
    action = case.type("thing").actions["cancel"]
    there = at(case, graph, thing(status="new", state="pending"))

    assert [field.path for field in asked(there, inputs_of(action)).fields] == []
    assert [field.path for field in asked(going(there, action), inputs_of(action)).fields] == ["reason"]
    statuses, taken = target_statuses(there, action)
    assert ([option.id for option in statuses], taken) == (["dropped"], "dropped")


def test_a_list_is_generated_where_no_view_is_written(case):
    shown = list_view(case.type("thing"), "de")

    assert shown.columns[0].label == "Nummer"
    assert [column.path for column in shown.columns][-3:] == ["assigned_unit", "assigned_user", "updated_at"]
    assert (shown.sort, shown.filters, shown.row_actions, shown.first_filter) == ((("updated_at", False),), (), (), "")


def test_the_columns_that_somebody_chose_are_those_that_the_type_can_show(case):
    offered = showable(case.type("thing"))

    assert offered[0] == "number"
    assert {"name", "colour", "answer.text"} <= set(offered)
    assert [column.path for column in chosen_columns(case.type("thing"), "en", ("colour", "gone", "number"))] == ["colour", "number"]


def test_views_decide_columns_filters_and_sections(case, graph):
    base = {"path": "v", "entity_type": "thing", "label": Text({}, "V"), "columns": {}, "sort": {}, "filters": {}, "sections": {}}
    base |= {"tabs": {}, "card": {}, "summary": {}}
    listed = View(
        **{
            **base,
            "columns": {"name": Column(field="name", label=Text({"de": "Wer"}, "Who"), when=Expression("record.ready", "p"), style="danger")},
            "filters": {
                "mine": Filter(id="mine", path="v.mine", label=Text({}, "Mine"), when=Expression("record.assigned_user == actor", "p"), sort={}, default=True),
                "all": Filter(id="all", path="v.all", label=Text({}, "All"), sort={"gone": True, "number": False}),
            },
            "sort": {"name": True},
        },
        id="things",
        layout=Layout.LIST,
        row_actions=("start",),
    )
    sections = {
        "top": ViewSection(id="top", path="v.top", label=Text({"de": "Oben"}, "Top"), fields={"name": 2, "phones": 1}, columns=1),
        "reply": ViewSection(id="reply", path="v.reply", label=Text({}, "Reply"), fields={}, embed="answer", side=True),
    }
    written = View(**{**base, "sections": sections, "tabs": {"history": Tab(id="history", path="v.tabs.history")}}, id="thing_form", layout=Layout.FORM)
    runtime = compile_model(replace(case.model, views={"things": listed, "thing_form": written}))

    columns = list_view(runtime.type("thing"), "de")
    german = replace(ANN, language="de")
    shown = form(at(runtime, graph, actor=german), NOBODY)

    assert [(column.path, column.label, column.style, column.when is not None) for column in columns.columns] == [("name", "Wer", "danger", True)]
    assert (columns.first_filter, columns.condition("mine")) == ("mine", "record.assigned_user == actor")
    assert (columns.order("mine"), columns.order("all"), columns.order("")) == ((("name", True),), (("number", False),), (("name", True),))
    assert (columns.sort, columns.row_actions) == ((("name", True),), ("start",))
    assert [(section.id, section.label, section.side) for section in shown.sections[:3]] == [
        ("top", "Oben", False),
        ("phones", "phones", False),
        ("reply", "Reply", True),
    ]
    assert fields_of(shown)["name"].span == 2


def test_the_header_shows_the_way_of_the_status(case):
    head = record_header(case.type("thing"), thing(), "en")

    states = case.type("thing").lifecycle.states
    statuses = case.type("thing").lifecycle.statuses
    assert [step.id for step in head.path if step.current] == ["busy"]
    assert [step.id for step in head.path if step.past] == ["new"]
    assert all(states[statuses[step.id].state].kind is not StateKind.FINAL or states[statuses[step.id].state].success for step in head.path)
    assert (head.status, head.subtype) == ("busy", "free")
