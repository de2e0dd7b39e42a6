"""The page of a record for the desk as a value: what stands on top, and tabs of what belongs to it; None for a type whose packs lay out none."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Text
from packdesk.model.views import Layout
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions.catalogue import Connection
from packdesk.runtime.layout import view_of
from packdesk.runtime.referring import referring

_REACHED = frozenset({Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.ADDRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTab:
    """One tab: the records of another type that belong to this one, or values of its own."""

    id: str
    label: Text
    #: Entity type whose records it lists, and how they are connected; no way for a tab of values.
    records: str = ""
    way: Connection | None = None
    row_actions: tuple[str, ...] = ()
    #: Words of the button that opens the whole form.
    more: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TabSet:
    """A record laid out for the desk."""

    label: Text
    #: Path of a field, or a line group, -> how it is shown above the tabs.
    summary: tuple[tuple[str, str], ...]
    tabs: tuple[DeskTab, ...]


def tab_set(entity: EntityRuntime) -> TabSet | None:
    """Return the tab set of a type; a tab whose type is not connected with this one is left out, nothing could stand in it."""
    view = view_of(entity, Layout.TAB_SET)
    if view is None:
        return None
    ways = _ways(entity)
    tabs = []
    for tab in view.tabs.values():
        if tab.form == entity.id:
            tabs.append(DeskTab(id=tab.id, label=tab.label or entity.entity.label, more=tab.more))
        elif tab.records in ways:
            label = tab.label or entity.model.entity_types[tab.records].plural
            tabs.append(DeskTab(id=tab.id, label=label, records=tab.records, way=ways[tab.records], row_actions=tab.row_actions))
    known = tuple((path, show) for path, show in view.summary.items() if path in entity.fields or path in entity.groups)
    return TabSet(label=view.label, summary=known, tabs=tuple(tabs))


def reached_by(entity: EntityRuntime, group: str) -> str:
    """Return the field of a line group by which somebody is reached, a number or an address; empty for a group without one."""
    return next((name for name, each in entity.groups[group].fields.items() if each.field.kind in _REACHED), "")


def _ways(entity: EntityRuntime) -> Mapping[str, Connection]:
    """Return how records of other types are connected with one of this type: whose business they are, else a relation, else a field of theirs."""
    known = tuple(referring(entity.model, entity.id))
    found = {way.holder: way for way in known if way.stored == entity.model.entity_types[way.holder].party}
    for way in entity.connections.values():
        targets = (way.holder,) if way.how in ("field", "linked") else tuple((way.type.item or way.type).entity_types)
        found |= {target: way for target in targets if target not in found}
    for way in known:
        found.setdefault(way.holder, way)
    return MappingProxyType(found)
