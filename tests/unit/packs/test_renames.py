"""Names inside expressions follow a rename, and nothing else does (format rule: the merge rewrites what lies below)."""

import json

import pytest

from packdesk.packs.load import load
from packdesk.packs.sources import MemorySource

PERSON = {
    "id": "person",
    "number": {"prefix": "P"},
    "plays": {"party": {}},
    "fields": {"name": {"type": "string"}, "kind": {"type": "option", "list": "kind"}},
    "sections": {"home": {"fields": {"town": {"type": "string"}}}},
    "lines": {"phones": {"fields": {"number": {"type": "phone"}, "type": {"type": "option", "list": "kind"}}}},
    "relations": {"cases": {"to": "case", "many": True, "inverse": "owner"}, "friends": {"to": "person", "many": True, "symmetric": True}},
}
CASE = {
    "id": "case",
    "party": "owner",
    "capabilities": ["schedule"],
    "fields": {"owner": {"type": "reference", "to": "person"}, "topic": {"type": "category", "tree": "topic"}, "level": {"type": "level", "list": "urgency"}},
    "relations": {"parent": {"to_capability": "schedule", "inverse": "children"}},
    "subtype_fields": {"fast": {"type": "boolean"}},
}
STATES = {"open": {"kind": "initial"}, "closed": {"kind": "final"}}
BASE: dict[str, object] = {
    "entity_types/p.json": PERSON,
    "transitions/c.json": {
        "id": "case",
        "states": STATES,
        "statuses": {"new": {"state": "open", "default": True}, "done": {"state": "closed", "default": True}},
    },
    "subtypes/case/plain.json": {"id": "plain"},
    "value_lists/l.json": {"kind": {"attributes": {"weight": {"type": "integer"}}, "options": {"private": {"weight": 1}, "firm": {}}}},
    "level_lists/l.json": {"urgency": {"levels": {"high": {}, "low": {}}}},
    "categories/c.json": {"topic": {"nodes": {"bill": {}, "wrong": {"parent": "bill"}}}},
}
#: What an overlay renames: file of the patch and the patch.
FIELD = {"entity_types/x.json": {"$patch": "person", "fields": {"$rename": {"name": "title"}}}}
KIND = {"value_lists/x.json": {"$patch": "kind", "options": {"$rename": {"firm": "company"}}}}
ATTRIBUTE = {"value_lists/x.json": {"$patch": "kind", "attributes": {"$rename": {"weight": "mass"}}}}
LINES = {"entity_types/x.json": {"$patch": "person", "lines": {"$rename": {"phones": "numbers"}}}}
SECTION = {"entity_types/x.json": {"$patch": "person", "sections": {"$rename": {"home": "house"}}}}
STATE = {"transitions/x.json": {"$patch": "case", "states": {"$rename": {"closed": "ended"}}}}
STATUS = {"transitions/x.json": {"$patch": "case", "statuses": {"$rename": {"done": "settled"}}}}
SUBTYPE = {"subtypes/case/x.json": {"$rename": {"plain": "simple"}}}
SUBFIELD = {"entity_types/x.json": {"$patch": "case", "subtype_fields": {"$rename": {"fast": "quick"}}}}
NODE = {"categories/x.json": {"$patch": "topic", "nodes": {"$rename": {"bill": "invoice"}}}}
LEVEL = {"level_lists/x.json": {"$replace": {"urgency": {"levels": {"high": {}, "low": {}}}}}}


def renamed(expression: str, overlay: dict[str, object]) -> str:
    """Return the expression of a check on cases after the overlay's rename."""
    case = {**CASE, "checks": {"x": {"that": expression, "message": "No."}}}
    base = {**BASE, "entity_types/c.json": case}
    sources = [
        MemorySource("base", {"pack.json": '{"id": "base", "version": "1.0.0", "format": 1}', **{path: json.dumps(content) for path, content in base.items()}}),
        MemorySource(
            "over",
            {
                "pack.json": '{"id": "over", "version": "1.0.0", "format": 1, "requires": {"base": ">=1"}}',
                **{path: json.dumps(content) for path, content in overlay.items()},
            },
        ),
    ]
    loaded = load(sources)
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return str(loaded.merged.documents["entity_types"]["case"]["checks"]["x"]["that"])


@pytest.mark.parametrize(
    ("overlay", "before", "after"),
    [
        (FIELD, "record.owner.name != ''", "record.owner.title != ''"),
        (FIELD, "party.name == 'name'", "party.title == 'name'"),
        (FIELD, "record.owner.name.starts_with('name')", "record.owner.title.starts_with('name')"),
        (FIELD, "record.party.name == old.owner.name", "record.party.title == old.owner.title"),
        (FIELD, "record.owner.friends.exists(f, f.name == record.name)", "record.owner.friends.exists(f, f.title == record.name)"),
        (FIELD, "first(record.owner.friends.filter(f, f.name != 'x')).name == ''", "first(record.owner.friends.filter(f, f.title != 'x')).title == ''"),
        (FIELD, "(record.owner).name == ''", "(record.owner).title == ''"),
        (FIELD, "actor.name == '' && setting.name", "actor.name == '' && setting.name"),
        (FIELD, "record.children.all(c, c.owner.name == '')", "record.children.all(c, c.owner.title == '')"),
        (FIELD, "record.owner.cases.map(c, c.owner.name)", "record.owner.cases.map(c, c.owner.title)"),
        (KIND, "record.owner.kind == 'firm'", "record.owner.kind == 'company'"),
        (KIND, "'firm' != record.owner.kind", "'company' != record.owner.kind"),
        (KIND, 'record.owner.kind in ["private", "firm"]', 'record.owner.kind in ["private", "company"]'),
        (KIND, "record.owner.phones.exists(p, p.type == 'firm')", "record.owner.phones.exists(p, p.type == 'company')"),
        (KIND, "record.owner.name == 'firm'", "record.owner.name == 'firm'"),
        (ATTRIBUTE, "record.owner.kind.weight > 2", "record.owner.kind.mass > 2"),
        (LINES, "size(record.owner.phones) > 0", "size(record.owner.numbers) > 0"),
        (SECTION, "record.owner.home.town == 'x'", "record.owner.house.town == 'x'"),
        (STATE, "record.state == 'closed' || record.state.kind == 'final'", "record.state == 'ended' || record.state.kind == 'final'"),
        (STATUS, "old.status in ['new', 'done']", "old.status in ['new', 'settled']"),
        (SUBTYPE, "record.subtype == 'plain'", "record.subtype == 'simple'"),
        (SUBFIELD, "subtype.fast", "subtype.quick"),
        (NODE, "record.topic == 'bill'", "record.topic == 'invoice'"),
        (LEVEL, "record.level == 'high'", "record.level == 'high'"),
    ],
)
def test_the_name_follows_and_nothing_else(overlay: dict[str, object], before: str, after: str) -> None:
    assert renamed(before, overlay) == after


def files(overlay: dict[str, object], **more: object) -> dict[str, dict[str, object]]:
    """Return the merged documents after an overlay on a base with more documents."""
    base = {**BASE, "entity_types/c.json": CASE, **{path.replace("__", "/") + ".json": content for path, content in more.items()}}
    sources = [
        MemorySource("base", {"pack.json": '{"id": "base", "version": "1.0.0", "format": 1}', **{path: json.dumps(content) for path, content in base.items()}}),
        MemorySource(
            "over",
            {
                "pack.json": '{"id": "over", "version": "1.0.0", "format": 1, "requires": {"base": ">=1"}}',
                **{path: json.dumps(content) for path, content in overlay.items()},
            },
        ),
    ]
    loaded = load(sources)
    assert loaded.merged is not None, "\n".join(map(str, loaded.problems))
    return json.loads(json.dumps(loaded.merged.documents))


def test_actions_scenarios_and_values_follow_too() -> None:
    documents = files(
        {**FIELD, **KIND},
        actions__a={
            "call": {
                "entity_types": ["person"],
                "section": "home",
                "inputs": {"name": {}, "kind": {"default": "=record.kind == 'firm' ? 'firm' : 'private'", "options_when": "candidate == 'firm'"}},
                "when": "input.name != '' && section.town != '' && record.name == ''",
                "effects": {"x": {"do": "set_field", "values": {"name": "=input.name", "kind": "firm"}}},
                "result": {"form": "person", "values": {"kind": "firm", "name": "=record.name"}, "readonly": ["name"]},
            }
        },
        scenarios__s={
            "s": {
                "given": {"ada": {"entity_type": "person", "values": {"name": "Ada", "kind": "firm"}}},
                "when": {"bob": {"create": "person", "values": {"name": "=ada.name"}}, "later": {"edit": "bob", "values": {"kind": "firm"}}},
                "then": {"x": "ada.kind == 'firm' && bob.name == 'Ada'"},
            }
        },
        roles__r={"agent": {"fields": {"person.name": ["view"], "person.home.town": ["view"]}}},
    )

    call = documents["actions"]["call"]
    scenario = documents["scenarios"]["s"]
    assert list(call["inputs"]) == ["title", "kind"]
    assert call["when"] == "input.title != '' && section.town != '' && record.title == ''"
    assert call["inputs"]["kind"]["options_when"] == "candidate == 'company'"
    assert call["effects"]["x"]["values"] == {"title": "=input.title", "kind": "company"}
    assert call["result"] == {"form": "person", "values": {"kind": "company", "title": "=record.title"}, "readonly": ["title"]}
    assert scenario["given"]["ada"]["values"] == {"title": "Ada", "kind": "company"}
    assert scenario["when"] == {"bob": {"create": "person", "values": {"title": "=ada.title"}}, "later": {"edit": "bob", "values": {"kind": "company"}}}
    assert scenario["then"]["x"] == "ada.kind == 'company' && bob.title == 'Ada'"
    assert list(documents["roles"]["agent"]["fields"]) == ["person.title", "person.home.town"]


def test_section_paths_follow_their_section() -> None:
    documents = files(
        SECTION,
        roles__r={"agent": {"fields": {"person.home.town": ["view"]}}},
        views__v={"l": {"entity_type": "person", "layout": "list", "columns": {"home.town": {}}}},
    )

    assert list(documents["roles"]["agent"]["fields"]) == ["person.house.town"]
    assert list(documents["views"]["l"]["columns"]) == ["house.town"]


@pytest.mark.parametrize(
    ("renames", "code"),
    [
        ({"private": "firm", "firm": "private"}, "already_there"),
        ({"private": "third", "firm": "private", "third": "firm"}, "renamed_from_exists"),
        ({"firm": "company", "private": "firm"}, "renamed_from_exists"),
    ],
    ids=["exchanged", "exchanged by way of a third", "handed on"],
)
@pytest.mark.parametrize("kind", ["value_lists", "transitions"])
def test_an_id_is_not_taken_over_in_the_step_that_renames_its_owner(kind: str, renames: dict[str, str], code: str) -> None:
    """GEN-28: records that hold it would silently mean something else."""
    parts = {"private": {"state": "open", "default": True}, "firm": {"state": "open"}} if kind == "transitions" else {"private": {}, "firm": {}}
    key = "statuses" if kind == "transitions" else "options"
    document = {"id": "kind", key: parts} | ({"states": {"open": {"kind": "initial"}}} if kind == "transitions" else {})
    base = {"entity_types/k.json": {"id": "kind"}, f"{kind}/k.json": document}
    over = {f"{kind}/o.json": {"$patch": "kind", key: {"$rename": renames}}}

    loaded = load([_pack("base", base), _pack("over", over, "base")])

    assert loaded.merged is None
    assert {problem.code for problem in loaded.problems} == {code}


def _pack(name: str, files_: dict[str, dict[str, object]], *requires: str) -> MemorySource:
    manifest = {"id": name, "version": "1.0.0", "format": 1, "requires": dict.fromkeys(requires, ">=1")}
    return MemorySource(name, {"pack.json": json.dumps(manifest), **{path: json.dumps(content) for path, content in files_.items()}})
