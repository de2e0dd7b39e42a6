"""Boards and calendars of a type: as their views say, or good defaults."""

from dataclasses import replace

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression, Text
from packdesk.model.views import Layout, View
from packdesk.runtime.boards import CalendarView, board_view, calendar_view, movable
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model


def _with_view(runtime: Runtime, layout: Layout, **written: object) -> Runtime:
    blank = {"path": "v", "label": Text({}, "V"), "columns": {}, "sort": {}, "filters": {}, "sections": {}, "tabs": {}, "card": {}, "summary": {}}
    return compile_model(replace(runtime.model, views={"v": View(**{**blank, **written}, id="v", entity_type="thing", layout=layout)}))


def _plain(make, *fields) -> Runtime:
    return compile_model(make.model(make.entity("thing", fields)))


def test_a_type_with_a_lifecycle_has_a_board_of_its_statuses(case):
    board = board_view(case.type("thing"))

    assert board is not None
    assert (board.by, board.sort) == ("status", (("updated_at", False),))
    assert "status" not in dict(board.card)


def test_without_a_lifecycle_the_first_field_with_few_values_makes_the_board(make):
    runtime = _plain(make, make.field(Kind.STRING, "name"), make.field(Kind.OPTION, "colour", list="colour"))

    board = board_view(runtime.type("thing"))

    assert board is not None
    assert board.by == "colour"


def test_a_type_of_texts_has_neither_board_nor_calendar(make):
    entity = _plain(make, make.field(Kind.STRING, "name")).type("thing")

    assert (board_view(entity), calendar_view(entity)) == (None, None)


def test_a_board_is_as_its_view_says(case):
    entity = _with_view(case, Layout.BOARD, by="subtype", card={"name": "", "ghost": ""}, sort={"name": True}).type("thing")

    board = board_view(entity)

    assert board is not None
    assert (board.by, board.card, board.sort) == ("subtype", (("name", ""),), (("name", True),))


def test_a_calendar_stands_by_the_first_date_that_is_kept_or_by_the_one_that_is_named(make):
    runtime = _plain(make, make.field(Kind.DATE, "begins"), make.field(Kind.DATETIME, "ends"))
    named = _with_view(runtime, Layout.CALENDAR, date="ends", until="ends", card={"begins": "badge"})

    first, chosen = calendar_view(runtime.type("thing")), calendar_view(named.type("thing"))

    assert first is not None
    assert (first.date, first.until) == ("begins", "")
    assert chosen is not None
    assert (chosen.date, chosen.until, chosen.card) == ("ends", "ends", (("begins", "badge"),))


def test_a_default_calendar_stands_by_no_date_of_a_section_and_none_that_is_shown_on_purpose_only(make):
    birth = make.section("person", make.field(Kind.DATE, "born_on", path="entity_types.thing.sections.person.fields.born_on"))
    entity = make.entity("thing", (make.field(Kind.DATE, "secret", sensitive=True),), sections={"person": birth})

    assert calendar_view(compile_model(make.model(entity)).type("thing")) is None


def test_a_record_is_moved_by_the_dates_that_people_give_it(make):
    """A derived date moves with what it is derived from."""
    fields = (
        make.field(Kind.DATETIME, "planned"),
        make.field(Kind.DATETIME, "stamp", readonly=True),
        make.field(Kind.DURATION, "length"),
        make.field(Kind.DATETIME, "due", derived=Expression("coalesce(record.stamp, record.planned) + record.length", "p")),
        make.field(Kind.DATE, "ends"),
    )
    entity = compile_model(make.model(make.entity("thing", fields))).type("thing")

    assert movable(entity, CalendarView(date="due", until="ends", card=())) == ("planned", "ends")
    assert movable(entity, CalendarView(date="planned", until="planned", card=())) == ("planned",)
    assert movable(entity, CalendarView(date="stamp", until="", card=())) == ()
