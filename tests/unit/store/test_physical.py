"""Physical names: safe, short, unique, and fixed once given."""

import json

import pytest
from tests import samples

from packdesk.model.entity_types import Kind
from packdesk.runtime.expressions.catalogue import Catalogue
from packdesk.store.physical import EMPTY, Physical, extend, link_key, stored_as_links

LONG = "a" * 100


def test_the_same_model_gets_the_same_names() -> None:
    first, second = extend(EMPTY, samples.model()), extend(EMPTY, samples.model())

    assert first == second
    assert first["person"] == "r_person"
    assert first["matter.answer.words"] == "f_answer_words"
    assert first["person#phones.number"] == "f_number"
    assert first["person@knows"] == "k_person_knows"


def test_names_survive_as_json() -> None:
    physical = extend(EMPTY, samples.model())

    again = Physical.from_json(json.loads(json.dumps(physical.to_json())))

    assert again == physical


@pytest.mark.parametrize("names", [("select", "order"), ("a_b", "a__b"), (LONG + "x", LONG + "y"), ("ümlaut", "mlaut"), ("id", "number")])
def test_names_are_short_safe_and_different(names: tuple[str, ...]) -> None:
    entity = samples.entity_type("thing", "TH", fields=samples.fields("entity_types.thing", **dict.fromkeys(names, Kind.STRING)))

    physical = extend(EMPTY, samples.model(entity))

    given = [physical[f"thing.{name}"] for name in names]
    assert len(set(given)) == len(names)
    assert all(name.startswith("f_") and len(name) <= 44 and "__" not in name and name.isascii() for name in given)


def test_a_section_field_and_a_field_of_the_same_words_differ() -> None:
    entity = samples.entity_type(
        "thing",
        "TH",
        fields=samples.fields("entity_types.thing", answer_words=Kind.STRING),
        sections={"answer": samples.fields("entity_types.thing.sections.answer", words=Kind.STRING)},
    )

    physical = extend(EMPTY, samples.model(entity))

    assert physical["thing.answer_words"] != physical["thing.answer.words"]


def test_a_renamed_type_and_field_keep_their_tables_and_columns() -> None:
    before = extend(EMPTY, samples.model())
    after = samples.model(
        samples.entity_type(
            "human",
            "PE",
            fields=samples.fields("entity_types.human", full_name=Kind.STRING),
            lines={"phones": samples.fields("entity_types.human.lines.phones", number=Kind.PHONE)},
        )
    )

    physical = extend(before, after, renamed={"human": "person", "human.full_name": "person.name"})

    assert physical["human"] == "r_person"
    assert physical["human.full_name"] == "f_name"
    assert physical["human#phones"] == "l_person_phones"
    assert physical["human#phones.number"] == "f_number"


def test_a_changed_type_gets_a_new_column_and_a_removed_name_is_not_used_again() -> None:
    first = samples.model(samples.entity_type("thing", "TH", fields=samples.fields("t", size=Kind.STRING, gone=Kind.STRING)))
    second = samples.model(samples.entity_type("thing", "TH", fields=samples.fields("t", size=Kind.INTEGER)))
    third = samples.model(samples.entity_type("thing", "TH", fields=samples.fields("t", size=Kind.INTEGER, gone=Kind.DATE)))

    changed = extend(extend(EMPTY, first), second, anew=frozenset({"thing.size"}))
    returned = extend(changed, third)
    restored = extend(changed, third, restored={"thing.gone": "f_gone"})

    assert changed["thing.size"] == "f_size_2"
    assert "thing.gone" not in changed
    assert returned["thing.gone"] == "f_gone_2"
    assert restored["thing.gone"] == "f_gone"


def test_a_relation_held_by_the_other_end_has_no_link_table() -> None:
    model = samples.model()

    held = {name: stored_as_links(model, entity.id, name) for entity in model.entity_types.values() for name in entity.relations}

    assert held == {"knows": True, "matters": False, "parent": True}


def test_every_connection_finds_the_link_table_that_holds_it() -> None:
    """Two relations that name each other share one table, and both ends agree whose it is."""
    owner = "entity_types.{}"
    teams = samples.relation(owner.format("player"), "teams", to="team", many=True, inverse="players")
    leads = samples.relation(owner.format("player"), "leads", to="team", inverse="captain")
    players = samples.relation(owner.format("team"), "players", to="player", many=True, inverse="teams")
    captain = samples.relation(owner.format("team"), "captain", to="player", inverse="leads")
    friends = samples.relation(owner.format("player"), "friends", to="player", many=True, inverse="friends", symmetric=True)
    model = samples.model(
        samples.entity_type("player", "PL", relations={"teams": teams, "leads": leads, "friends": friends}),
        samples.entity_type("team", "TE", relations={"players": players, "captain": captain}),
    )

    physical = extend(EMPTY, model)

    catalogue = Catalogue(model)
    ends = {
        link_key(connection.holder, connection.stored)
        for entity in model.entity_types
        for connection in catalogue.connections(entity).values()
        if connection.how != "field"
    }
    assert ends == {key for key in physical.names if "@" in key}
    assert len(ends) == 3
