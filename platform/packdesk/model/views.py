"""Views: how lists, forms, boards and the rest of an entity type are laid out; the runtime generates good ones where a pack has none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.nodes import Expression, Text


class Layout(StrEnum):
    """What a view lays out."""

    LIST = "list"
    #: New records and changes; the record page too, unless there is a detail view.
    FORM = "form"
    #: The record page.
    DETAIL = "detail"
    #: The form where it opens in a window on top of another page: the fields that matter then.
    MODAL = "modal"
    #: A record with tabs of what belongs to it, for the desk.
    TAB_SET = "tab_set"
    #: Cards in columns, one column for each value of a field.
    BOARD = "board"
    #: Records on the days that a date of theirs falls on.
    CALENDAR = "calendar"


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
    """A named filter of a list; without a condition it shows everything, without an order of its own in the list's."""

    id: str
    path: str
    label: Text
    when: Expression | None = None
    #: Field path -> ascending.
    sort: Mapping[str, bool]
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
class Tab:
    """One tab of a record page (named by what it shows) or of a tab set (which says what it shows)."""

    id: str
    path: str
    label: Text | None = None
    #: Entity type whose records of this one it lists.
    records: str = ""
    #: Entity type whose form of this record it shows.
    form: str = ""
    #: Label of the button that opens all of the form.
    more: Text | None = None
    row_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A list, form or another layout of an entity type's records."""

    id: str
    path: str
    entity_type: str
    layout: Layout
    label: Text
    columns: Mapping[str, Column]
    #: Field path -> ascending.
    sort: Mapping[str, bool]
    filters: Mapping[str, Filter]
    row_actions: tuple[str, ...] = ()
    sections: Mapping[str, ViewSection]
    tabs: Mapping[str, Tab]
    #: Field whose values are the columns of a board; empty: the status.
    by: str = ""
    #: Field path of a card -> how it is shown.
    card: Mapping[str, str]
    #: Fields by which a calendar places a record.
    date: str = ""
    until: str = ""
    #: Field path -> how it is shown above the tabs of a tab set.
    summary: Mapping[str, str]

    @property
    def orders(self) -> tuple[Mapping[str, bool], ...]:
        """Return every order that the view reads records in: its own, and those of its filters."""
        return (self.sort, *(each.sort for each in self.filters.values() if each.sort))
