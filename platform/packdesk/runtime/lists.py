"""The list of an entity type as a value: columns, named filters, order and row actions; from its list view or a good default."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime, ViewRuntime
from packdesk.runtime.expressions.compile import Compiled

_COLUMNS = 8
_ENGINE_COLUMNS = ("number", "subtype", "status", "assigned_unit", "assigned_user", "updated_at")
_UNSORTABLE = frozenset({Kind.OPTIONS, Kind.REFERENCES, Kind.JSON, Kind.ADDRESS, Kind.SECRET, Kind.FILE, Kind.TEXT, Kind.RICH_TEXT})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumn:
    """One column of a list; ``when`` gives the style only to rows where it holds."""

    path: str
    label: str
    field: FieldRuntime
    sortable: bool
    #: ``badge``, or empty: as the field's kind is read.
    show: str = ""
    style: str = ""
    when: Compiled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFilter:
    """A named filter; without a condition it shows everything, without an order of its own in the list's."""

    id: str
    label: str
    when: Compiled | None
    #: Field path and whether ascending.
    sort: tuple[tuple[str, bool], ...]
    default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A list of records of one type."""

    columns: tuple[ListColumn, ...]
    filters: tuple[ListFilter, ...]
    #: Field path and whether ascending.
    sort: tuple[tuple[str, bool], ...]
    row_actions: tuple[str, ...]

    @property
    def first_filter(self) -> str:
        """Return the filter that a list opens with; empty where there is none."""
        marked = (one.id for one in self.filters if one.default)
        return next(marked, self.filters[0].id if self.filters else "")

    def order(self, name: str) -> tuple[tuple[str, bool], ...]:
        """Return the order of a named filter, which is the list's where it has none of its own."""
        return next((one.sort for one in self.filters if one.id == name and one.sort), self.sort)

    def condition(self, name: str) -> str:
        """Return what a named filter asks, as it is written; empty for everything."""
        found = next((one.when for one in self.filters if one.id == name), None)
        return found.source if found is not None else ""


def list_view(entity: EntityRuntime, language: str) -> ListView:
    """Return the list of a type."""
    shown = next((view for view in entity.views.values() if view.view.layout is Layout.LIST), None)
    if shown is None:
        columns = tuple(_column(entity, path, language) for path in _default_columns(entity))
        return ListView(columns=columns, filters=(), sort=(("updated_at", False),), row_actions=())
    known = [path for path in shown.view.columns if path in entity.fields] or _default_columns(entity)
    return ListView(
        columns=tuple(_column(entity, path, language, shown) for path in known),
        filters=tuple(
            ListFilter(id=one.id, label=one.label.in_language(language), when=shown.filters[one.id], sort=_order(entity, one.sort), default=one.default)
            for one in shown.view.filters.values()
        ),
        sort=_order(entity, shown.view.sort) or (("updated_at", False),),
        row_actions=tuple(name for name in shown.view.row_actions if name in entity.actions),
    )


def _order(entity: EntityRuntime, sort: Mapping[str, bool]) -> tuple[tuple[str, bool], ...]:
    return tuple((path, ascending) for path, ascending in sort.items() if path in entity.fields)


def chosen_columns(entity: EntityRuntime, language: str, paths: tuple[str, ...]) -> tuple[ListColumn, ...]:
    """Return the columns that somebody chose, as the list view shows them where it has them too."""
    known = {column.path: column for column in list_view(entity, language).columns}
    return tuple(known.get(path) or _column(entity, path, language) for path in paths if path in entity.fields)


def showable(entity: EntityRuntime) -> tuple[str, ...]:
    """Return the fields that can be columns, in the order of the documents; the number is always first."""
    shown = [path for path, each in entity.fields.items() if each.field.listable and each.field.kind not in (Kind.SECRET, Kind.JSON, Kind.FILE)]
    return ("number", *(path for path in shown if path != "number"))


def _default_columns(entity: EntityRuntime) -> list[str]:
    own = [
        path
        for path, each in entity.fields.items()
        if not each.engine
        and not each.section
        and each.field.listable
        and not each.field.sensitive
        and each.field.kind not in _UNSORTABLE
        and each.visible is not False
    ]
    engine = [path for path in _ENGINE_COLUMNS if path in entity.fields]
    return [engine[0], *own[: _COLUMNS - len(engine)], *engine[1:]]


def _column(entity: EntityRuntime, path: str, language: str, shown: ViewRuntime | None = None) -> ListColumn:
    field = entity.fields[path]
    written = shown.view.columns.get(path) if shown is not None else None
    return ListColumn(
        path=path,
        label=written.label.in_language(language) if written is not None and written.label is not None else field.label(language),
        field=field,
        sortable=field.field.kind not in _UNSORTABLE,
        show=written.show if written is not None else "",
        style=written.style if written is not None else "",
        when=shown.columns.get(path) if shown is not None else None,
    )
