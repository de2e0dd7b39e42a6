"""Labels of options, levels, categories, types and units that are gone from the packs but may stand in records (T-36).

A release carries what earlier ones offered; the model that a process runs holds it as entries that are no longer offered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from packdesk.model.lists import Entry, EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Json, Text
from packdesk.model.people import OrgUnit
from packdesk.model.subtypes import Subtype
from packdesk.store.comparison import renames

_LISTS = ("value_lists", "level_lists", "categories")
Node = TypeVar("Node", Entry, Subtype, OrgUnit)


def retire(old: Model | None, new: Model, before: Iterable[Mapping[str, Json]]) -> tuple[Mapping[str, Json], ...]:
    """Return what the new release carries: what was carried before and what goes now, less what is back."""
    gone = {} if old is None else {(kind, owner, key): value for kind, owner, key, value in _gone(old, new)}
    carried = {(str(value["kind"]), str(value["of"]), str(value["id"])): value for value in before}
    return tuple(value for (kind, owner, key), value in {**carried, **gone}.items() if not _known(new, kind, owner, key))


def with_retired(model: Model, values: Iterable[Mapping[str, Json]]) -> Model:
    """Return the model with the carried values as members that are not effective."""
    changed: dict[str, dict[str, EntryList]] = {kind: dict(_lists(model, kind)) for kind in _LISTS}
    subtypes = {owner: dict(members) for owner, members in model.subtypes.items()}
    units = dict(model.organisation.units)
    for value in values:
        kind, owner, key = str(value["kind"]), str(value["of"]), str(value["id"])
        label = _text(value)
        if kind == "subtypes" and owner in subtypes:
            subtypes[owner][key] = Subtype(
                id=key, path=f"subtypes.{owner}.{key}", entity_type=owner, label=label, effective=False, values={}, statuses={}, choices={}, children={}
            )
        elif kind == "units":
            units[key] = OrgUnit(id=key, path=f"organisation.units.{key}", label=label, effective=False)
        elif kind in changed and owner in changed[kind]:
            found = changed[kind][owner]
            entry = Entry(id=key, path=f"{found.path}.{key}", label=label, code=str(value["code"]), effective=False, attributes={})
            changed[kind][owner] = replace(found, entries={**found.entries, key: entry})
    return replace(
        model,
        value_lists=changed["value_lists"],
        level_lists=changed["level_lists"],
        categories=changed["categories"],
        subtypes=subtypes,
        organisation=replace(model.organisation, units=units),
    )


def _gone(old: Model, new: Model) -> Iterator[tuple[str, str, str, Mapping[str, Json]]]:
    for kind in _LISTS:
        for owner, found in _lists(old, kind).items():
            if (now := _lists(new, kind).get(owner)) is not None:
                yield from _members(kind, owner, found.entries, now.entries)
    for owner, members in old.subtypes.items():
        yield from _members("subtypes", owner, members, new.subtypes.get(owner, {}))
    yield from _members("units", "", old.organisation.units, new.organisation.units)


def _members(kind: str, owner: str, before: Mapping[str, Node], after: Mapping[str, Node]) -> Iterator[tuple[str, str, str, Mapping[str, Json]]]:
    renamed = set(renames(before, after).values())
    for key, node in before.items():
        if key not in after and key not in renamed:
            code = "" if isinstance(node, OrgUnit) else node.code
            yield kind, owner, key, {"kind": kind, "of": owner, "id": key, "label": dict(node.label.by_language), "fallback": node.label.fallback, "code": code}


def _known(model: Model, kind: str, owner: str, key: str) -> bool:
    if kind == "subtypes":
        return key in model.subtypes.get(owner, {})
    if kind == "units":
        return key in model.organisation.units
    found = _lists(model, kind).get(owner)
    return found is None or key in found.entries


def _lists(model: Model, kind: str) -> Mapping[str, EntryList]:
    return {"value_lists": model.value_lists, "level_lists": model.level_lists, "categories": model.categories}[kind]


def _text(value: Mapping[str, Json]) -> Text:
    label = value["label"]
    words = {language: str(word) for language, word in label.items()} if isinstance(label, Mapping) else {}
    return Text(words, str(value["fallback"]))
