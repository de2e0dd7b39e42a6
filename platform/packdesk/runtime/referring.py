"""What refers to an entity type by a field of its own without a relation that says so: a page of the type shows it all the same."""

from collections.abc import Iterator
from types import MappingProxyType

from packdesk.model.entity_types import EntityType, Kind
from packdesk.model.model import Model
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Connection


def referring(model: Model, entity_type: str) -> Iterator[Connection]:
    """Yield one way for each type that refers to this one: by the field that says whose business it is, else by the first of its fields."""
    for other in model.entity_types.values():
        field = _field(other, entity_type)
        if field:
            kind = types.list_of(types.record(other.id))
            yield Connection(id=f"{other.id}-{field}", type=kind, many=True, holder=other.id, stored=field, how="field", link=MappingProxyType({}))


def _field(other: EntityType, entity_type: str) -> str:
    found = [name for name, field in other.fields.items() if field.kind is Kind.REFERENCE and field.to == entity_type]
    return other.party if other.party in found else next(iter(found), "")
