"""Views: how a list or a form of an entity type is laid out; the runtime generates good ones where a pack has none."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.nodes import Expression, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list, by field path."""

    field: str
    label: Text | None = None
    show: str = ""
    style: str = ""
    when: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A named filter of a list; without a condition it shows everything."""

    id: str
    path: str
    label: Text
    when: Expression | None = None
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSection:
    """One block of a form: field paths with their column span, or an embedded section or line group."""

    id: str
    path: str
    label: Text
    fields: Mapping[str, int]
    embed: str = ""
    side: bool = False
    columns: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A list or form of an entity type."""

    id: str
    path: str
    entity_type: str
    layout: str
    label: Text
    columns: Mapping[str, Column]
    #: Field path -> ascending.
    sort: Mapping[str, bool]
    filters: Mapping[str, Filter]
    row_actions: tuple[str, ...] = ()
    sections: Mapping[str, ViewSection]
    tabs: tuple[str, ...] = ()
