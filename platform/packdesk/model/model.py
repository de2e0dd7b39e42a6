"""The whole of what the merged packs say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from packdesk.model.actions import Action
from packdesk.model.entity_types import EntityType
from packdesk.model.lifecycles import Lifecycle
from packdesk.model.lists import EntryList, Matrix
from packdesk.model.nodes import Json, Origin
from packdesk.model.people import Organisation, Role
from packdesk.model.rules import Approval, AssignmentRule, Workflow
from packdesk.model.scenarios import Scenario
from packdesk.model.subtypes import Subtype
from packdesk.model.views import View


@dataclass(frozen=True, slots=True, kw_only=True)
class PackInfo:
    """Which pack took part in the merge."""

    id: str
    version: str
    title: str
    format: int
    language: str
    plugins: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The merged meaning of all layers; immutable, identified by the SHA-256 of its canonical form."""

    hash: str
    packs: tuple[PackInfo, ...]
    #: Languages that any pack speaks, the base pack's first.
    languages: tuple[str, ...]
    entity_types: Mapping[str, EntityType]
    #: By entity type id; a type without a document has no lifecycle.
    lifecycles: Mapping[str, Lifecycle]
    #: Entity type id -> subtype id -> subtype.
    subtypes: Mapping[str, Mapping[str, Subtype]]
    categories: Mapping[str, EntryList]
    value_lists: Mapping[str, EntryList]
    level_lists: Mapping[str, EntryList]
    matrices: Mapping[str, Matrix]
    #: Entity type id -> action id -> action, generated ones and those by capability included.
    actions: Mapping[str, Mapping[str, Action]]
    #: Actions that belong to no entity type; offered only in action sets.
    free_actions: Mapping[str, Action]
    views: Mapping[str, View]
    organisation: Organisation
    roles: Mapping[str, Role]
    scenarios: Mapping[str, Scenario]
    #: Entity type id -> demo records in written order, as JSON input of ``records.create``; loaded only on request.
    demo_records: Mapping[str, tuple[Mapping[str, Json], ...]]
    #: Leaf path -> where its value came from.
    origins: Mapping[str, Origin]
    workflows: Mapping[str, Workflow] = field(default_factory=lambda: MappingProxyType({}))
    approvals: Mapping[str, Approval] = field(default_factory=lambda: MappingProxyType({}))
    assignment_rules: Mapping[str, AssignmentRule] = field(default_factory=lambda: MappingProxyType({}))
    #: Entity type id -> what the documents of its demo records are called, in the same order.
    demo_names: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def origin(self, path: str) -> Origin | None:
        """Return where the leaf or the node around it came from: the nearest path at or above that has an origin."""
        while path:
            if found := self.origins.get(path):
                return found
            path = path.rpartition(".")[0]
        return None
