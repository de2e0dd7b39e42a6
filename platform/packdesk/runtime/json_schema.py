"""The JSON Schema (Draft 2020-12) of what an entity type takes, derived from the same table that reads it."""

from collections.abc import Iterable

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.runtime.compile import Runtime
from packdesk.runtime.engine_columns import WRITABLE
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime, LineRuntime, RelationRuntime

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(rt: Runtime, entity_type: str, *, update: bool = False, language: str = "en") -> dict[str, Json]:
    """Return the schema for creating a record, or for a patch of one (nothing required then)."""
    entity = rt.type(entity_type)
    properties: dict[str, Json] = {path: _property(entity, field, language) for path, field in entity.fields.items() if _taken(field) and not field.section}
    required = [] if update else [path for path, field in entity.fields.items() if not field.section and _demanded(field)]
    for section in entity.sections.values():
        fields = {path.partition(".")[2]: entity.fields[path] for path in section.fields if _taken(entity.fields[path])}
        properties[section.section.id] = _nullable(_object(_properties(entity, fields, language), ()))
    for name, group in entity.groups.items():
        properties[name] = _nullable(_rows(entity, group, language))
    for name, relation in entity.relations.items():
        if relation.connection.how != "field":
            properties[name] = _nullable(_ends(entity, relation, language))
    return {
        "$schema": DRAFT,
        "title": entity.entity.label.in_language(language),
        "type": "object",
        "properties": properties,
        "required": tuple(required),
        "additionalProperties": False,
    }


def _taken(field: FieldRuntime) -> bool:
    return field.derived is None and (not field.engine or field.path in WRITABLE)


def _demanded(field: FieldRuntime) -> bool:
    """Return whether every new record needs the field from the one who makes it."""
    always = field.required is True and field.visible is True and field.default is None and not field.field.choices
    return _taken(field) and always and field.field.kind is not Kind.SUBTYPE


def _property(entity: EntityRuntime, field: FieldRuntime, language: str) -> Json:
    schema = field.kind.json_schema(field.field, entity.model)
    words: dict[str, Json] = {"title": field.label(language)}
    if field.field.description is not None:
        words["description"] = field.field.description.in_language(language)
    if field.readonly is True:
        words["readOnly"] = True
    if field.default is not None and isinstance(field.default, str | int | bool):
        words["default"] = field.kind.write(field.default)
    return {**words, **_nullable(schema)}


def _properties(entity: EntityRuntime, fields: dict[str, FieldRuntime], language: str) -> dict[str, Json]:
    return {name: _property(entity, field, language) for name, field in fields.items()}


def _nullable(schema: dict[str, Json]) -> dict[str, Json]:
    return {"anyOf": (schema, {"type": "null"})}


def _object(properties: dict[str, Json], required: Iterable[str]) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": tuple(required), "additionalProperties": False}


def _rows(entity: EntityRuntime, group: LineRuntime, language: str) -> dict[str, Json]:
    fields = {name: field for name, field in group.fields.items() if field.derived is None}
    properties = {**_properties(entity, fields, language), "id": {"type": "string"}}
    row = _object(properties, (name for name, field in fields.items() if _demanded(field)))
    limits: dict[str, Json] = {"minItems": group.group.min_items} if group.group.min_items else {}
    if group.group.max_items is not None:
        limits["maxItems"] = group.group.max_items
    return {"type": "array", "items": row, **limits}


def _ends(entity: EntityRuntime, relation: RelationRuntime, language: str) -> dict[str, Json]:
    own = _properties(entity, dict(relation.fields), language)
    name: dict[str, Json] = {"type": "string", "minLength": 1}
    end: dict[str, Json] = {
        "anyOf": (name, {"type": "object", "properties": {"entity_type": {"type": "string"}, "record": name, "id": name, "number": name, "title": name, **own}})
    }
    return {"anyOf": (end, {"type": "array", "items": end, **({} if relation.connection.many else {"maxItems": 1})})}
