"""GEN-15: the entry that a list marks as its default is what a field begins with, at every door."""

from pathlib import Path

from packdesk.model.model import Model
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource, MemorySource
from packdesk.records.scenarios import run_all

BASE = Path(__file__).resolve().parents[3] / "metadata"
MANIFEST = '{ "id": "sizes", "version": "1.0.0", "format": 1 }'
LISTS = '{ "size": { "options": { "small": {}, "large": { "default": true } } } }'
TYPES = """{ "parcel": { "fields": {
    "size":   { "type": "option", "list": "size", "required": true },
    "label":  { "type": "option", "list": "size", "default": "small" },
    "reason": { "type": "option", "list": "size" }
  }, "lines": { "pieces": { "fields": { "size": { "type": "option", "list": "size", "required": true }, "note": { "type": "string" } } } } } }"""
SCENARIOS = """{ "a_parcel": {
    "given": { "one": { "entity_type": "parcel", "values": { "pieces": [ { "note": "glass" } ] } } },
    "when":  {
      "cleared": { "edit": "one", "values": { "size": null }, "refused": "required_field" },
      "cleared_in_a_line": { "edit": "one", "values": { "pieces": [ { "note": "glass" }, { "note": "stone", "size": null } ] }, "refused": "required_field" },
      "begun_without": { "create": "parcel", "values": { "pieces": [ { "note": "glass", "size": null } ] }, "refused": "required_field" }
    },
    "then":  { "from_the_list": "one.size == 'large'", "its_own_first": "one.label == 'small'", "optional_waits": "one.reason == null", "in_lines": "one.pieces.all(p, p.size == 'large')" } } }"""


def _model() -> Model:
    files = {"pack.json": MANIFEST, "value_lists/lists.json": LISTS, "entity_types/types.json": TYPES, "scenarios/parcel.json": SCENARIOS}
    loaded = load([MemorySource("sizes", files)])
    assert loaded.merged is not None, [str(problem) for problem in loaded.problems]
    return build(loaded.merged)


def test_a_field_begins_with_its_lists_default_and_clearing_it_is_a_choice() -> None:
    results = run_all(_model())

    assert [(check.name, check.message) for result in results for check in result.checks if not check.passed] == []


def test_the_base_packs_lists_with_a_default_offer_it() -> None:
    """A contact is a person and speaks English unless somebody says otherwise."""
    loaded = load([FolderSource(BASE)])
    assert loaded.merged is not None

    lists = build(loaded.merged).value_lists

    assert (lists["contact_kind"].default, lists["language"].default) == ("person", "en")
