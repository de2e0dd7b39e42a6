"""Names of tables and columns: fixed when they are first given, kept by the release, never used for anything else again.

A key names what is stored: ``lead`` its table, ``lead.response.category`` the stem of a field's columns, ``lead#phones`` the
table of a line group, ``lead#phones.number`` a stem in it, ``lead@related`` a link table, ``lead@related.relation`` a stem in
it. Prefixes keep every name clear of reserved words: ``r_`` records, ``l_`` lines, ``k_`` links, ``s_`` search, ``f_`` fields.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.entity_types import EntityType, Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json

#: Longest name that both databases take, less room for the suffixes of parts and search tables.
_ROOM = 44
_MARK = 8


def record_key(entity_type: str) -> str:
    """Return the key of an entity type's table."""
    return entity_type


def field_key(entity_type: str, path: str) -> str:
    """Return the key of a field's columns."""
    return f"{entity_type}.{path}"


def line_key(entity_type: str, group: str) -> str:
    """Return the key of a line group's table."""
    return f"{entity_type}#{group}"


def link_key(entity_type: str, relation: str) -> str:
    """Return the key of a relation's link table."""
    return f"{entity_type}@{relation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Physical:
    """Physical names by key, and every name ever given, so that a retired column's name is not used again."""

    #: Key -> table name or stem of column names.
    names: Mapping[str, str]
    #: ``""`` (tables) or the key of a table -> names given there, retired ones included.
    taken: Mapping[str, tuple[str, ...]]

    def __getitem__(self, key: str) -> str:
        """Return the name that the key has; a key without one was never stored."""
        return self.names[key]

    def __contains__(self, key: object) -> bool:
        """Say whether the key has a name."""
        return key in self.names

    def to_json(self) -> dict[str, Json]:
        """Return the map as plain JSON."""
        return {"names": dict(self.names), "taken": {scope: tuple(names) for scope, names in self.taken.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "Physical":
        """Read what ``to_json`` gave."""
        names, taken = data["names"], data["taken"]
        if not isinstance(names, Mapping) or not isinstance(taken, Mapping):
            raise TypeError("not a map of physical names")
        return cls(
            names=MappingProxyType({str(key): str(name) for key, name in names.items()}),
            taken=MappingProxyType({str(scope): tuple(str(name) for name in given) for scope, given in taken.items()}),
        )


EMPTY = Physical(names=MappingProxyType({}), taken=MappingProxyType({}))


def extend(
    physical: Physical,
    model: Model,
    *,
    renamed: Mapping[str, str] = MappingProxyType({}),
    anew: frozenset[str] = frozenset(),
    restored: Mapping[str, str] = MappingProxyType({}),
) -> Physical:
    """Return the names for a model: known keys keep theirs, ``renamed`` (new key -> old key) take the old one's, others get new names.

    Keys in ``anew`` get a new name although they had one: a changed type is a new column. A renamed table's fields, lines and
    links follow it. ``restored`` (key -> name) gives retired names back to what had them. Keys that the model no longer has lose
    their entry, while their names stay taken.
    """
    wanted = list(keys(model))
    before = _following(physical, wanted, renamed)
    taken = {scope: list(names) for scope, names in _moved(physical, renamed).items()}
    names: dict[str, str] = {}
    for scope, key, prefix, words in wanted:
        kept = restored.get(key) or (before.get(key) if key not in anew else None)
        given = taken.setdefault(scope, [])
        names[key] = kept or _fresh(prefix + words, given)
        if names[key] not in given:
            given.append(names[key])
    return Physical(names=MappingProxyType(names), taken=MappingProxyType({scope: tuple(given) for scope, given in taken.items()}))


def keys(model: Model) -> Iterator[tuple[str, str, str, str]]:
    """Yield (scope, key, prefix, words) of everything that the model stores, in a fixed order."""
    for entity_type in model.entity_types.values():
        table = record_key(entity_type.id)
        yield "", table, "r_", entity_type.id
        for path in field_paths(model, entity_type.id):
            yield table, field_key(entity_type.id, path), "f_", path
        for group in entity_type.lines.values():
            lines = line_key(entity_type.id, group.id)
            yield "", lines, "l_", f"{entity_type.id}_{group.id}"
            for name in group.fields:
                yield lines, f"{lines}.{name}", "f_", name
        for relation in entity_type.relations.values():
            if not stored_as_links(model, entity_type.id, relation.id):
                continue
            links = link_key(entity_type.id, relation.id)
            yield "", links, "k_", f"{entity_type.id}_{relation.id}"
            for name in relation.fields:
                yield links, f"{links}.{name}", "f_", name


def field_paths(model: Model, entity_type: str) -> tuple[str, ...]:
    """Return the paths of a type's own fields and those of its sections, in written order."""
    entity = model.entity_types[entity_type]
    own = tuple(entity.fields)
    return own + tuple(f"{section.id}.{name}" for section in entity.sections.values() for name in section.fields)


def stored_as_links(model: Model, entity_type: str, relation: str) -> bool:
    """Say whether the relation has a link table of its own: not when the other end's field or relation holds it."""
    entity = model.entity_types[entity_type]
    found = entity.relations[relation]
    target = model.entity_types.get(found.to)
    if not found.inverse or target is None or found.symmetric:
        return True
    held = _field_at(target, found.inverse)
    if held is not None and held.kind is Kind.REFERENCE:
        return False
    other = target.relations.get(found.inverse)
    mutual = other is not None and other.inverse == relation and other.to in ("", entity_type)
    return other is None or not mutual or (other.many, other.path) >= (found.many, found.path)


def _field_at(entity: EntityType, path: str) -> Field | None:
    section, _, name = path.rpartition(".")
    inside = entity.fields if not section else entity.sections[section].fields if section in entity.sections else {}
    return inside.get(name)


def _following(physical: Physical, wanted: list[tuple[str, str, str, str]], renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the names that the wanted keys had, looking up each under its old key."""
    found: dict[str, str] = {}
    for scope, key, _prefix, _words in wanted:
        old = renamed.get(key) or (_old_scope(scope, renamed) + key[len(scope) :] if scope else _old_scope(key, renamed))
        if old in physical.names and not (old != key and key in physical.names):
            found[key] = physical.names[old]
        elif key in physical.names:
            found[key] = physical.names[key]
    return found


def _old_scope(scope: str, renamed: Mapping[str, str]) -> str:
    """Return the old key of a table's key: renamed itself, or belonging to a renamed type."""
    if scope in renamed:
        return renamed[scope]
    owner = re.split("[#@]", scope)[0]
    return renamed.get(owner, owner) + scope[len(owner) :]


def _moved(physical: Physical, renamed: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the taken names with each scope under its new key."""
    new_names = {old: new for new, old in renamed.items()}
    moved: dict[str, tuple[str, ...]] = {}
    for scope, given in physical.taken.items():
        owner = re.split("[#@]", scope)[0]
        target = new_names.get(scope) or new_names.get(owner, owner) + scope[len(owner) :]
        moved[target] = (*moved.get(target, ()), *given)
    return moved


def _fresh(words: str, given: list[str]) -> str:
    """Return a short, safe name like the words that was not given before."""
    stem = re.sub("[^a-z0-9]+", "_", words.lower()).strip("_")
    if len(stem) > _ROOM:
        stem = f"{stem[: _ROOM - _MARK - 1]}_{hashlib.sha256(words.encode()).hexdigest()[:_MARK]}"
    name, count = stem, 1
    while name in given:
        count += 1
        name = f"{stem[: _ROOM - 4]}_{count}"
    return name
