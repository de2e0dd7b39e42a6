"""The OpenAPI 3.1 document of a release: a runtime goes in, plain JSON comes out; nothing in it is written by hand per type."""

from collections.abc import Mapping, Sequence
from typing import cast

from marshmallow import Schema, fields

from packdesk import __version__
from packdesk.errors import CATALOGUE
from packdesk.records.claim import takes
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.web.api import openapi_jobs
from packdesk.web.api.schemas import GIVEN_COLUMNS, Schemas
from packdesk.web.api.strict_fields import StrictField

Json = Mapping[str, object]

_PROBLEM = {"$ref": "#/components/responses/Problem"}
_JSON = "application/json"
_FORM = "multipart/form-data"
_CSV = "text/csv"
_TEXT: Json = {"type": "string"}
_RECORD_PARAMETERS: tuple[Json, ...] = ({"name": "ref", "in": "path", "required": True, "schema": _TEXT, "description": "Id or number of the record."},)
_LIST_PARAMETERS: tuple[tuple[str, Json, str], ...] = (
    ("filter", _TEXT, "A condition in the expression language, over `record`."),
    (
        "q",
        _TEXT,
        "Quick search in the searchable fields, and in those of whose business a record is; `too_many_parties` tells that these were too many to look for.",
    ),
    ("order", _TEXT, "Field paths, commas between; `-` in front for descending."),
    ("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 25}, "Records per page."),
    ("cursor", _TEXT, "`next_cursor` of the page before."),
    ("fields", _TEXT, "Field paths to answer, commas between."),
    ("expand", _TEXT, "`labels` adds what people read for ids."),
    ("count", {"type": "boolean", "default": True}, "Whether to count the matches (up to a cap)."),
)
_FILE_FORM: tuple[str, Json, str] = ("format", {"enum": ["csv", "jsonl"], "default": "csv"}, "Form of the file.")
_IMPORT_PARAMETERS: tuple[tuple[str, Json, str], ...] = (
    ("key", _TEXT, "Column by which a record that is there is recognised."),
    ("update_existing", {"type": "boolean", "default": False}, "Whether such a record is changed."),
    ("dry_run", {"type": "boolean", "default": False}, "Try without storing."),
    ("all_or_nothing", {"type": "boolean", "default": False}, "Store nothing when a row is refused."),
    ("delimiter", {"enum": [",", ";"]}, "What stands between the columns."),
)
_BULK: Json = {
    "records": {"type": "array", "items": _TEXT, "title": "Ids or numbers"},
    "matching": openapi_jobs.MATCHING,
    "values": {"type": "object", "title": "Fields to change"},
    "action": {"type": "string", "title": "Action to perform"},
    "inputs": {"type": "object", "title": "Inputs of the action"},
    "delete": {"type": "boolean", "title": "Delete them"},
    "versions": {"type": "object", "title": "Versions that were looked at, by id or number"},
    "preview": {"type": "boolean", "title": "Say what would be, and change nothing"},
}
_VERSION: Json = {"name": "If-Match", "in": "header", "required": True, "schema": _TEXT, "description": "The version that is changed, as in `ETag`."}
_ONCE: Json = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 128}, "description": "Sent twice, done once, for 24 hours."}


def document(runtime: Runtime, schemas: Schemas, language: str) -> dict[str, object]:
    """Return the document."""
    paths: dict[str, object] = {**_fixed_paths(), **openapi_jobs.paths(_ONCE, _PROBLEM)}
    components: dict[str, object] = {"Problem": _problem_schema(), "Job": openapi_jobs.JOB}
    for entity_type in runtime.types:
        entity = runtime.type(entity_type)
        components[f"{entity_type}.input"] = input_json(schemas.input(runtime, entity_type)())
        components[f"{entity_type}.record"] = _output(runtime, entity)
        paths |= _paths(entity, language)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Packdesk", "version": __version__, "description": f"Generated from release {runtime.release}."},
        "servers": [{"url": "/api/v1"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {
                "Problem": {
                    "description": "Refused; nothing was stored.",
                    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
            "schemas": components,
        },
    }


def input_json(schema: Schema) -> dict[str, object]:
    """Return a marshmallow schema as JSON Schema."""
    return {"type": "object", "additionalProperties": False, "properties": {name: _field_json(field) for name, field in schema.fields.items()}}


def _field_json(field: fields.Field[object]) -> Json:
    """Return a marshmallow field as JSON Schema, with null for no value."""
    if isinstance(field, StrictField):
        return {"anyOf": [field.metadata["json_schema"], {"type": "null"}]}
    if isinstance(field, fields.Nested):
        inner = input_json(field.schema)
        return {"type": ["array", "null"], "items": inner} if field.many else {"anyOf": [inner, {"type": "null"}]}
    return {}


def _output(runtime: Runtime, entity: EntityRuntime) -> dict[str, object]:
    """Return the schema of a record as it is answered."""
    properties: dict[str, object] = {"title": _TEXT}
    for path, field in entity.fields.items():
        described: dict[str, object] = (
            {**field.kind.json_schema(field.field, runtime.model), "title": field.label("en")} if path not in GIVEN_COLUMNS else {"title": field.label("en")}
        )
        if field.field.to:
            described = {"type": ("object", "array", "null"), "title": field.label("en")}
        if field.section:
            section = cast("dict[str, object]", properties.setdefault(field.section, {"type": "object", "properties": {}}))
            cast("dict[str, object]", section["properties"])[path.rpartition(".")[2]] = {"title": field.label("en")}
        else:
            properties[path] = {"title": described.get("title"), "anyOf": [described, {"type": "null"}]}
    for group in entity.lines:
        properties[group] = {"type": "array", "items": {"type": "object"}}
    return {"type": "object", "properties": properties}


def _paths(entity: EntityRuntime, language: str) -> dict[str, object]:
    """Return the addresses of one entity type."""
    name, label = entity.id, entity.entity.label.in_language(language)
    plural = entity.entity.plural.in_language(language)
    record = {"$ref": f"#/components/schemas/{name}.record"}
    given = {"$ref": f"#/components/schemas/{name}.input"}
    one, many = f"/records/{name}/{{ref}}", f"/records/{name}"
    page = {"type": "object", "properties": {"records": {"type": "array", "items": record}, "next_cursor": {"type": ["string", "null"]}}}
    parameters = [_in_query(*one) for one in _LIST_PARAMETERS]
    paths: dict[str, object] = {
        many: {
            "get": _operation(name, f"{name}.search", f"List {plural}", answer=page, parameters=parameters),
            "post": _operation(name, f"{name}.create", f"Create: {label}", answer=record, status="201", body=given, parameters=(_ONCE,)),
        },
        one: {
            "get": _operation(name, f"{name}.read", f"Read: {label}", answer=record, parameters=_RECORD_PARAMETERS),
            "patch": _operation(name, f"{name}.update", f"Change: {label}", answer=record, body=given, parameters=(*_RECORD_PARAMETERS, _VERSION)),
            "delete": _operation(name, f"{name}.delete", f"Delete: {label}", status="204", parameters=(*_RECORD_PARAMETERS, _VERSION)),
        },
        f"{one}/actions": {"get": _operation(name, f"{name}.actions", "What can be done now, and why not", parameters=_RECORD_PARAMETERS)},
        f"{one}/history": {"get": _operation(name, f"{name}.history", "What happened to it", parameters=_RECORD_PARAMETERS)},
        f"{one}/notes": {
            "get": _operation(name, f"{name}.notes", "Its notes", parameters=_RECORD_PARAMETERS),
            "post": _operation(
                name,
                f"{name}.add_note",
                "Add a note",
                status="201",
                body={"type": "object", "required": ["text"], "properties": {"text": _TEXT}},
                parameters=(*_RECORD_PARAMETERS, _ONCE),
            ),
        },
    }
    paths |= _paths_of_many(name, plural) | _paths_of_approvals(name)
    for action, compiled in entity.actions.items():
        paths[f"{one}/actions/{action}/why"] = {"get": _operation(name, f"{name}.actions.{action}.why", "Why not now", parameters=_RECORD_PARAMETERS)}
        inputs = {path: {"title": field.label(language)} for path, field in compiled.inputs.items()}
        body = {"type": "object", "properties": _nested(inputs)}
        summary = compiled.action.label.in_language(language)
        version = {**_VERSION, "required": not takes(compiled)}
        paths[f"{one}/actions/{action}"] = {
            "post": _operation(name, f"{name}.actions.{action}", summary, answer=record, body=body, parameters=(*_RECORD_PARAMETERS, version, _ONCE))
        }
    return paths


def _paths_of_approvals(name: str) -> dict[str, object]:
    """Return the addresses of a record's requests for approval."""
    asked = f"/records/{name}/{{ref}}/approvals"
    request = ({**_RECORD_PARAMETERS[0], "name": "approval", "description": "Id of the request."}, *_RECORD_PARAMETERS, _ONCE)
    reason: Json = {"type": "object", "properties": {"reason": _TEXT}}
    done = {"approve": "Agree to it", "reject": "Do not agree to it", "resubmit": "Ask for it once more"}
    decisions = {
        f"{asked}/{{approval}}/{what}": {"post": _operation(name, f"{name}.{what}", about, body=reason, parameters=request)} for what, about in done.items()
    }
    return {asked: {"get": _operation(name, f"{name}.approvals", "What was asked for about it", parameters=_RECORD_PARAMETERS)}, **decisions}


def _nested(inputs: Mapping[str, Json]) -> dict[str, object]:
    """Return inputs by path as they are sent: those of a section inside it."""
    found: dict[str, object] = {}
    for path, described in inputs.items():
        section, _, name = path.rpartition(".")
        if section:
            whole = cast("dict[str, dict[str, object]]", found.setdefault(section, {"type": "object", "properties": {}}))
            whole["properties"][name] = described
        else:
            found[path] = described
    return found


def _paths_of_many(name: str, plural: str) -> dict[str, object]:
    """Return the addresses of a record's files, and those of many records at once."""
    files, many = f"/records/{name}/{{ref}}/attachments", f"/records/{name}"
    attachment = ({**_RECORD_PARAMETERS[0], "name": "attachment", "description": "Id of the attachment."}, *_RECORD_PARAMETERS)
    form = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
    several: Json = {"type": "object", "properties": _BULK}
    bulk = _operation(name, f"{name}.bulk", f"Change many {plural}", body=several, parameters=(_ONCE, openapi_jobs.PREFER))
    bulk["responses"] = {**cast("Json", bulk["responses"]), "202": openapi_jobs.ACCEPTED}
    found = [_in_query(*one) for one in (*_LIST_PARAMETERS, _FILE_FORM) if one[0] in ("filter", "q", "order", "fields", "format")]
    given = [_in_query(*one) for one in _IMPORT_PARAMETERS]
    return {
        files: {
            "get": _operation(name, f"{name}.attachments", "Its files", parameters=_RECORD_PARAMETERS),
            "post": _operation(name, f"{name}.attach", "Attach a file", status="201", body=form, media=_FORM, parameters=(*_RECORD_PARAMETERS, _ONCE)),
        },
        f"{files}/{{attachment}}": {"get": _operation(name, f"{name}.download", "The bytes of a file", parameters=attachment)},
        f"{many}/bulk": {"post": bulk},
        f"{many}/import": {"post": _operation(name, f"{name}.import", f"Import {plural}", body=_TEXT, media=_CSV, parameters=(*given, _ONCE))},
        f"{many}/export": {"get": _operation(name, f"{name}.export", f"Export {plural}", parameters=found)},
    }


def _in_query(name: str, schema: Json, about: str) -> Json:
    """Return a parameter that stands behind the question mark."""
    return {"name": name, "in": "query", "schema": schema, "description": about}


def _operation(
    tag: str,
    name: str,
    summary: str,
    *,
    answer: Json | None = None,
    status: str = "200",
    body: Json | None = None,
    media: str = _JSON,
    parameters: Sequence[Json] = (),
) -> dict[str, object]:
    """Return one operation."""
    response: dict[str, object] = {"description": "Done."}
    if status != "204":
        response["content"] = {_JSON: {"schema": answer or {"type": "object"}}}
    result: dict[str, object] = {"tags": [tag], "operationId": name, "summary": summary, "responses": {status: response, "default": _PROBLEM}}
    if parameters:
        result["parameters"] = list(parameters)
    if body is not None:
        result["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
    return result


def _fixed_paths() -> dict[str, object]:
    """Return the addresses that every release has."""
    login = {"type": "object", "required": ["username", "password"], "properties": {"username": _TEXT, "password": {"type": "string", "format": "password"}}}
    entity_type = [{"name": "entity_type", "in": "path", "required": True, "schema": _TEXT}]
    return {
        "/security/login": {"post": {**_operation("system", "login", "Get a bearer token", body=login), "security": []}},
        "/me": {"get": _operation("system", "me", "Who the token speaks for")},
        "/metadata": {"get": _operation("system", "metadata", "The entity types")},
        "/metadata/{entity_type}": {
            "get": _operation("system", "metadata.type", "Fields, sections, lines, lifecycle and actions of a type", parameters=entity_type)
        },
        "/metadata/{entity_type}/schema": {"get": _operation("system", "metadata.schema", "JSON Schema of a type's input", parameters=entity_type)},
        "/releases": {"get": _operation("system", "releases", "What was published when")},
        "/explain": {
            "get": _operation(
                "system", "explain", "Which pack, file and line gave a value", parameters=[{"name": "path", "in": "query", "required": True, "schema": _TEXT}]
            )
        },
        "/schemas": {"get": {**_operation("system", "schemas", "The kinds of documents that have a schema"), "security": []}},
        "/schemas/{kind}": {
            "get": {
                **_operation("system", "schemas.kind", "JSON Schema of a kind of documents", parameters=[{**entity_type[0], "name": "kind"}]),
                "security": [],
            }
        },
    }


def _problem_schema() -> dict[str, object]:
    """Return the schema of a problem document, with every code there is."""
    finding = dict.fromkeys(("code", "field", "action", "rule", "origin", "message"), _TEXT)
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "code", "findings", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": _TEXT,
            "status": {"type": "integer"},
            "detail": _TEXT,
            **finding,
            "code": {"type": "string", "enum": sorted(CATALOGUE)},
            "findings": {"type": "array", "items": {"type": "object", "properties": finding}},
            "request_id": _TEXT,
        },
    }
