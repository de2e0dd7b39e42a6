"""The JSON of a record: the shape that every door takes, plus what the engine keeps."""

from collections.abc import Mapping

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Json
from packdesk.records.json_values import plain
from packdesk.records.outcome import RecordView, Reference
from packdesk.runtime.entity import EntityRuntime, FieldRuntime
from packdesk.runtime.kinds import KINDS
from packdesk.runtime.values import Line, Record

_NAMING = (Kind.REFERENCE, Kind.REFERENCES)
_SILENT = frozenset({"deleted_at"})

References = Mapping[tuple[str, str], Reference]


def record_json(entity: EntityRuntime, view: RecordView) -> dict[str, Json]:
    """Return one record with its title and links."""
    links = {
        name: tuple({**_named(end.reference), **{key: plain(value) for key, value in end.values.items()}} for end in ends) for name, ends in view.links.items()
    }
    single = {name: (ends[0] if ends else None) if not entity.relations[name].connection.many else ends for name, ends in links.items()}
    return {**row_json(entity, view.record, view.references, hidden=view.hidden), "title": view.title, **single}


def row_json(entity: EntityRuntime, record: Record, references: References, *, hidden: frozenset[str] = frozenset()) -> dict[str, Json]:
    """Return the fields and lines of one record; paths that it does not hold are left out, hidden ones too."""
    data: dict[str, Json] = {}
    for path, field in entity.fields.items():
        if path in _SILENT or path in hidden or path not in record.values:
            continue
        section, _, name = path.rpartition(".")
        place = data if not section else _inner(data, section)
        place[name] = value_json(field, record.get(path), references)
    for group, fields in entity.lines.items():
        if group in record.lines and group not in hidden:
            data[group] = tuple(_line(fields, line, references) for line in record.lines[group])
    return data


def value_json(field: FieldRuntime, value: object, references: References) -> Json:
    """Return one value; what refers to a record says its id, number and title."""
    if value is None:
        return None
    if field.field.kind not in _NAMING or not field.targets:
        return KINDS[field.field.kind].write(value)
    if isinstance(value, tuple):
        return tuple(_referred(field, str(item), references) for item in value)
    return _referred(field, str(value), references)


def _referred(field: FieldRuntime, record_id: str, references: References) -> Json:
    found = references.get((field.targets[0], record_id))
    return _named(found) if found is not None else {"id": record_id}


def _named(reference: Reference) -> dict[str, Json]:
    return {"id": reference.id, "number": reference.number, "title": reference.title, "entity_type": reference.entity_type}


def _line(fields: Mapping[str, FieldRuntime], line: Line, references: References) -> Json:
    return {"id": line.id, **{name: value_json(field, line.values.get(name), references) for name, field in fields.items()}}


def _inner(data: dict[str, Json], section: str) -> dict[str, Json]:
    inner = data.setdefault(section, {})
    if not isinstance(inner, dict):
        raise TypeError(f"'{section}' is a field and a section")
    return inner
