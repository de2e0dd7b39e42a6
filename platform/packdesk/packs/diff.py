"""Says in words what changed between two merged states: added, changed, removed, renamed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from packdesk.model.nodes import Json
from packdesk.packs.canonical import compact
from packdesk.packs.merged import Merged
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Shape
from packdesk.packs.tree import document_path, part

_KIND_NOUNS = {
    "entity_types": "entity type",
    "transitions": "lifecycle",
    "subtypes": "type",
    "categories": "category tree",
    "value_lists": "value list",
    "level_lists": "level list",
    "matrices": "matrix",
    "key_dates": "key dates",
    "actions": "action",
    "workflows": "workflow",
    "assignment_rules": "assignment rule",
    "approvals": "approval",
    "views": "view",
    "organisation": "organisation",
    "roles": "role",
    "scenarios": "scenario",
    "records": "demo record",
    "locale": "translation",
}
_MEMBER_NOUNS = {
    "attributes": "attribute", "carry_over": "carried-over field", "categories": "category", "cells": "row", "checks": "check", "choices": "choices", "columns": "column",
    "effects": "effect", "fields": "field", "filters": "filter", "inputs": "input", "key_fields": "key field", "labels": "text", "levels": "level", "lines": "line group", "moves": "move",
    "nodes": "category", "options": "option", "permit": "permit for", "relations": "relation", "row_actions": "row action", "rules": "rule", "sections": "section",
    "states": "state", "statuses": "status", "subtype_fields": "type's field", "tabs": "tab", "targets": "target", "unique": "uniqueness", "units": "unit", "users": "user",
    "values": "value",
}  # fmt: skip
Trail = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference between two merged states."""

    kind: Literal["added", "changed", "removed", "renamed"]
    #: Path in the new state; of something removed, in the old one.
    path: str
    #: Value before and after; for something renamed the old and the new id.
    old: Json = None
    new: Json = None
    #: The difference in words.
    sentence: str


def diff(old: Merged | None, new: Merged) -> tuple[Change, ...]:
    """Return what changed, in the order of the new documents; nothing when both say the same. Without an old state everything is added."""
    changes: list[Change] = []
    for kind, shape in KINDS.items():
        before = old.documents.get(kind, {}) if old else {}
        changes.extend(_members(before, new.documents.get(kind, {}), Map(title=kind, member=shape), kind, ()))
    return tuple(changes)


def _members(old: Mapping[str, Json], new: Mapping[str, Json], shape: Shape | None, kind: str, trail: Trail) -> Iterator[Change]:
    """Yield the differences of two objects, renamed members followed under their new id."""
    renamed = _renamed(old, new) if isinstance(shape, Map) else {}
    for key, value in new.items():
        inner = part(shape, key) if shape is not None else None
        where = (*trail, key)
        if key in renamed:
            yield _change("renamed", kind, where, renamed[key].rpartition(".")[2], key.rpartition(".")[2])
            yield from _values(old[renamed[key]], value, inner, kind, where)
        elif key in old:
            yield from _values(old[key], value, inner, kind, where)
        else:
            yield _change("added", kind, where, None, value)
    for key, value in old.items():
        if key not in new and key not in renamed.values():
            yield _change("removed", kind, (*trail, key), value, None)
    order_before = [key for key in old if key in new]
    order_after = [key for key in new if key in old]
    if order_before != order_after:
        yield Change(
            kind="changed",
            path=_path(kind, trail),
            old=tuple(order_before),
            new=tuple(order_after),
            sentence=f"The order of {_words(kind, trail)} changed from {', '.join(order_before)} to {', '.join(order_after)}.",
        )


def _values(old: Json, new: Json, shape: Shape | None, kind: str, trail: Trail) -> Iterator[Change]:
    if len(trail) == 1 and compact(old) == compact(new):
        return  # most documents are, word for word, what they were
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _members(old, new, shape, kind, trail)
    elif _plain(old) != _plain(new) or isinstance(old, bool) is not isinstance(new, bool):
        yield _change("changed", kind, trail, old, new)


def _plain(value: Json) -> object:
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _renamed(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, str]:
    """Return new id -> old id of the members that say what they were and took the place of what is gone."""
    result: dict[str, str] = {}
    for key, value in new.items():
        before = value.get("renamed_from") if isinstance(value, Mapping) else None
        if isinstance(before, str) and key not in old:
            full = key.rpartition(".")[0] + "." + before if "." in key else before
            if full in old and full not in new:
                result[key] = full
    return result


def _change(what: Literal["added", "changed", "removed", "renamed"], kind: str, trail: Trail, old: Json, new: Json) -> Change:
    words = _words(kind, trail)
    sentence = {
        "added": f"{words} was added.",
        "removed": f"{words} was removed.",
        "changed": f"{words} changed from {_shown(old)} to {_shown(new)}.",
        "renamed": f"{words} was renamed; it was {_shown(old)}.",
    }[what]
    return Change(kind=what, path=_path(kind, trail), old=old, new=new, sentence=sentence[0].upper() + sentence[1:])


def _path(kind: str, trail: Trail) -> str:
    return ".".join([document_path(kind, trail[0]), *trail[1:]]) if trail else kind


def _words(kind: str, trail: Trail) -> str:
    """Return what a trail leads to in words: ``the label of the status 'won' of the lifecycle 'lead'``."""
    if not trail:
        return f"the documents of {kind}"
    words = [f"the {_KIND_NOUNS[kind]}" if kind == "organisation" else f"the {_KIND_NOUNS[kind]} '{trail[0].rpartition('.')[2]}'"]
    if kind == "subtypes":
        words[0] += f" of '{trail[0].partition('.')[0]}'"
    position = 1
    while position < len(trail):
        key = trail[position]
        if key in _MEMBER_NOUNS and position + 1 < len(trail):
            words.append(f"the {_MEMBER_NOUNS[key]} '{trail[position + 1]}'")
            position += 2
        else:
            words.append(f"'{key}'")
            position += 1
    return " of ".join(reversed(words))


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(str(item) for item in value)}]"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if isinstance(value, bool) or value is None
        else "a group of values"
        if isinstance(value, Mapping)
        else str(value)
    )
