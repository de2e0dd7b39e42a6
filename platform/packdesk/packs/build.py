"""Turns merged documents into the Model: everything that documents may leave out is filled in here, and nowhere else.

In: a checked ``Merged``. Out: a ``Model``. Labels come from ids, plurals from labels, codes and number prefixes from initials,
statuses from states, actions from moves; key dates become fields of their types; translations are folded into the texts.
"""

from collections.abc import Mapping

from packdesk.model.entity_types import EntityType
from packdesk.model.lists import EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.packs.build_actions import build_actions
from packdesk.packs.build_entity_types import build_entity_type
from packdesk.packs.build_lifecycles import build_lifecycle, build_subtypes
from packdesk.packs.build_lists import build_list, build_matrix, privacy_levels
from packdesk.packs.build_people import build_organisation, build_roles, build_scenarios
from packdesk.packs.build_views import build_views
from packdesk.packs.merged import Body, Merged
from packdesk.packs.parts import Texts, frozen, text_at


def build(merged: Merged) -> Model:
    """Return the model of checked documents."""
    documents = merged.documents
    texts = Texts(documents["locale"], merged.language)
    types_with_subtypes = {identifier.partition(".")[0] for identifier in documents["subtypes"]}
    entity_types: dict[str, EntityType] = {
        identifier: build_entity_type(identifier, body, documents["key_dates"], identifier in types_with_subtypes, texts)
        for identifier, body in documents["entity_types"].items()
    }
    lifecycles = {identifier: build_lifecycle(identifier, body, texts) for identifier, body in documents["transitions"].items()}
    actions, free_actions = build_actions(documents["actions"], entity_types, lifecycles, texts)
    return Model(
        hash=merged.hash,
        packs=merged.packs,
        languages=tuple(dict.fromkeys([merged.language, *(pack.language for pack in merged.packs), *documents["locale"]])),
        entity_types=entity_types,
        lifecycles=lifecycles,
        subtypes=build_subtypes(documents["subtypes"], texts),
        categories=_lists("categories", "nodes", documents["categories"], texts),
        value_lists=_lists("value_lists", "options", documents["value_lists"], texts),
        level_lists={**privacy_levels(texts), **_lists("level_lists", "levels", documents["level_lists"], texts)},
        matrices={identifier: build_matrix(identifier, body, texts) for identifier, body in documents["matrices"].items()},
        actions=actions,
        free_actions=free_actions,
        views=build_views(documents["views"], texts),
        organisation=build_organisation(documents["organisation"].get("organisation", {}), texts),
        roles=build_roles(documents["roles"], texts),
        scenarios=build_scenarios(documents["scenarios"]),
        demo_records=_records(documents["records"]),
        origins=merged.origins,
        demo_names=_record_names(documents["records"]),
    )


def _lists(kind: str, entries: str, bodies: Mapping[str, Body], texts: Texts) -> dict[str, EntryList]:
    return {identifier: build_list(kind, identifier, body, entries, texts) for identifier, body in bodies.items()}


def _record_names(bodies: Mapping[str, Body]) -> dict[str, tuple[str, ...]]:
    result: dict[str, list[str]] = {}
    for name, body in bodies.items():
        result.setdefault(text_at(body, "entity_type"), []).append(name)
    return {entity_type: tuple(names) for entity_type, names in result.items()}


def _records(bodies: Mapping[str, Body]) -> dict[str, tuple[Mapping[str, Json], ...]]:
    result: dict[str, list[Mapping[str, Json]]] = {}
    for body in bodies.values():
        subtype = text_at(body, "subtype")
        values = frozen(body.get("values"))
        record: dict[str, Json] = {"subtype": subtype} if subtype else {}
        record.update(values if isinstance(values, Mapping) else {})
        result.setdefault(text_at(body, "entity_type"), []).append(record)
    return {entity_type: tuple(records) for entity_type, records in result.items()}
