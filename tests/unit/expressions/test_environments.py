"""What an environment gives to an expression: empty lists, presets, the party behind a signed link, values of the place, JSON for the browser."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from tests.contracts.expressions.expression_sample import MemoryGraph, entity, environment, field_of, fields_of, model, relation

from packdesk.model.durations import Duration, Unit
from packdesk.model.entity_types import Kind, LineGroup
from packdesk.model.nodes import Expression, Text
from packdesk.model.subtypes import Choice
from packdesk.runtime.expressions import domains, json_form, types
from packdesk.runtime.expressions.catalogue import Catalogue, Place, Scope
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.runtime.expressions.json_form import environment_json
from packdesk.runtime.values import Line, Money, Record

GRAPH = MemoryGraph({"p1": Record("person", {"id": "p1", "number": "PE1", "code": "C1", "name": "Ada"})})
ORDER = Record("order", {"id": "o1", "number": "OR1", "a": 4})


def compiled(source: str, scope: Scope) -> Compiled:
    found = compile_expression(Expression(source, "test"), scope)
    assert isinstance(found, Compiled), str(found[0])
    return found


def check_scope(**more: object) -> Scope:
    return Catalogue(replace(model(), **more)).scope(Place.CHECK, "order")  # type: ignore[arg-type]


LITERALS = [
    (Kind.DECIMAL, "1.5", Decimal("1.5")),
    (Kind.DECIMAL, "much", None),
    (Kind.MONEY, {"amount": "2", "currency": "EUR"}, Money(Decimal(2), "EUR")),
    (Kind.MONEY, {"amount": "two", "currency": "EUR"}, None),
    (Kind.BOOLEAN, "yes", None),
    (Kind.DATE, "2026-03-28", date(2026, 3, 28)),
    (Kind.DATE, "tomorrow", None),
    (Kind.DATETIME, "2026-03-28T10:00:00+00:00", datetime(2026, 3, 28, 10, tzinfo=UTC)),
    (Kind.DATETIME, "noon", None),
    (Kind.DURATION, "5 days", Duration(5, Unit.DAYS)),
    (Kind.STRING, 5, None),
    (Kind.OPTIONS, ["red"], ("red",)),
    (Kind.OPTIONS, "red", ()),
]


@pytest.mark.parametrize(("kind", "written", "value"), LITERALS)
def test_a_literal_of_a_document_becomes_a_value_of_its_kind(kind: Kind, written: object, value: object) -> None:
    assert domains.literal_value(kind, written) == value


def test_a_list_that_is_not_filled_has_no_items() -> None:
    scope = check_scope()

    assert compiled("size(record.colours)", scope).evaluate(environment(GRAPH, ORDER)) == 0
    assert compiled("size(record.colours)", scope).evaluate(environment(GRAPH, None)) == 0


def test_conditions_of_three_parts_hold_as_those_of_two_do() -> None:
    env = environment(GRAPH, ORDER)

    assert compiled("record.a > 1 && record.a > 2 && record.a > 3", check_scope()).evaluate(env) is True
    assert compiled("record.a > 4 || record.a > 5 || record.a == 4", check_scope()).evaluate(env) is True
    assert compiled("record.a > 4 || record.a > 5 || record.a > 6", check_scope()).evaluate(env) is False


def test_coalesce_takes_the_type_of_its_place_when_every_part_fits() -> None:
    scope = check_scope()
    fits = compile_expression(Expression("coalesce(record.a, record.b)", "test"), scope, types.DECIMAL)
    does_not = compile_expression(Expression("coalesce(record.a, record.b)", "test"), scope, types.TEXT)

    assert isinstance(fits, Compiled)
    assert fits.type == types.DECIMAL
    assert not isinstance(does_not, Compiled)


def test_a_moment_beyond_the_calendar_of_a_zone_is_null() -> None:
    last = replace(ORDER, values={**ORDER.values, "m": datetime(9999, 12, 31, 23, 59, tzinfo=UTC)})

    assert compiled("hour(record.m, 'Pacific/Auckland')", check_scope()).evaluate(environment(GRAPH, last)) is None


def test_presets_without_a_key_are_rows_of_plain_values() -> None:
    sample = model()
    group = LineGroup(id="steps", path="x", label=Text({}, "steps"), choices="steps", checks={}, fields=fields_of(minutes=Kind.INTEGER))
    order = replace(sample.entity_types["order"], lines={"steps": group})
    repair = replace(sample.subtypes["order"]["repair"], choices={"steps": {"one": Choice(id="one", path="x", values={"minutes": 20})}})
    scope = check_scope(entity_types={**sample.entity_types, "order": order}, subtypes={"order": {"repair": repair}})

    record = replace(ORDER, values={**ORDER.values, "subtype": "repair"})

    assert compiled("subtype.steps.map(s, s.minutes)", scope).evaluate(environment(GRAPH, record)) == (20,)


def test_choices_of_a_field_of_several_values_or_of_free_text_are_what_the_subtype_lists() -> None:
    sample = model()
    fields = {**sample.entity_types["order"].fields, "tints": field_of("tints", Kind.OPTIONS, list="colour", choices="tints")}
    fields["words"] = field_of("words", Kind.STRING, choices="words")
    order = replace(sample.entity_types["order"], fields=fields)
    listed = {name: {"red": Choice(id="red", path="x", values={})} for name in ("tints", "words")}
    repair = replace(sample.subtypes["order"]["repair"], choices=listed)
    scope = check_scope(entity_types={**sample.entity_types, "order": order}, subtypes={"order": {"repair": repair}})
    record = replace(ORDER, values={**ORDER.values, "subtype": "repair"})

    assert compiled("'red' in subtype.tints && !('green' in subtype.tints)", scope).evaluate(environment(GRAPH, record)) is True
    assert compiled("record.t == null || record.t in subtype.words", scope).evaluate(environment(GRAPH, record)) is True


def test_a_field_whose_list_nobody_wrote_has_no_entries() -> None:
    """The missing list is a problem of its own; the expression is refused, not the program."""
    found = compile_expression(Expression("record.kind == 'screen'", "test"), check_scope(categories={}))

    assert not isinstance(found, Compiled)
    assert (found[0].code, found[0].advice) == ("unknown_option", "categories.kind has no entries.")


def test_an_effect_that_connects_reads_the_fields_of_the_connection() -> None:
    scope = Catalogue(model()).scope(Place.EFFECT, "person", link=fields_of(how=Kind.STRING))

    assert compiled("link.how == 'friend'", scope).evaluate(environment(GRAPH, GRAPH.records["p1"], link={"how": "friend"})) is True


@pytest.mark.parametrize(("inverse", "to", "how"), [("others", "shelf", "linked"), ("elsewhere", "shelf", "links"), ("others", "person", "links")])
def test_two_relations_are_one_when_each_names_the_other(inverse: str, to: str, how: str) -> None:
    """The other end holds the links: of two with many the first by path."""
    sample = model()
    box = entity("box", {}, relations={"others": replace(relation("others", to="shelf", many=True, inverse="boxes"), path="relations.z")})
    shelf = entity(
        "shelf", {}, relations={"boxes": replace(relation("boxes", to="box" if to == "shelf" else to, many=True, inverse=inverse), path="relations.a")}
    )
    found = Catalogue(replace(sample, entity_types={**sample.entity_types, "box": box, "shelf": shelf})).connections("box")["others"]

    assert found.how == how


def test_the_actors_party_is_who_stands_behind_a_signed_link() -> None:
    found = compiled("actor.party.name", Catalogue(model()).scope(Place.ACTION, "order"))

    assert found.evaluate(environment(GRAPH, ORDER, actor_party=GRAPH.records["p1"])) == "Ada"
    assert found.evaluate(environment(GRAPH, ORDER)) is None
    assert found.browser_fault is not None


def test_the_browser_gets_records_and_lines_as_json() -> None:
    line = Line("l1", {"person": "p1", "amount": Decimal("1.5")})

    assert json_form.plain(line) == {"id": "l1", "values": {"person": "p1", "amount": "1.5"}}
    assert json_form.plain((GRAPH.records["p1"],)) == [
        {"entity_type": "person", "id": "p1", "values": {"id": "p1", "number": "PE1", "code": "C1", "name": "Ada"}, "lines": {}, "related": {}}
    ]
    with pytest.raises(TypeError, match="object has no JSON form"):
        json_form.plain(object())


@pytest.mark.parametrize("more", [{"input": {"person": "p1"}}, {"line": Line("l1", {"person": "p1"})}])
def test_the_browser_gets_the_records_that_inputs_and_lines_point_to(more: dict[str, object]) -> None:
    found = compiled("record.owner.name == 'Ada'", check_scope())

    given = environment_json(found.tree, environment(GRAPH, ORDER, **more))

    assert set(given["records"]) == {"o1", "p1"}  # type: ignore[call-overload]
