"""``/metadata``, ``/releases`` and ``/explain``: what the release in force says, in the language that is asked for."""

from flask import Response, request

from packdesk.errors import PackdeskError
from packdesk.model.leaves import nothing_says, told
from packdesk.model.nodes import Origin
from packdesk.records.json_values import plain
from packdesk.records.policy import verbs
from packdesk.store.releases import ReleaseStore
from packdesk.web.api import parameters
from packdesk.web.api.descriptions import described
from packdesk.web.api.openapi import input_json
from packdesk.web.api.schemas import Schemas
from packdesk.web.bodies import answer
from packdesk.web.policies import LOGGED_IN, policy
from packdesk.web.request_context import actor, language, runtime, services

_MOST_LEAVES = 500
_SCHEMAS = Schemas()


@policy(LOGGED_IN)
def entity_types() -> Response:
    """Answer the entity types that the person may see."""
    pinned, who, spoken = runtime(), actor(), language()
    seen = []
    for name in pinned.types:
        entity = pinned.model.entity_types[name]
        may = verbs(pinned, who, name)
        if may:
            label, plural = entity.label.in_language(spoken), entity.plural.in_language(spoken)
            seen.append({"id": name, "label": label, "plural": plural, "icon": entity.icon, "verbs": sorted(may)})
    return answer({"release": pinned.release, "entity_types": seen})


@policy(LOGGED_IN)
def entity_type(entity_type: str) -> Response:
    """Answer one entity type: fields, sections, lines, relations, types, lifecycle, actions."""
    pinned, who = runtime(), actor()
    entity = pinned.type(entity_type)
    may = verbs(pinned, who, entity_type)
    if not may:
        raise PackdeskError("not_permitted", verb="view", entity_type=entity_type)
    return answer({**described(pinned, entity, language()), "verbs": sorted(may), "release": pinned.release})


@policy(LOGGED_IN)
def schema(entity_type: str) -> Response:
    """Answer the JSON Schema of what may be sent for a record of the type."""
    pinned = runtime()
    pinned.type(entity_type)
    if not verbs(pinned, actor(), entity_type):
        raise PackdeskError("not_permitted", verb="view", entity_type=entity_type)
    body = input_json(_SCHEMAS.input(pinned, entity_type)())
    return answer({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": entity_type, **body})


@policy(LOGGED_IN)
def releases() -> Response:
    """Answer what was published when, by whom and why, newest first."""
    rows = ReleaseStore(services().database).history()
    described_rows = [
        {"number": row.number, "active": row.active, "created_at": plain(row.created_at), "created_by": row.created_by, "hash": row.hash, "note": row.note}
        for row in rows
    ]
    packs = [{"id": pack.id, "version": pack.version, "title": pack.title} for pack in runtime().model.packs]
    return answer({"releases": described_rows, "packs": packs})


@policy(LOGGED_IN)
def explain() -> Response:
    """Answer which pack, version, file and line gave a leaf its value, and what it overrode (M-6)."""
    path = parameters.only(request, frozenset({"path"})).get("path", "")
    if not path:
        raise PackdeskError("bad_parameter", name="path", reason="path_missing")
    found = told(runtime().model.origins, path)
    if not found:
        raise PackdeskError("bad_parameter", name="path", path=path, **nothing_says(runtime().model.origins, path))
    if len(found) > _MOST_LEAVES:
        raise PackdeskError("bad_parameter", name="path", reason="path_wide", limit=_MOST_LEAVES)
    return answer({known: _origin(origin) for known, origin in found.items()})


def _origin(origin: Origin) -> dict[str, object]:
    """Return an origin with what it overrode."""
    return {
        "pack": origin.pack,
        "version": origin.version,
        "file": origin.file,
        "line": origin.line,
        "column": origin.column,
        "value": plain(origin.value),
        "overrides": [_origin(old) for old in origin.overrides],
    }
