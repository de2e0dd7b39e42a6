"""The board and the calendar of an entity type as values: from their views, or good defaults."""

from dataclasses import dataclass

from packdesk.model.entity_types import Kind
from packdesk.model.views import Layout
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.layout import view_of

_COLUMNS = frozenset({Kind.OPTION, Kind.LEVEL, Kind.CATEGORY})
_DATES = frozenset({Kind.DATE, Kind.DATETIME})
_CARD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardView:
    """Cards in columns."""

    #: Path of the field whose values are the columns.
    by: str
    #: Field path of a card -> how it is shown (``badge``, or empty: as the field's kind is read).
    card: tuple[tuple[str, str], ...]
    #: Field path and whether ascending.
    sort: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """Records on the days of a date of theirs."""

    date: str
    #: Path of the date on which a record ends; empty where it has but one day.
    until: str
    card: tuple[tuple[str, str], ...]


def board_view(entity: EntityRuntime) -> BoardView | None:
    """Return the board of a type: by its view's field, else by status, else by its first field with few values; None where it has none."""
    view = view_of(entity, Layout.BOARD)
    chosen = view.by if view is not None and view.by in entity.fields else ""
    few = (path for path, each in entity.fields.items() if each.field.kind in _COLUMNS and not each.engine)
    by = chosen or ("status" if entity.lifecycle is not None and "status" in entity.fields else next(few, ""))
    if not by:
        return None
    sort = tuple((path, ascending) for path, ascending in view.sort.items() if path in entity.fields) if view is not None else ()
    card = _written(entity, dict(view.card)) if view is not None else ()
    return BoardView(by=by, card=card or _default_card(entity, by), sort=sort or (("updated_at", False),))


def calendar_view(entity: EntityRuntime) -> CalendarView | None:
    """Return the calendar of a type: by its view's date, else by the first own date that its records keep; None where they keep none."""
    view = view_of(entity, Layout.CALENDAR)
    kept = entity.fields.keys() - set(entity.computed_on_read)
    chosen = view.date if view is not None and view.date in kept else ""
    own = (path for path, each in entity.fields.items() if path in kept and _is_date(each) and not (each.engine or each.section or each.field.sensitive))
    date = chosen or next(own, "")
    if not date:
        return None
    until = view.until if view is not None and view.until in kept else ""
    card = _written(entity, dict(view.card)) if view is not None else ()
    return CalendarView(date=date, until=until, card=card or _default_card(entity, date))


def movable(entity: EntityRuntime, calendar: CalendarView) -> tuple[str, ...]:
    """Return the dates by which somebody can put a record on another day: the calendar's own, of a derived one the dates that it is derived from."""
    found: list[str] = []
    for path in filter(None, (calendar.date, calendar.until)):
        derived = entity.fields[path].derived
        read = [one.path for one in derived.dependencies if one.entity_type == entity.id] if derived is not None else [path]
        found += [each for each in read if each in entity.fields]
    return tuple(path for path in dict.fromkeys(found) if _is_date(entity.fields[path]) and _is_given(entity.fields[path]))


def _is_date(each: FieldRuntime) -> bool:
    return each.field.kind in _DATES


def _is_given(each: FieldRuntime) -> bool:
    """Say whether people can ever give the field a value."""
    return not each.engine and each.derived is None and each.readonly is not True and each.visible is not False and each.stamped_when is None


def _written(entity: EntityRuntime, card: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((path, show) for path, show in card.items() if path in entity.fields)


def _default_card(entity: EntityRuntime, *left_out: str) -> tuple[tuple[str, str], ...]:
    """Return what a card shows where nobody said it: levels as badges, who has it, the first date, at most four."""
    fields = entity.fields
    levels = [(path, "badge") for path, each in fields.items() if each.field.kind is Kind.LEVEL and path != "privacy_level"]
    status = [("status", "badge")] if "status" in fields and entity.lifecycle is not None else []
    dates = [(path, "") for path, each in fields.items() if each.field.kind in _DATES and not each.engine and not each.section]
    who = [(path, "") for path in ("assigned_user",) if path in fields]
    found = (*status, *levels[:2], *who, *dates[:1])
    return tuple(one for one in found if one[0] not in left_out)[:_CARD]
