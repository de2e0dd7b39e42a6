"""Layers: what an overlay may do, and where every leaf came from (M-5, M-6)."""

import json
from pathlib import Path

import pytest

from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import FolderSource, MemorySource

LAYERS = Path(__file__).parents[2] / "packs" / "accept" / "overlay"


def pack(name: str, files: dict[str, object], *requires: str, language: str = "en") -> MemorySource:
    """Return a pack in memory."""
    manifest = {"id": name, "version": "1.0.0", "format": 1, "language": language, "requires": dict.fromkeys(requires, ">=1")}
    return MemorySource(name, {"pack.json": json.dumps(manifest), **{path: json.dumps(content) for path, content in files.items()}})


def merged(*sources: MemorySource) -> Merged:
    """Return the packs merged; they must be sound."""
    loaded = load(sources)
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return loaded.merged


@pytest.fixture(name="layers")
def _layers() -> Merged:
    loaded = load([FolderSource(LAYERS / "1_base"), FolderSource(LAYERS / "2_overlay")])
    assert loaded.merged is not None
    return loaded.merged


TICKET = {"entity_types/t.json": {"id": "ticket", "fields": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}}}}


def test_added_members_go_to_the_end_or_behind_the_one_they_name() -> None:
    """M-2: written order is the order."""
    change = {"$patch": "ticket", "fields": {"$add": {"x": {"type": "string", "after": "a"}, "y": {"type": "string"}}, "c": {"after": "a"}}}

    fields = merged(pack("base", TICKET), pack("over", {"entity_types/t.json": change}, "base")).documents["entity_types"]["ticket"]["fields"]

    assert list(fields) == ["a", "x", "c", "b", "y"]


def test_a_rename_is_followed_by_references_expressions_and_translations(layers: Merged) -> None:
    ticket = layers.documents["entity_types"]["ticket"]
    lifecycle = layers.documents["transitions"]["ticket"]

    assert ticket["fields"]["large"]["derived"] == "record.extent == 'huge' || record.mother.extent in ['huge', 'small']"
    assert ticket["sections"]["answer"]["present_when"] == "record.state != 'fresh'"
    assert lifecycle["moves"]["close"]["checks"]["steps"]["that"] == "record.tasks.all(s, s.done)"
    assert lifecycle["moves"]["start"]["from"] == ["fresh"]
    assert layers.documents["subtypes"]["ticket.plain"]["rules"]["wait"] == {"from": ["busy"], "to": "parked"}
    assert layers.documents["views"]["ticket_list"]["filters"]["waiting"]["when"] == "record.status == 'parked' && record.topic != ''"


def test_a_renamed_member_says_what_it_was(layers: Merged) -> None:
    model = build(layers)

    assert model.entity_types["ticket"].fields["extent"].renamed_from == "size"
    assert model.lifecycles["ticket"].statuses["parked"].renamed_from == "waiting"
    assert str(model.origins["transitions.ticket.statuses.parked.renamed_from"]) == "acme/transitions/ticket.json:1"


def test_an_entity_type_is_renamed_everywhere() -> None:
    base = pack(
        "base",
        {
            "entity_types/t.json": {"id": "ticket", "fields": {"a": {"type": "reference", "to": "ticket"}}, "subtype_fields": {"x": {"type": "string"}}},
            "transitions/t.json": {"id": "ticket", "states": {"open": {"kind": "initial"}}},
            "subtypes/ticket/plain.json": {"id": "plain", "children": {"ticket": ["plain"]}},
            "roles/r.json": {"agent": {"permit": {"ticket": ["view"]}, "fields": {"ticket.a": ["view"]}}},
            "locale/de.json": {"id": "de", "labels": {"entity_types.ticket.fields.a": {"label": "A"}, "transitions.ticket.states.open": {"label": "Offen"}}},
        },
    )

    documents = merged(base, pack("over", {"entity_types/t.json": {"$rename": {"ticket": "matter"}}}, "base")).documents

    assert documents["entity_types"]["matter"]["fields"]["a"]["to"] == "matter"
    assert list(documents["transitions"]) == ["matter"]
    assert documents["subtypes"]["matter.plain"]["children"] == {"matter": ["plain"]}
    assert documents["roles"]["agent"] == {"permit": {"matter": ["view"]}, "fields": {"matter.a": ["view"]}}
    assert list(documents["locale"]["de"]["labels"]) == ["entity_types.matter.fields.a", "transitions.matter.states.open"]


def test_placements_go_with_what_is_removed(layers: Merged) -> None:
    assert "caller_phone" not in layers.documents["views"]["ticket_list"]["columns"]
    assert layers.documents["roles"]["agent"]["fields"] == {}


def test_an_expression_that_uses_something_removed_stays() -> None:
    """The type check of the floor above says so; nothing is silently changed."""
    base = {"entity_types/t.json": {"id": "ticket", "fields": {"a": {"type": "string"}, "b": {"type": "string", "derived": "record.a"}}}}

    documents = merged(pack("base", base), pack("over", {"entity_types/t.json": {"$patch": "ticket", "fields": {"$remove": ["a"]}}}, "base")).documents

    assert documents["entity_types"]["ticket"]["fields"] == {"b": {"type": "string", "derived": "record.a"}}


def test_labels_of_another_language_add_and_do_not_overwrite(layers: Merged) -> None:
    """GEN-25: a German overlay over an English base gives both."""
    model = build(layers)

    assert model.lifecycles["ticket"].statuses["busy"].label.in_language("de") == "In Arbeit"
    assert model.lifecycles["ticket"].statuses["busy"].label.in_language("en") == "Busy"
    assert model.entity_types["ticket"].fields["meter"].label.in_language("de") == "Zähler"
    assert model.languages == ("en", "de")


def test_a_copy_made_by_like_is_patched_and_translated_like_its_original(layers: Merged) -> None:
    ticket = build(layers).entity_types["ticket"]

    assert ticket.sections["solution"].present_when is not None
    assert ticket.sections["solution"].fields["said"].label.in_language("de") == "Gesagt"
    assert layers.documents["roles"]["leader"]["permit"] == {"ticket": ["view", "create", "delete"]}


def test_every_leaf_knows_its_origin_and_what_it_overrode(layers: Merged) -> None:
    """M-6: pack, version, file, line, and the chain behind."""
    origin = layers.origins["entity_types.ticket.fields.topic.maxLength"]

    assert (str(origin), origin.version, origin.value) == ("acme/entity_types/ticket.json:5", "0.1.0", 200)
    assert [(str(before), before.value) for before in origin.overrides] == [("desk/entity_types/ticket.json:6", 100)]


def test_the_order_in_which_packs_are_given_does_not_matter() -> None:
    over = pack("over", {"entity_types/t.json": {"$patch": "ticket", "label": "Case"}}, "base")

    assert merged(over, pack("base", TICKET)).hash == merged(pack("base", TICKET), over).hash


def test_null_is_a_value() -> None:
    base = {"entity_types/t.json": {"id": "ticket", "fields": {"a": {"type": "string", "default": "x"}}}}
    over = {"entity_types/t.json": {"$patch": "ticket", "fields": {"a": {"default": None}}}}

    field = merged(pack("base", base), pack("over", over, "base")).documents["entity_types"]["ticket"]["fields"]["a"]

    assert field == {"type": "string", "default": None}


def test_replace_takes_the_place_of_the_old_member() -> None:
    over = {"entity_types/t.json": {"$patch": "ticket", "fields": {"$replace": {"b": {"type": "integer"}}}}}

    result = merged(pack("base", TICKET), pack("over", over, "base"))

    assert list(result.documents["entity_types"]["ticket"]["fields"]) == ["a", "b", "c"]
    assert result.documents["entity_types"]["ticket"]["fields"]["b"] == {"type": "integer"}


def test_whole_documents_can_be_removed_and_replaced() -> None:
    base = pack(
        "base",
        {
            **TICKET,
            "roles/r.json": {"agent": {"permit": {"ticket": ["view"]}}, "guest": {}},
            "transitions/t.json": {"id": "ticket", "states": {"o": {"kind": "initial"}}},
        },
    )
    over = pack("over", {"entity_types/t.json": {"$remove": ["ticket"]}, "roles/r.json": {"$replace": {"guest": {"permissions": ["desk.use"]}}}}, "base")

    documents = merged(base, over).documents

    assert documents["entity_types"] == {}
    assert documents["transitions"] == {}
    assert documents["roles"] == {"agent": {"permit": {}}, "guest": {"permissions": ["desk.use"]}}


def test_two_packs_that_append_to_a_list_do_not_conflict() -> None:
    base = pack("base", {"entity_types/t.json": {"id": "ticket", "capabilities": ["notes"]}})
    one = pack("one", {"entity_types/t.json": {"$patch": "ticket", "capabilities": {"$append": ["schedule"]}}}, "base")
    two = pack("two", {"entity_types/t.json": {"$patch": "ticket", "capabilities": {"$append": ["feedback"]}}}, "base")

    assert merged(base, one, two).documents["entity_types"]["ticket"]["capabilities"] == ["notes", "schedule", "feedback"]


def test_merged_documents_survive_json(layers: Merged) -> None:
    again = Merged.from_json(json.loads(json.dumps(layers.to_json())))

    assert again.hash == layers.hash
    assert dict(again.origins) == dict(layers.origins)
    assert build(again) == build(layers)


def test_origins_of_a_release_that_holds_one_table_of_rows_are_read(layers: Merged) -> None:
    """What was published before origins were stored by document can still be run and rolled back to."""
    stored = json.loads(json.dumps(layers.to_json()))
    documents = stored["origins"].pop("documents")
    stored["origins"]["rows"] = {path: rows for text in documents.values() for path, rows in json.loads(text).items()}

    again = Merged.from_json(stored)

    assert dict(again.origins) == dict(layers.origins)
    assert json.loads(json.dumps(again.to_json())) == json.loads(json.dumps(layers.to_json()))


def test_asking_where_one_leaf_comes_from_reads_one_document(layers: Merged) -> None:
    """In a large installation the origins are two thirds of a release; a refusal names one rule."""
    stored = json.loads(json.dumps(layers.to_json()))
    texts = stored["origins"]["documents"]
    stored["origins"]["documents"] = {name: text if name == "entity_types.ticket" else "{" for name, text in texts.items()}

    origin = Merged.from_json(stored).origins["entity_types.ticket.fields.topic.maxLength"]

    assert len(texts) > 1
    assert origin == layers.origins["entity_types.ticket.fields.topic.maxLength"]


def test_what_only_a_removed_type_or_section_had_goes_with_it() -> None:
    base = pack(
        "base",
        {
            "entity_types/t.json": {
                "a": {"fields": {"x": {"type": "string"}}, "sections": {"s": {"fields": {"y": {"type": "string"}}}}},
                "b": {"number": {"prefix": "Z"}},
            },
            "transitions/b.json": {"id": "b", "states": {"o": {"kind": "initial", "fields": {}}}},
            "transitions/a.json": {"id": "a", "states": {"o": {"kind": "initial", "fields": {"x": ["required"], "s.y": ["readonly"]}}}},
            "subtypes/b/p.json": {"id": "p"},
            "views/v.json": {
                "l": {"entity_type": "b", "layout": "list"},
                "f": {"entity_type": "a", "layout": "form", "sections": {"one": {"embed": "s"}, "two": {"fields": {"x": {}}}}},
            },
            "actions/x.json": {"both": {"entity_types": ["a", "b"]}, "only": {"entity_types": ["b"]}},
            "locale/de.json": {"id": "de", "labels": {"entity_types.b": {"label": "B"}, "entity_types.a": {"label": "A"}}},
        },
    )
    over = pack("over", {"entity_types/t.json": {"$remove": ["b"]}, "entity_types/a.json": {"$patch": "a", "sections": {"$remove": ["s"]}}}, "base")

    documents = merged(base, over).documents

    assert list(documents["transitions"]) == ["a"]
    assert documents["transitions"]["a"]["states"]["o"]["fields"] == {"x": ["required"]}
    assert documents["subtypes"] == {}
    assert documents["views"] == {"f": {"entity_type": "a", "layout": "form", "sections": {"two": {"fields": {"x": {}}}}}}
    assert documents["actions"] == {"both": {"entity_types": ["a"]}}
    assert documents["locale"]["de"]["labels"] == {"entity_types.a": {"label": "A"}}


def test_a_locale_overlay_changes_and_removes_texts() -> None:
    labels = {"entity_types.ticket": {"label": "Vorgang", "plural": "Vorgänge"}, "entity_types.ticket.fields.a": {"label": "A"}}
    over = {
        "$patch": "de",
        "labels": {
            "$add": {"entity_types.ticket.fields.b": {"label": "B"}},
            "$remove": ["entity_types.ticket.fields.a"],
            "entity_types.ticket": {"label": "Fall"},
        },
    }

    result = merged(pack("base", {**TICKET, "locale/de.json": {"id": "de", "labels": labels}}), pack("over", {"locale/de.json": over}, "base"))

    assert result.documents["locale"]["de"]["labels"] == {
        "entity_types.ticket": {"label": "Fall", "plural": "Vorgänge"},
        "entity_types.ticket.fields.b": {"label": "B"},
    }


def test_a_key_that_the_base_left_out_can_be_written() -> None:
    over = {
        "entity_types/t.json": {
            "$patch": "ticket",
            "number": {"prefix": "X"},
            "lines": {"$add": {"rows": {"fields": {}}}},
            "capabilities": {"$append": ["notes"]},
        }
    }

    ticket = merged(pack("base", TICKET), pack("over", over, "base")).documents["entity_types"]["ticket"]

    assert (ticket["number"], ticket["lines"], ticket["capabilities"]) == ({"prefix": "X"}, {"rows": {"fields": {}}}, ["notes"])


def test_a_field_of_key_dates_is_renamed_for_every_type_that_has_it() -> None:
    base = pack(
        "base",
        {
            "entity_types/t.json": {"id": "ticket", "key_dates": "care", "fields": {"late": {"type": "boolean", "derived": "now > record.due"}}},
            "key_dates/k.json": {"care": {"fields": {"due": {"type": "datetime"}, "over": {"type": "boolean", "derived": "now > record.due"}}}},
        },
    )

    documents = merged(base, pack("over", {"key_dates/k.json": {"$patch": "care", "fields": {"$rename": {"due": "until"}}}}, "base")).documents

    assert documents["entity_types"]["ticket"]["fields"]["late"]["derived"] == "now > record.until"
    assert documents["key_dates"]["care"]["fields"]["over"]["derived"] == "now > record.until"
