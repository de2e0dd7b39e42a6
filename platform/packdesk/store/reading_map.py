"""How values that a publish maps are read until its batches have reached them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.model import Model
from packdesk.store.steps import Step, StepKind

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMapping:
    """Stored value -> value of the live release, per place; a mapped value is never a valid one, so that applying twice is harmless.

    A place is ``type.path`` or ``type.group.path``, as ``Slot.name`` says it.
    """

    places: Mapping[str, Mapping[str, str]]
    #: Entity type -> stored status -> state of the record, where the stored state is no longer the right one.
    states: Mapping[str, Mapping[str, str]]

    def __bool__(self) -> bool:
        """Say whether anything is mapped."""
        return bool(self.places or self.states)

    def value(self, place: str, stored: object) -> object:
        """Return what a stored value means now."""
        mapping = self.places.get(place, _NOTHING)
        if isinstance(stored, tuple):
            return tuple(dict.fromkeys(mapping.get(str(member), str(member)) for member in stored))
        return mapping.get(stored, stored) if isinstance(stored, str) else stored

    def stored_values(self, place: str, value: str) -> tuple[str, ...]:
        """Return every stored value that means this one: what a condition in SQL has to look for."""
        return (value, *(old for old, new in self.places.get(place, _NOTHING).items() if new == value))


AS_STORED = ReadMapping(places=MappingProxyType({}), states=MappingProxyType({}))


def read_mapping(pending: Iterable[Step], model: Model) -> ReadMapping:
    """Return how the unfinished steps of a release are to be read."""
    places: dict[str, dict[str, str]] = {}
    states: dict[str, dict[str, str]] = {}
    for step in pending:
        if step.slot is None or step.mapping is None:
            continue
        if step.kind is StepKind.MOVE_STATE:
            states.setdefault(step.slot.entity_type, {}).update(step.mapping)
        elif step.kind is StepKind.MAP_VALUES:
            places.setdefault(step.slot.name, {}).update(step.mapping)
            if step.slot.path == "status" and not step.slot.group:
                statuses = model.lifecycles[step.slot.entity_type].statuses
                states.setdefault(step.slot.entity_type, {}).update({old: statuses[new].state for old, new in step.mapping.items()})
    return ReadMapping(places=places, states=states) if places or states else AS_STORED
