"""Turns merged documents into the Model: everything that documents may leave out is filled in here, and nowhere else.

In: a checked ``Merged``. Out: a ``Model``. Labels come from ids, plurals from labels, codes and number prefixes from initials,
statuses from states, actions from moves; key dates become fields of their types; translations are folded into the texts.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypeVar

from packdesk.model.entity_types import APPROVAL, EntityType
from packdesk.model.lifecycles import Lifecycle
from packdesk.model.lists import EntryList
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.packs.build_actions import build_actions
from packdesk.packs.build_entity_types import build_entity_type
from packdesk.packs.build_lifecycles import build_lifecycle, build_subtypes
from packdesk.packs.build_lists import build_list, build_matrix, privacy_levels
from packdesk.packs.build_people import build_organisation, build_roles, build_scenarios
from packdesk.packs.build_rules import build_approvals, build_assignment_rules, build_workflows
from packdesk.packs.build_views import build_views
from packdesk.packs.canonical import compact, digest
from packdesk.packs.merged import Body, Merged
from packdesk.packs.parts import Texts, frozen, text_at

Identified = TypeVar("Identified", EntityType, Lifecycle)


def build(merged: Merged) -> Model:
    """Return the model of checked documents."""
    return Builder().build(merged)


class Builder:
    """Builds one model after another, and takes over the entity types and lifecycles whose documents say the same as before.

    Each is a pure function of what its key holds, word for word and in its order, so that there is nothing that could be out of date.
    Only those of the last model are kept.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._entity_types: dict[str, EntityType] = {}
        self._lifecycles: dict[str, Lifecycle] = {}

    def build(self, merged: Merged) -> Model:
        """Return the model of checked documents."""
        texts = Texts(merged.documents["locale"], merged.language)
        shared = digest([merged.language, merged.documents["locale"]])
        self._entity_types = dict(self._entity_types_of(merged, texts, shared))
        self._lifecycles = dict(self._lifecycles_of(merged, texts, shared))
        return _model(merged, _by_id(self._entity_types), _by_id(self._lifecycles), texts)

    def _entity_types_of(self, merged: Merged, texts: Texts, shared: str) -> Iterator[tuple[str, EntityType]]:
        key_dates, subtypes = merged.documents["key_dates"], {identifier.partition(".")[0] for identifier in merged.documents["subtypes"]}
        for identifier, body in merged.documents["entity_types"].items():
            key = compact([shared, identifier, body, key_dates.get(text_at(body, "key_dates")), identifier in subtypes])
            yield key, self._entity_types.get(key) or build_entity_type(identifier, body, key_dates, identifier in subtypes, texts)

    def _lifecycles_of(self, merged: Merged, texts: Texts, shared: str) -> Iterator[tuple[str, Lifecycle]]:
        for identifier, body in merged.documents["transitions"].items():
            key = compact([shared, identifier, body])
            yield key, self._lifecycles.get(key) or build_lifecycle(identifier, body, texts)


def _model(merged: Merged, entity_types: dict[str, EntityType], lifecycles: dict[str, Lifecycle], texts: Texts) -> Model:
    documents = merged.documents
    approvals = build_approvals(documents["approvals"], texts)
    entity_types = _with_approvals(entity_types, {approval.entity_type for approval in approvals.values()})
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
        workflows=build_workflows(documents["workflows"], texts),
        approvals=approvals,
        assignment_rules=build_assignment_rules(documents["assignment_rules"], texts),
        views=build_views(documents["views"], texts),
        organisation=build_organisation(documents["organisation"].get("organisation", {}), texts),
        roles=build_roles(documents["roles"], texts),
        scenarios=build_scenarios(documents["scenarios"]),
        demo_records=_records(documents["records"]),
        origins=merged.origins,
        demo_names=_record_names(documents["records"]),
    )


def _with_approvals(entity_types: Mapping[str, EntityType], asked: AbstractSet[str]) -> dict[str, EntityType]:
    """Return the types; those whose records can need an approval say so among their capabilities."""
    return {name: replace(entity, capabilities=(*entity.capabilities, APPROVAL)) if name in asked else entity for name, entity in entity_types.items()}


def _by_id(nodes: Mapping[str, Identified]) -> dict[str, Identified]:
    return {node.id: node for node in nodes.values()}


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
