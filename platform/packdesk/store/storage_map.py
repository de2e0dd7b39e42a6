"""Which physical name belongs to which id from one release to the next, and what is retired but kept.

A retired column or table keeps its name and its content; when the same id with the same kind of value comes back, it takes the old
name again and everything that was entered is there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.store.comparison import SlotPair, TypePair, slots
from packdesk.store.physical import EMPTY, Physical, extend, line_key, link_key, record_key, stored_as_links

#: Any text of these kinds may stay in its column when the field becomes one of ``_FREE_TEXT``.
_TEXTS = frozenset({Kind.STRING, Kind.TEXT, Kind.RICH_TEXT, Kind.EMAIL, Kind.URL})
_FREE_TEXT = frozenset({Kind.STRING, Kind.TEXT, Kind.RICH_TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageMap:
    """The physical names of a release, and the names of what is retired, by ``key:kind`` (``lead#phones:`` for a table)."""

    physical: Physical
    retired: Mapping[str, str]

    def to_json(self) -> dict[str, Json]:
        """Return the map as JSON; ``Physical.from_json`` reads its part of it."""
        return {**self.physical.to_json(), "retired": dict(self.retired)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "StorageMap":
        """Read what ``to_json`` gave."""
        retired = data.get("retired")
        named = {str(key): str(name) for key, name in retired.items()} if isinstance(retired, Mapping) else {}
        return cls(physical=Physical.from_json(data), retired=MappingProxyType(named))


NOTHING = StorageMap(physical=EMPTY, retired=MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolution:
    """How the storage map moves on: the next map, the keys that get a column anew, and those that come back."""

    after: StorageMap
    anew: frozenset[str]
    restored: frozenset[str]


def kind_word(field: Field, renamed_types: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return the kind of value as one word; a reference to another type is another kind."""
    target = renamed_types.get(field.to, field.to)
    return f"{field.kind.value}({target})" if field.kind in (Kind.REFERENCE, Kind.REFERENCES) else field.kind.value


def same_column(former: Field, field: Field, renamed_types: Mapping[str, str]) -> bool:
    """Return whether the values of the former field may stay where they are."""
    if kind_word(former, renamed_types) == kind_word(field):
        return True
    return former.kind in _TEXTS and field.kind in _FREE_TEXT


def evolve(before: StorageMap, old: Model | None, new: Model, pairs: tuple[TypePair, ...]) -> Evolution:
    """Return the storage map of the new model: known ids keep their names, gone ones are retired, retired ones come back."""
    renamed_types = {pair.old.id: pair.new.id for pair in pairs if pair.old is not None and pair.new is not None and pair.old.id != pair.new.id}
    renamed = {record_key(new_id): record_key(old_id) for old_id, new_id in renamed_types.items()}
    renamed |= {slot.new.key: slot.old.key for slot in _all_slots(pairs) if slot.new is not None and slot.old is not None and slot.new.key != slot.old.key}
    changed = {
        slot.new.key for slot in _all_slots(pairs) if slot.new and slot.field and slot.former and not same_column(slot.former, slot.field, renamed_types)
    }

    retired = {_moved(key, renamed_types): name for key, name in before.retired.items()}
    wanted = stored_keys(new)
    known = {new_key for new_key in wanted if renamed.get(new_key, _back(new_key, renamed_types)) in before.physical or new_key in before.physical}
    restored = {key for key, kind in wanted.items() if (key not in known or key in changed) and f"{key}:{kind}" in retired}
    followed = {former: key for key, former in renamed.items()}
    now = {key: followed.get(key, _moved(key, renamed_types)) for key in before.physical.names}
    gone = _gone(before.physical, {} if old is None else stored_keys(old), now, frozenset(wanted) - changed)

    names = dict(before.physical.names)
    for key in restored:
        names[renamed.get(key, _back(key, renamed_types)) if key in changed else key] = retired.pop(f"{key}:{wanted[key]}")
    anew = frozenset(changed - restored)
    physical = extend(Physical(names=names, taken=before.physical.taken), new, renamed=renamed, anew=anew)
    after = StorageMap(physical=physical, retired=MappingProxyType({**retired, **gone}))
    return Evolution(after=after, anew=anew, restored=frozenset(restored))


def stored_keys(model: Model) -> Mapping[str, str]:
    """Return key -> kind of everything that the model stores; the kind of a table is empty."""
    found: dict[str, str] = {}
    for entity in model.entity_types.values():
        found[record_key(entity.id)] = ""
        found |= {line_key(entity.id, group): "" for group in entity.lines}
        found |= {link_key(entity.id, relation): "" for relation in entity.relations if stored_as_links(model, entity.id, relation)}
        found |= {slot.key: kind_word(field) for slot, field in slots(model, entity).items()}
    return found


def _all_slots(pairs: tuple[TypePair, ...]) -> tuple[SlotPair, ...]:
    return tuple(slot for pair in pairs for slot in pair.slots)


def _gone(before: Physical, kinds: Mapping[str, str], now: Mapping[str, str], stay: frozenset[str]) -> dict[str, str]:
    """Return ``key:kind`` -> name of what the new model no longer reads; ``now`` is the key that each old key has become."""
    return {f"{now[key]}:{kinds.get(key, '')}": name for key, name in before.names.items() if now[key] not in stay}


def _owner(key: str) -> str:
    return re.split(r"[.#@:]", key, maxsplit=1)[0]


def _moved(key: str, renamed_types: Mapping[str, str]) -> str:
    owner = _owner(key)
    return renamed_types.get(owner, owner) + key[len(owner) :]


def _back(key: str, renamed_types: Mapping[str, str]) -> str:
    return _moved(key, {new: old for old, new in renamed_types.items()})
