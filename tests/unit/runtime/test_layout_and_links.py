"""Forms of types that no view lays out, with links; types without a life; what a view left out."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression, Text
from packdesk.model.views import Layout, Tab, View, ViewSection
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.form_fields import FormField, options
from packdesk.runtime.forms import Bounds, Form, FormLinks, begun, form, going, groups_of, links_of, target_statuses
from packdesk.runtime.header import record_header
from packdesk.runtime.layout import log_paths, parts_of, tabs_of
from packdesk.runtime.situation import Situation, situation
from packdesk.runtime.values import Actor, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann", member_of=frozenset({"sales"}))


def _thing(make) -> object:
    return make.entity(
        "thing",
        (make.field(Kind.STRING, "name", required=True), make.field(Kind.TEXT, "story"), make.field(Kind.STRING, "aside")),
        sections={"answer": make.section("answer", make.field(Kind.STRING, "words", path="entity_types.thing.sections.answer.fields.words"))},
        lines={"phones": make.lines("phones", make.field(Kind.STRING, "number"))},
        relations={
            "friends": make.relation("friends", to="thing", many=True, symmetric=True, fields={"since": make.field(Kind.DATE, "since")}),
            "work": make.relation("work", to_capability="planned"),
            "parts": make.relation("parts", to="part", many=True, inverse="whole"),
        },
        capabilities=("assignment", "notes"),
    )


@pytest.fixture(scope="module")
def plain(make) -> Runtime:
    """Give a type without life or view that is linked with others in three ways."""
    part = make.entity("part", (make.field(Kind.REFERENCE, "whole", to="thing"),), capabilities=("planned",))
    return compile_model(make.model(_thing(make), part, units=(make.unit("sales"),)))


def _laid_out(plain: Runtime, layout: Layout = Layout.FORM, **sections: ViewSection) -> Runtime:
    given = {"path": "v", "entity_type": "thing", "label": Text({}, "V"), "columns": {}, "sort": {}, "filters": {}, "sections": sections}
    given |= {"tabs": {"notes": Tab(id="notes", path="v.tabs.notes")}, "card": {}, "summary": {}}
    return compile_model(replace(plain.model, views={"form": View(**given, id="form", layout=layout)}))


def _at(runtime: Runtime, graph: object) -> Situation:
    return situation(runtime.type("thing"), begun(runtime, "thing", ANN, graph=graph, now=NOW), ANN, graph, NOW)


def _links(shown: Form) -> dict[str, FormLinks]:
    return {each.path: each for section in shown.sections for each in section.fields if isinstance(each, FormLinks)}


def test_without_a_view_a_form_shows_everything_in_blocks(plain, graph):
    shown = form(_at(plain, graph), Bounds(new=True))

    assert [section.id for section in shown.sections] == ["general", "answer", "phones", "assignment"]
    assert [part.id for part in parts_of(plain.type("thing"), "de")] == ["general", "answer", "phones", "assignment"]
    assert {each.path: each.span for section in shown.sections for each in section.fields if isinstance(each, FormField)}["story"] == 2


def test_links_are_one_control_each_and_rows_where_they_have_fields_of_their_own(plain, graph):
    shown = form(_at(plain, graph), Bounds(new=True, fixed=frozenset({"work"})))
    groups = {group.id: group for section in shown.sections for group in section.groups}

    assert links_of(plain.type("thing")) == ("work",)
    assert (_links(shown)["work"].many, _links(shown)["work"].targets, _links(shown)["work"].readonly) == (False, ("part",), True)
    assert [field.path for field in groups["friends"].empty] == ["record", "since"]
    assert groups_of(plain.type("thing"))["friends"].fields["record"].required is True


def test_what_is_closed_to_a_person_is_in_no_form(plain, graph):
    shown = form(_at(plain, graph), Bounds(new=True, closed=frozenset({"phones", "friends", "work"})))

    assert _links(shown) == {}
    assert [group.id for section in shown.sections for group in section.groups] == []


def test_a_view_that_forgets_what_may_be_demanded_gets_it_at_the_end(plain, graph):
    told = _laid_out(plain, top=ViewSection(id="top", path="v.top", label=Text({}, "Top"), fields={"story": 1}))

    parts = parts_of(told.type("thing"), "en")

    assert [(part.id, part.paths or part.group) for part in parts] == [
        ("top", ("story",)),
        ("more", ("name", "friends")),
        ("answer", ("answer.words",)),
        ("phones", "phones"),
    ]
    assert tabs_of(told.type("thing"))[0] == "notes"


def test_a_window_gets_only_what_saving_may_demand(make, plain, graph):
    """GEN-12: own fields, fields of sections and lines without which a record can't be saved; the page keeps everything."""
    demanding = make.entity(
        "thing",
        (make.field(Kind.STRING, "name"), make.field(Kind.STRING, "needed", required=True), make.field(Kind.STRING, "aside")),
        sections={
            "answer": make.section(
                "answer",
                make.field(Kind.STRING, "words", path="entity_types.thing.sections.answer.fields.words"),
                make.field(Kind.STRING, "reason", path="entity_types.thing.sections.answer.fields.reason", required=Expression("record.name == 'x'", "p")),
            ),
            "other": make.section("other", make.field(Kind.STRING, "rest", path="entity_types.thing.sections.other.fields.rest")),
        },
        lines={"phones": make.lines("phones", make.field(Kind.STRING, "number")), "pages": make.lines("pages", make.field(Kind.STRING, "no"), min_items=1)},
        relations={"friends": make.relation("friends", to="thing", many=True, symmetric=True, fields={"since": make.field(Kind.DATE, "since")})},
    )
    short = ViewSection(id="short", path="v.short", label=Text({}, "Short"), fields={"name": 1})
    told = _laid_out(compile_model(make.model(demanding)), Layout.MODAL, short=short).type("thing")

    window, page = parts_of(told, "en", Layout.MODAL), parts_of(told, "en")

    assert [(part.id, part.paths or part.group) for part in window] == [
        ("short", ("name",)),
        ("more", ("needed",)),
        ("answer", ("answer.reason",)),
        ("pages", "pages"),
    ]
    assert [part.id for part in page] == ["general", "answer", "other", "phones", "pages"]


def test_a_window_that_asks_for_all_that_is_demanded_gets_nothing_more(plain):
    top = ViewSection(id="top", path="v.top", label=Text({}, "Top"), fields={"name": 1})

    assert [part.id for part in parts_of(_laid_out(plain, Layout.MODAL, top=top).type("thing"), "en", Layout.MODAL)] == ["top"]


def test_a_window_without_a_view_of_its_own_is_the_form(plain):
    told = _laid_out(plain, top=ViewSection(id="top", path="v.top", label=Text({}, "Top"), fields={"story": 1})).type("thing")

    assert parts_of(told, "en", Layout.MODAL) == parts_of(told, "en")


def test_a_view_places_line_groups_and_names_nothing_twice(plain):
    sections = {
        "rows": ViewSection(id="rows", path="v.rows", label=Text({}, "Rows"), fields={}, embed="phones"),
        "all": ViewSection(id="all", path="v.all", label=Text({}, "All"), fields={"name": 1, "friends": 1, "answer.words": 2}),
    }
    told = _laid_out(plain, **sections)

    parts = parts_of(told.type("thing"), "en")

    assert [part.id for part in parts] == ["rows", "all"]
    assert "created_at" in log_paths(told.type("thing"), frozenset({"name"}))
    assert "created_at" not in log_paths(told.type("thing"), frozenset({"created_at"}))


def test_a_type_without_a_life_has_no_way_and_leads_nowhere(make, plain, graph):
    look = make.action("look")
    runtime = compile_model(replace(plain.model, actions={"thing": {"look": look}}))
    at = _at(runtime, graph)

    assert record_header(runtime.type("thing"), at.record, "en").path == ()
    assert going(at, runtime.type("thing").actions["look"]) is at
    assert target_statuses(at, runtime.type("thing").actions["look"]) == ((), "")
    assert begun(runtime, "thing", ANN, graph=graph, now=NOW).get("status") is None


def test_only_listed_fields_have_options(plain, graph):
    assert options(_at(plain, graph), plain.type("thing").fields["name"], None) == ()


def test_what_only_the_server_can_demand_is_asked_of_it_when_its_field_changes(make, graph):
    demanded = make.field(Kind.STRING, "reason", required=Expression("record.boss != null && record.boss.name == 'Ada'", "p"))
    fields = (make.field(Kind.STRING, "name"), make.field(Kind.REFERENCE, "boss", to="thing"), demanded)
    runtime = compile_model(make.model(make.entity("thing", fields)))
    record = Record("thing", {"id": "", "number": "", "version": 0, "boss": None})

    shown = form(situation(runtime.type("thing"), record, ANN, graph, NOW), Bounds(new=True))

    found = {each.path: each for section in shown.sections for each in section.fields if isinstance(each, FormField)}
    assert (found["reason"].required, found["reason"].required_when) == (False, None)
    assert (found["boss"].server, found["reason"].server) == (True, False)
    assert (found["boss"].targets, found["reason"].targets) == (("thing",), ())


def test_a_view_that_embeds_what_is_not_there_shows_the_rest(plain):
    sections = {
        "odd": ViewSection(id="odd", path="v.odd", label=Text({}, "Odd"), fields={"nothing": 1}),
        "top": ViewSection(id="top", path="v.top", label=Text({}, "Top"), fields={"name": 1}),
    }
    told = _laid_out(plain, **sections)

    parts = parts_of(told.type("thing"), "en")

    assert [part.id for part in parts][:2] == ["top", "more"]
