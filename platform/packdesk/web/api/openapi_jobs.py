"""What the OpenAPI document says about jobs: the same for every release."""

from collections.abc import Mapping, Sequence

Json = Mapping[str, object]

_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_COUNT: Json = {"type": "integer", "minimum": 0}
_MOMENT: Json = {"type": ["string", "null"], "format": "date-time"}

#: The header by which a program says that it does not want to wait.
PREFER: Json = {
    "name": "Prefer",
    "in": "header",
    "schema": {"const": "respond-async"},
    "description": "Answer with a job at once. More than 100 records, and `matching`, are always answered so.",
}
MATCHING: Json = {
    "type": "object",
    "title": "All that match, in place of `records`",
    "properties": {"filter": {**_TEXT, "title": "A condition over `record`"}, "q": {**_TEXT, "title": "Quick search"}},
    "additionalProperties": False,
}
JOB: Json = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "kind": {"enum": ["bulk", "preview", "undo"]},
        "entity_type": _TEXT,
        "state": {"enum": ["waiting", "running", "stopping", "stopped", "done"]},
        "total": {**_COUNT, "title": "Records"},
        "waiting": {**_COUNT, "title": "Not reached yet"},
        "changed": {**_COUNT, "title": "Changed; of a preview: would change"},
        "skipped": {**_COUNT, "title": "Nothing to change"},
        "refused": {**_COUNT, "title": "Refused or failed"},
        "created_at": {"type": "string", "format": "date-time"},
        "ended_at": _MOMENT,
        "undoes": {**_MAYBE, "title": "The job that this one takes back"},
        "undone_by": {**_MAYBE, "title": "The job that took this one back"},
        "undo_until": {**_MOMENT, "title": "Until when it can be taken back; null: not at all"},
    },
}
_FINDING: Json = {"type": "object", "properties": {"code": _TEXT, "message": _TEXT, "field": _TEXT, "rule": _TEXT, "origin": _TEXT}}
_ROW: Json = {
    "type": "object",
    "properties": {
        "row": {"type": "integer"},
        "number": _TEXT,
        "id": _TEXT,
        "done": {"enum": ["waiting", "updated", "performed", "deleted", "restored", "skipped", "refused", "failed"]},
        "findings": {"type": "array", "items": _FINDING},
    },
}
_REF: Json = {"$ref": "#/components/schemas/Job"}
#: An answer with the job that was made.
ACCEPTED: Json = {
    "description": "A job was made; `Location` says where it is.",
    "headers": {"Location": {"schema": {"type": "string", "format": "uri-reference"}}},
    "content": {"application/json": {"schema": _REF}},
}
_JOB_ID: Json = {"name": "job", "in": "path", "required": True, "schema": _TEXT, "description": "Id of the job."}
_CURSOR: Json = {"name": "cursor", "in": "query", "schema": _TEXT, "description": "`next_cursor` of the page before."}


def paths(once: Json, problem: Json) -> dict[str, object]:
    """Return the addresses of jobs."""

    def operation(name: str, summary: str, answer: Json, parameters: Sequence[Json], *, responses: Json | None = None) -> Json:
        done = {"200": {"description": "Done.", "content": {"application/json": {"schema": answer}}}}
        found = {"tags": ["jobs"], "operationId": name, "summary": summary, "responses": {**(responses or done), "default": problem}}
        return {**found, "parameters": list(parameters)} if parameters else found

    def page(name: str, item: Json) -> Json:
        return {"type": "object", "properties": {name: {"type": "array", "items": item}, "next_cursor": _MAYBE}}

    state: Json = {"name": "state", "in": "query", "schema": _TEXT, "description": "Outcomes to answer, commas between."}
    return {
        "/jobs": {"get": operation("jobs", "Your jobs, newest first", page("jobs", _REF), (_limit(50, 200), _CURSOR))},
        "/jobs/{job}": {"get": operation("jobs.job", "One job and how far it is", _REF, (_JOB_ID,))},
        "/jobs/{job}/rows": {
            "get": operation("jobs.rows", "What became of each record", page("rows", _ROW), (_JOB_ID, _limit(200, 1000), _CURSOR, state)),
        },
        "/jobs/{job}/stop": {"post": operation("jobs.stop", "Stop it after the record in hand", _REF, (_JOB_ID,))},
        "/jobs/{job}/undo": {"post": operation("jobs.undo", "Take it back, by another job", _REF, (_JOB_ID, once), responses={"202": ACCEPTED})},
    }


def _limit(default: int, most: int) -> Json:
    schema: Json = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": "limit", "in": "query", "schema": schema, "description": "How many per page."}
