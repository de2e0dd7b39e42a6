"""Marshmallow schemas of the entity types of a release, derived from the runtime and remembered; they shape what the API takes.

The compiled runtime stays the authority on values: a schema says early and by name what cannot be a record of this type at all.
"""

from collections.abc import Mapping
from threading import Lock
from weakref import WeakKeyDictionary

from marshmallow import RAISE, Schema, fields
from marshmallow.fields import Field as SchemaField

from packdesk.model.entity_types import Kind
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.web.api.strict_fields import StrictField

#: Engine columns that a person may give.
GIVEN_COLUMNS = frozenset({"subtype", "status", "owner_unit", "privacy_level", "assigned_unit", "assigned_user"})


class Strict(Schema):
    """A schema in which an unknown name is an error."""

    class Meta:
        """Refuse what is not declared."""

        unknown = RAISE


class Schemas:
    """Remembers the schemas of the entity types of the releases in use; they go with the runtime, so that publishes leave nothing behind."""

    def __init__(self) -> None:
        """Start with none."""
        self._known: WeakKeyDictionary[Runtime, dict[str, type[Schema]]] = WeakKeyDictionary()
        self._lock = Lock()

    def input(self, runtime: Runtime, entity_type: str) -> type[Schema]:
        """Return the schema of what a person may send for a record; every name may be left out, as in a patch."""
        known = self._known.get(runtime)
        if known is None:
            with self._lock:
                known = self._known.setdefault(runtime, {})
        found = known.get(entity_type)
        if found is None:
            found = input_schema(runtime, runtime.type(entity_type))
            known[entity_type] = found
        return found


def input_schema(runtime: Runtime, entity: EntityRuntime) -> type[Schema]:
    """Return the schema of an entity type's input: own fields, sections, line groups, relations."""
    declared: dict[str, SchemaField[object]] = {}
    sections: dict[str, dict[str, SchemaField[object]]] = {}
    for path, field in entity.fields.items():
        if field.engine and path not in GIVEN_COLUMNS:
            continue
        place = sections.setdefault(field.section, {}) if field.section else declared
        place[path.rpartition(".")[2]] = schema_field(runtime, field)
    for name, inner in sections.items():
        declared[name] = _nested(f"{entity.id}.{name}", inner, many=False)
    for name, lines in entity.lines.items():
        line: dict[str, SchemaField[object]] = {path: schema_field(runtime, field) for path, field in lines.items()}
        declared[name] = _nested(f"{entity.id}.{name}", {"id": StrictField({"type": "string", "maxLength": 64}, allow_none=True), **line}, many=True)
    for name in entity.relations:
        declared.setdefault(name, fields.Raw(allow_none=True))
    return Strict.from_dict(dict(declared), name=_class_name(entity.id))


def schema_field(runtime: Runtime, field: FieldRuntime) -> SchemaField[object]:
    """Return the marshmallow field that takes what the field's kind takes, and null for no value."""
    # the record knows which of its list's members are offered, and retired ones may stay
    schema = field.kind.json_schema(field.field, runtime.model)
    if field.field.kind in (Kind.STATUS, Kind.STATE, Kind.SUBTYPE):
        schema = {"type": "string", "maxLength": 255}
    return StrictField(schema, allow_none=True)


def _nested(name: str, inner: Mapping[str, SchemaField[object]], *, many: bool) -> SchemaField[object]:
    """Return a section, or the rows of a line group."""
    schema = Strict.from_dict(dict(inner), name=_class_name(name))
    return fields.Nested(schema, many=many, allow_none=True, unknown=RAISE)


def _class_name(name: str) -> str:
    """Return an id as the name of a class."""
    return "".join(part.capitalize() for part in name.replace(".", "_").split("_")) + "Input"
