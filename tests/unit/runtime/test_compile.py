"""From a model to a runtime: expressions in their places, problems with theirs, derived fields in order."""

import time

import pytest

from packdesk.errors import PackdeskError
from packdesk.model.actions import Effect
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Expression, Origin
from packdesk.packs.index import ENGINE_COLUMNS as RESERVED
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.derivation import Dependent, Hop
from packdesk.runtime.engine_columns import ENGINE_COLUMNS, WRITABLE, engine_fields
from packdesk.runtime.values import Record


def at(column: int, value: str) -> Origin:
    return Origin(pack="acme", version="1", file="entity_types/thing.json", line=5, column=column, value=value)


def test_a_faulty_expression_is_a_problem_at_its_own_column(make):
    """X-2: with line and column."""
    path = "entity_types.thing.fields.total.derived"
    model = make.model(
        make.entity("thing", (make.field(Kind.INTEGER, "size"), make.field(Kind.INTEGER, "total", derived=Expression("record.siz + 1", path)))),
        origins={path: at(40, "record.siz + 1")},
    )

    (problem,) = check(model)

    assert (problem.code, problem.did_you_mean) == ("unknown_member", "size")
    assert (problem.pack, problem.file, problem.line, problem.column) == ("acme", "entity_types/thing.json", 5, 40 + 1 + len("record."))


def test_the_equals_sign_of_a_value_counts_as_a_column(make):
    path = "entity_types.thing.fields.size.default"
    model = make.model(make.entity("thing", (make.field(Kind.INTEGER, "size", default=Expression("nix", path)),)), origins={path: at(10, "=nix")})

    (problem,) = check(model)

    assert (problem.code, problem.column) == ("unknown_name", 12)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ({"kind": Kind.INTEGER, "default": "many"}, "bad_default"),
        ({"kind": Kind.STRING, "constraints": {"pattern": "(?=a)"}}, "bad_pattern"),
        ({"kind": Kind.STRING, "required": Expression("record.number", "p")}, "type_mismatch"),
        ({"kind": Kind.STRING, "derived": Expression("old.number", "p")}, "name_not_offered"),
        ({"kind": Kind.INTEGER, "derived": Expression("record.field + 1", "p")}, "derived_cycle"),
        ({"kind": Kind.OPTION, "list": "colour", "options_when": Expression("candidate == 'rde'", "p")}, "unknown_option"),
    ],
)
def test_a_field_that_cannot_be_compiled_is_a_problem(make, field, code):
    model = make.model(make.entity("thing", (make.field(**field),)), value_lists={"colour": make.entries("colour", make.entry("red"))})

    assert [problem.code for problem in check(model)] == [code]


def test_effects_that_need_one_another_are_a_problem(make):
    effects = {
        name: Effect(id=name, path=name, do="create_record", values={"other": Expression(f"effect.{needed}", "p")}, arguments={"entity_type": "thing"})
        for name, needed in (("one", "two"), ("two", "one"))
    }
    entity = make.entity("thing", (make.field(Kind.REFERENCE, "other", to="thing"),))

    found = check(make.model(entity, actions={"thing": {"twist": make.action("twist", effects=effects)}}))

    assert [problem.code for problem in found] == ["effect_cycle"]


def test_effects_stand_in_the_order_of_their_needs(make):
    second = Effect(id="second", path="second", do="set_field", values={"other": Expression("effect.first", "p")}, arguments={})
    first = Effect(id="first", path="first", do="create_record", values={}, arguments={"entity_type": "thing"})
    entity = make.entity("thing", (make.field(Kind.REFERENCE, "other", to="thing"),))
    runtime = compile_model(make.model(entity, actions={"thing": {"go": make.action("go", effects={"second": second, "first": first})}}))

    action = runtime.type("thing").actions["go"]

    assert [effect.effect.id for effect in action.effects] == ["first", "second"]
    assert action.effects[1].needs == {"first"}


def test_derived_fields_are_ordered_and_those_of_the_clock_are_apart(make):
    fields = (
        make.field(Kind.INTEGER, "c", derived=Expression("record.b + 1", "p")),
        make.field(Kind.INTEGER, "b", derived=Expression("record.a + 1", "p")),
        make.field(Kind.INTEGER, "a"),
        make.field(Kind.BOOLEAN, "late", derived=Expression("now > record.created_at", "p")),
        make.field(Kind.BOOLEAN, "very", derived=Expression("record.late && record.a > 1", "p")),
    )

    entity = compile_model(make.model(make.entity("thing", fields))).type("thing")

    assert entity.derived_order == ("b", "c")
    assert entity.computed_on_read == ("late", "very")


def test_a_change_knows_which_derived_fields_of_other_records_read_it(make):
    part = make.entity("part", (make.field(Kind.REFERENCE, "whole", to="thing"), make.field(Kind.STRING, "of", derived=Expression("record.whole.name", "p"))))
    counted = make.field(Kind.INTEGER, "count", derived=Expression("size(record.parts.filter(x, x.whole != null))", "p"))
    whole = make.entity("thing", (make.field(Kind.STRING, "name"), counted), relations={"parts": make.relation("parts", to="part", many=True, inverse="whole")})
    runtime = compile_model(make.model(whole, part))

    assert runtime.dependents("thing", "name") == (Dependent(entity_type="part", path="of", hops=(Hop(holder="part", stored="whole", how="reference"),)),)
    assert runtime.dependents("part", "") == (Dependent(entity_type="thing", path="count", hops=(Hop(holder="part", stored="whole", how="field"),)),)
    assert runtime.dependents("part", "whole") == runtime.dependents("part", "")
    assert runtime.dependents("thing", "count") == ()


def test_a_record_chosen_by_a_condition_is_read_on_either_way_and_not_on_the_conditions(make):
    chosen = "(record.single ? record.friend : record.parent).name"
    fields = (
        make.field(Kind.BOOLEAN, "single"),
        make.field(Kind.REFERENCE, "friend", to="person"),
        make.field(Kind.REFERENCE, "parent", to="person"),
        make.field(Kind.STRING, "told", derived=Expression(chosen, "p")),
    )
    runtime = compile_model(make.model(make.entity("person", (make.field(Kind.STRING, "name"),)), make.entity("thing", fields)))

    found = runtime.dependents("person", "name")

    assert {tuple(hop.stored for hop in dependent.hops) for dependent in found} == {("friend",), ("parent",)}


def test_derived_fields_that_need_one_another_are_a_problem_that_names_them(make):
    fields = tuple(make.field(Kind.INTEGER, name, derived=Expression(f"record.{needed} + 1", name)) for name, needed in (("one", "two"), ("two", "one")))

    (problem,) = check(make.model(make.entity("thing", fields)))

    assert problem.code == "derived_cycle"
    assert set(problem.message.removesuffix(".").split(": ")[1].split(" -> ")) == {"one", "two"}


def test_a_derived_field_that_is_wrong_is_recomputed_after_nothing(make):
    fields = (
        make.field(Kind.REFERENCE, "boss", to="person"),
        make.field(Kind.STRING, "right", derived=Expression("record.boss.name", "p")),
        make.field(Kind.STRING, "wrong", derived=Expression("record.boss.nix", "p")),
    )
    runtime = compile_model(make.model(make.entity("person", (make.field(Kind.STRING, "name"),)), make.entity("thing", fields)))

    assert [dependent.path for dependent in runtime.dependents("person", "name")] == ["right"]


def test_what_a_relation_carries_over_must_be_there_and_fit(make):
    carried = {"name": Expression("parent.name", "p"), "size": Expression("parent.name", "p"), "note": Expression("parent.nix", "p")}
    fields = (make.field(Kind.STRING, "name"), make.field(Kind.INTEGER, "size"), make.field(Kind.STRING, "note"))

    problems = check(make.model(make.entity("thing", fields, relations={"parent": make.relation("parent", to="thing", carry_over=carried)})))

    assert [problem.code for problem in problems] == ["type_mismatch", "unknown_member"]


def test_a_lifecycles_derived_state_is_recomputed_like_a_field(make):
    """CON-4: a state from data."""
    part = make.entity("part", (make.field(Kind.REFERENCE, "whole", to="thing"),))
    whole = make.entity("thing", (), relations={"parts": make.relation("parts", to="part", many=True, inverse="whole")})
    life = make.lifecycle(
        (make.state("bare", "initial"), make.state("full")),
        (make.status("bare", "bare"), make.status("full", "full")),
        derived=Expression("size(record.parts) > 0 ? 'full' : 'bare'", "p"),
    )
    runtime = compile_model(make.model(whole, part, lifecycles={"thing": life}))

    assert [dependent.path for dependent in runtime.dependents("part", "")] == ["state"]
    assert runtime.type("thing").state_of is not None


def test_the_title_is_the_packs_expression_or_the_number(make, graph):
    named = make.entity("thing", (make.field(Kind.STRING, "name"),), title=Expression("record.name", "p"))
    entity = compile_model(make.model(named)).type("thing")

    assert entity.title(Record("thing", {"number": "TH1", "name": "Ada"}), graph) == "Ada"
    assert entity.title(Record("thing", {"number": "TH1", "name": None}), graph) == "TH1"


def test_an_unknown_entity_type_is_an_error(make):
    with pytest.raises(PackdeskError) as caught:
        compile_model(make.model()).type("ghost")

    assert caught.value.code == "unknown_entity_type"


def test_a_model_that_was_not_checked_is_refused_when_it_is_used(make):
    runtime = compile_model(make.model(make.entity("thing", (make.field(Kind.INTEGER, "n", derived=Expression("nix", "p")),))))

    with pytest.raises(PackdeskError) as caught:
        runtime.type("thing")

    assert caught.value.code == "pack_refused"


def test_five_hundred_types_start_at_once(make):
    linked = (make.field(Kind.STRING, f"f{n}", required=Expression(f"record.f{n + 1} != null", "p")) for n in range(19))
    fields = (*linked, make.field(Kind.STRING, "f19"))
    model = make.model(*(make.entity(f"t{n}", fields) for n in range(500)))
    began = time.perf_counter()

    runtime = compile_model(model)
    runtime.type("t250")

    assert len(runtime.types) == 500
    assert time.perf_counter() - began < 1


def test_engine_columns_follow_the_types_capabilities(make):
    plain = engine_fields(make.entity("thing"), has_lifecycle=False)
    full = engine_fields(make.entity("thing", subtyped=True, capabilities=("assignment", "approval"), access="explicit"), has_lifecycle=True)

    assert tuple(plain) == ("id", "number", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at")
    assert {*full, "owner_unit", "privacy_level"} == set(ENGINE_COLUMNS)
    assert set(ENGINE_COLUMNS) > WRITABLE


def test_packs_reserve_the_engines_columns():
    assert set(RESERVED) == set(ENGINE_COLUMNS)
