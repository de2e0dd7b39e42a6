"""What packs may leave out, repeat or get wrong without harm, table by table."""

import io
import json
import zipfile
from collections.abc import Mapping

import pytest

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.packs import archive as limits
from packdesk.packs.archive import read_archive
from packdesk.packs.build import build
from packdesk.packs.diff import diff
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.nodes import Node, Source
from packdesk.packs.positions import read_json
from packdesk.packs.sources import MemorySource, find_pack
from packdesk.packs.trails import drop_at, set_at
from packdesk.packs.versions import satisfies

Files = Mapping[str, object]
TICKET: Files = {"entity_types/t": {"id": "ticket", "fields": {"name": {"type": "string"}, "note": {"type": "string"}}}}


def source(name: str, files: Files, *requires: str, **manifest: object) -> MemorySource:
    head = {"id": name, "version": "1.0.0", "format": 1, "requires": dict.fromkeys(requires, ">=1"), **manifest}
    return MemorySource(name, {"pack.json": json.dumps(head), **{f"{path}.json": json.dumps(body) for path, body in files.items()}})


def merged(*sources: MemorySource) -> Merged:
    loaded = load(sources)
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return loaded.merged


def codes(*sources: MemorySource) -> list[str]:
    return [problem.code for problem in load(sources).problems]


# archives and manifests


def test_folders_in_an_archive_are_passed_over() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("roles/", b"")
        archive.writestr("roles/r.json", b"{}")

    assert read_archive(buffer.getvalue()) == {"roles/r.json": b"{}"}


def test_an_archive_that_unpacks_to_too_much_in_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_UNPACKED", 1000)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.json", b"1" * 600)
        archive.writestr("b.json", b"2" * 600)

    with pytest.raises(PackdeskError, match="more than 1000 bytes"):
        read_archive(buffer.getvalue())


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        ("{", "malformed_json"),
        ('{"id": "x", "version": "1.0.0"}', "missing_key"),
        ('{"id": "x", "version": "1.0.0", "format": 99}', "newer_format"),
    ],
)
def test_a_pack_whose_manifest_is_wrong_is_not_read_further(manifest: str, code: str) -> None:
    loaded = load([MemorySource("x", {"pack.json": manifest, "roles/r.json": '{"agent": {"nonsense": 1}}'})])

    assert [problem.code for problem in loaded.problems] == [code]
    assert loaded.merged is None


def test_the_base_pack_is_found_by_the_name_under_which_it_is_installed() -> None:
    found = find_pack("care")

    assert found.name == "care"
    assert "pack.json" in [path for path, _ in found.files()]


@pytest.mark.parametrize(("version", "wanted"), [("1.0.0", "nonsense"), ("1.0.0", ">=x"), ("1.0.0", ">=1,nonsense")])
def test_a_range_that_is_none_holds_nothing(version: str, wanted: str) -> None:
    assert satisfies(version, wanted) is False


# documents


def test_patches_of_several_documents_may_stand_in_one_file() -> None:
    base = source("base", {**TICKET, "roles/r": {"agent": {}, "leader": {}}})
    over = source("over", {"roles/r": {"$patch": {"agent": {"label": "Agent"}, "leader": {"label": "Boss"}}}}, "base")

    roles = merged(base, over).documents["roles"]

    assert [roles[name]["label"] for name in ("agent", "leader")] == ["Agent", "Boss"]


@pytest.mark.parametrize("body", [{"$patch": 5}, {"$patch": {"agent": {}}, "leader": {}}, {"$patch": ["agent"]}])
def test_a_patch_names_one_document_or_stands_alone(body: object) -> None:
    assert "wrong_type" in codes(source("base", {"roles/r": {"agent": {}}}), source("over", {"roles/r": body}, "base"))


@pytest.mark.parametrize("body", [[1], "x", 5, None, True])
def test_what_stands_where_an_object_belongs_is_told_by_what_it_is(body: object) -> None:
    found = load([source("one", {"entity_types/t": {"id": "ticket", "fields": body}})]).problems

    assert [problem.code for problem in found] == ["wrong_type"]


def test_a_list_where_a_word_belongs_is_called_a_list() -> None:
    found = load([source("one", {"entity_types/t": {"id": "ticket", "fields": {"name": {"type": ["string"]}}}})]).problems

    assert found[0].message.startswith("A list")


@pytest.mark.parametrize("overlay", [{"$patch": "ticket", "label": "Case"}, {"$remove": ["ticket"]}, {"$replace": {"ticket": {}}}])
def test_a_sealed_document_stays_as_it_is(overlay: Files) -> None:
    base = source("base", {"entity_types/t": {"id": "ticket", "sealed": True, "fields": {"name": {"type": "string"}}}})

    assert codes(base, source("over", {"entity_types/t": overlay}, "base")) == ["sealed"]


def test_an_effect_may_be_patched_without_saying_again_what_it_does() -> None:
    act = {"tell": {"entity_types": ["ticket"], "effects": {"note": {"do": "add_note", "text": "One"}}}}
    base = source("base", {**TICKET, "actions/a": act})
    over = source("over", {"actions/a": {"$patch": "tell", "effects": {"note": {"text": "Two"}}}}, "base")

    assert merged(base, over).documents["actions"]["tell"]["effects"]["note"] == {"do": "add_note", "text": "Two"}


def test_a_list_may_be_written_anew() -> None:
    base = source("base", {"entity_types/t": {"id": "ticket", "capabilities": ["notes"], "fields": {"name": {"type": "string"}}}})
    over = source("over", {"entity_types/t": {"$patch": "ticket", "capabilities": ["attachments"]}}, "base")

    assert merged(base, over).documents["entity_types"]["ticket"]["capabilities"] == ["attachments"]


def test_like_copies_have_translations_of_their_own_where_given() -> None:
    sections = {"answer": {"fields": {"said": {"type": "text"}}}, "reply": {"like": "answer"}}
    texts = {"entity_types.ticket.sections.answer": {"label": "Antwort"}, "entity_types.ticket.sections.answer.fields.said": {"label": "Gesagt"}}
    found = merged(source("one", {"entity_types/t": {"id": "ticket", "sections": sections}, "locale/de": {"id": "de", "labels": texts}}))

    said = build(found).entity_types["ticket"].sections["reply"].fields["said"]

    assert said.label.by_language["de"] == "Gesagt"


def test_the_language_of_the_pack_itself_is_not_overwritten_by_its_own_translation() -> None:
    labelled = {"id": "ticket", "label": "Ticket", "fields": {"name": {"type": "string"}}}
    found = merged(source("one", {"entity_types/t": labelled, "locale/en": {"id": "en", "labels": {"entity_types.ticket": {"label": "Case"}}}}))

    assert build(found).entity_types["ticket"].label.by_language["en"] == "Ticket"


def test_an_action_may_ask_for_the_status_and_for_fields_of_a_section() -> None:
    life = {"id": "ticket", "states": {"open": {"kind": "initial"}, "done": {"kind": "final"}}}
    inputs = {"status": {}, "answer.said": {}}
    ticket = {"id": "ticket", "sections": {"answer": {"fields": {"said": {"type": "text"}}}}}
    found = merged(source("one", {"entity_types/t": ticket, "transitions/t": life, "actions/a": {"tell": {"entity_types": ["ticket"], "inputs": inputs}}}))

    asked = build(found).actions["ticket"]["tell"].inputs

    assert {path: field.kind for path, field in asked.items()} == {"status": Kind.STATUS, "answer.said": Kind.TEXT}


def test_an_organisation_document_may_say_of_itself_that_it_is_sealed() -> None:
    found = merged(source("one", {**TICKET, "organisation/o": {"o": {"sealed": True, "units": {"desk": {}}}}}))

    assert list(build(found).organisation.units) == ["desk"]


def test_the_engines_own_levels_of_privacy_may_be_translated() -> None:
    assert codes(source("one", {**TICKET, "locale/fr": {"id": "fr", "labels": {"level_lists.privacy_level.levels.normal": {"label": "Normal"}}}})) == []


def test_a_text_of_an_overlay_takes_the_place_of_the_old_one() -> None:
    base = source("base", {**TICKET, "locale/de": {"id": "de", "labels": {"entity_types.ticket": {"label": "Alt", "plural": "Alte"}}}})
    over = source("over", {"locale/de": {"$patch": "de", "labels": {"$replace": {"entity_types.ticket": {"label": "Neu"}}}}}, "base")

    ticket = build(merged(base, over)).entity_types["ticket"]
    assert ticket.label.by_language["de"] == "Neu"
    assert "de" not in ticket.plural.by_language


def test_a_field_and_the_view_that_shows_it_may_go_together() -> None:
    base = source("base", {**TICKET, "views/v": {"list": {"entity_type": "ticket", "layout": "list", "columns": {"note": {}}}}})
    over = source("over", {"views/v": {"$remove": ["list"]}, "entity_types/t": {"$patch": "ticket", "fields": {"$remove": ["note"]}}}, "base")

    found = merged(base, over).documents

    assert found["views"] == {}
    assert list(found["entity_types"]["ticket"]["fields"]) == ["name"]


def test_every_node_has_its_origin() -> None:
    found = merged(source("one", TICKET))

    assert len(found.origins) == len(list(found.origins)) > 0


# differences, renames, places


def test_the_order_of_documents_is_part_of_what_is_said() -> None:
    one, two = ({"id": name, "fields": {"name": {"type": "string"}}} for name in ("ticket", "task"))
    old, new = (merged(source("x", {"entity_types/a": first, "entity_types/b": second})) for first, second in ((one, two), (two, one)))

    assert [change.sentence for change in diff(old, new)] == ["The order of the documents of entity_types changed from ticket, task to task, ticket."]


def test_a_member_that_was_another_that_is_there_still_is_new() -> None:
    before = merged(source("x", {"entity_types/t": {"id": "ticket", "fields": {"a": {"type": "string"}}}}))
    after = merged(source("x", {"entity_types/t": {"id": "ticket", "fields": {"b": {"type": "string", "renamed_from": "gone"}, "a": {"type": "string"}}}}))

    assert [(change.kind, change.path) for change in diff(before, after)] == [("added", "entity_types.ticket.fields.b")]


def test_a_renamed_member_without_memory_is_only_renamed() -> None:
    """A uniqueness keeps no values, so a renamed one need not say what it was."""
    base = source("base", {"entity_types/t": {"id": "ticket", "fields": {"name": {"type": "string"}}, "unique": {"one": ["name"]}}})
    over = source("over", {"entity_types/t": {"$patch": "ticket", "unique": {"$rename": {"one": "same_name"}}}}, "base")

    assert merged(base, over).documents["entity_types"]["ticket"]["unique"] == {"same_name": ["name"]}


def test_only_the_first_of_two_that_were_the_same_is_complained_of_once() -> None:
    fields = {"a": {"type": "string", "renamed_from": "x"}, "b": {"type": "string", "renamed_from": "x"}, "c": {"type": "string", "renamed_from": "y"}}

    assert codes(source("one", {"entity_types/t": {"id": "ticket", "fields": fields}})) == ["renamed_twice"]


def test_a_place_that_is_gone_already_is_no_matter() -> None:
    document = read_json(b'{"a": [{"b": 1, "c": 2}, 5], "d": {}}', Source("x"))
    assert isinstance(document, Node)

    assert drop_at(document, ("a", 0, "b")).plain() == {"a": [{"c": 2}, 5], "d": {}}
    assert drop_at(document, ("a", 1)).plain() == {"a": [{"b": 1, "c": 2}], "d": {}}
    assert drop_at(document, ("gone", "x")).plain() == document.plain()
    assert set_at(document, ("gone", "x"), "new", is_key=False).plain() == document.plain()


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"entity_types/t": {"id": "ticket", "fields": {"name": {"type": "string"}}, "unique": {"one": []}}}, "empty_list"),
        ({**TICKET, "actions/a": {"tell": {"inputs": {"said": {}}}}}, "missing_key"),
        ({**TICKET, "locale/x": {"id": "x1", "labels": {"entity_types.ticket": {"label": "Fiche"}}}}, "unknown_language"),
    ],
)
def test_what_says_too_little_is_found(files: Files, code: str) -> None:
    assert code in codes(source("one", files))


@pytest.mark.parametrize(
    "files",
    [
        {"entity_types/t": {"id": "ticket", "fields": {"name": {"type": "string"}}, "unique": {"one": ["name"]}}},
        {**TICKET, "actions/a": {"tell": {"inputs": {"said": {"type": "text"}}}}},
        {**TICKET, "locale/de": {"id": "de", "labels": {"entity_types.ticket": {}}}},
    ],
)
def test_what_says_enough_is_sound(files: Files) -> None:
    assert codes(source("one", files)) == []


# names in expressions follow renames in every place where an expression may stand


def test_a_rename_reaches_what_a_relation_carries_over() -> None:
    person = {"id": "person", "fields": {"name": {"type": "string"}}}
    call = {"id": "call", "fields": {"topic": {"type": "string"}}, "relations": {"caller": {"to": "person", "carry_over": {"topic": "caller.name"}}}}
    change = {"$patch": "person", "fields": {"$rename": {"name": "title"}}}

    found = merged(source("base", {"entity_types/p": person, "entity_types/c": call}), source("over", {"entity_types/p": change}, "base"))

    assert found.documents["entity_types"]["call"]["relations"]["caller"]["carry_over"] == {"topic": "caller.title"}


def test_a_rename_reaches_lines_candidates_and_documents_without_a_type() -> None:
    person = {
        "id": "person",
        "fields": {"name": {"type": "string"}, "boss": {"type": "reference", "to": "person", "options_when": "candidate.name != ''"}},
        "lines": {"phones": {"fields": {"label": {"type": "string", "required": "=line.note == null"}, "note": {"type": "string"}}}},
        "plays": {"party": {}},
    }
    files = {"entity_types/p": person, "actions/a": {"ring": {"when": "party.name != '' && now.name", "requires_party": True}}}
    change = {"$patch": "person", "fields": {"$rename": {"name": "title"}}, "lines": {"phones": {"fields": {"$rename": {"note": "remark"}}}}}

    found = merged(source("base", files), source("over", {"entity_types/p": change}, "base")).documents

    person_now = found["entity_types"]["person"]
    assert person_now["fields"]["boss"]["options_when"] == "candidate.title != ''"
    assert person_now["lines"]["phones"]["fields"]["label"]["required"] == "=line.remark == null"
    assert found["actions"]["ring"]["when"] == "party.title != '' && now.name"
