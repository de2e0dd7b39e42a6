"""What a list is asked for, as it is kept: words, chips, a typed condition, order, columns, layout; and what of it still means something."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.errors import Finding
from packdesk.model.nodes import Json
from packdesk.records.screening import screen_of
from packdesk.runtime import filters
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.filters import Chip, Takes
from packdesk.runtime.lists import list_view
from packdesk.runtime.values import Actor

LAYOUTS = ("table", "board", "calendar")
_LONGEST_SEARCH = 400
_LONGEST_EXPRESSION = 4000
_MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """What a list is asked for, apart from the page."""

    #: Named filter of the type's list view.
    base: str = ""
    search: str = ""
    expression: str = ""
    chips: tuple[Chip, ...] = ()
    #: A field path, with a minus in front for the greatest first; empty: as the view says.
    order: str = ""
    #: Empty: as the person or the view says.
    columns: tuple[str, ...] = ()
    layout: str = ""

    def written(self) -> dict[str, Json]:
        """Return the state as JSON that ``read`` takes back; what says nothing is left out."""
        whole: dict[str, Json] = {
            "base": self.base,
            "search": self.search,
            "expression": self.expression,
            "chips": tuple(chip.written() for chip in self.chips),
            "order": self.order,
            "columns": self.columns,
            "layout": self.layout,
        }
        return {name: value for name, value in whole.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that was kept and means nothing any more, or nothing to this person."""

    #: ``field``, ``value``, ``operator``, ``closed`` or ``view``.
    kind: str
    name: str
    #: Path of the field that it was about, where that is there.
    path: str = ""


def read(runtime: Runtime, actor: Actor, entity: EntityRuntime, kept: object) -> tuple[ListState, tuple[LeftOut, ...]]:
    """Return what was kept as far as it means something to this person in this release, and what was left out."""
    if not isinstance(kept, Mapping):
        return ListState(), ()
    screen = screen_of(runtime, actor, entity.id)
    closed = screen.hidden | screen.masked
    left: list[LeftOut] = []
    chips = _chips(entity, kept.get("chips"), closed, left)
    columns = tuple(dict.fromkeys(_paths(entity, kept.get("columns"), left)))[:_MOST_COLUMNS]
    order = _text(kept, "order", 200)
    path = order.removeprefix("-")
    if path and path not in entity.fields:
        left.append(LeftOut(kind="field", name=path))
    base = _text(kept, "base", 200)
    known = {one.id for one in list_view(entity, "en").filters}
    if base and base not in known:
        left.append(LeftOut(kind="view", name=base))
    layout = _text(kept, "layout", 20)
    state = ListState(
        base=base if base in known else "",
        search=_text(kept, "search", _LONGEST_SEARCH),
        expression=_text(kept, "expression", _LONGEST_EXPRESSION),
        chips=chips,
        order=order if path in entity.fields.keys() - closed else "",
        columns=tuple(path for path in columns if path not in screen.hidden),
        layout=layout if layout in LAYOUTS else "",
    )
    return state, tuple(dict.fromkeys(left))


def _text(kept: Mapping[object, object], name: str, longest: int) -> str:
    value = kept.get(name)
    return value[:longest] if isinstance(value, str) else ""


def _paths(entity: EntityRuntime, given: object, left: list[LeftOut]) -> list[str]:
    found = [path for path in given if isinstance(path, str)] if isinstance(given, list | tuple) else []
    left.extend(LeftOut(kind="field", name=path) for path in found if path not in entity.fields)
    return [path for path in found if path in entity.fields]


def _chips(entity: EntityRuntime, given: object, closed: frozenset[str], left: list[LeftOut]) -> tuple[Chip, ...]:
    found = []
    for one in given[: filters.MOST_CHIPS] if isinstance(given, list | tuple) else ():
        chip = _chip(entity, one, closed, left)
        if chip is not None and chip not in found:
            found.append(chip)
    return tuple(found)


def _chip(entity: EntityRuntime, given: object, closed: frozenset[str], left: list[LeftOut]) -> Chip | None:
    reading = Reading(model=entity.model)
    chip = filters.read(entity, given, reading)
    if isinstance(chip, Chip):
        if chip.path in closed:
            left.append(LeftOut(kind="closed", name=chip.path))
            return None
        return chip
    if chip.code == "not_an_option" and isinstance(given, Mapping) and _has_members(entity, given):
        return _without_gone(entity, given, reading, left)
    kind = {"filter_field_gone": "field", "bad_request": ""}.get(chip.code, "operator")
    if kind:
        path = str(given["path"]) if isinstance(given, Mapping) else ""
        left.append(LeftOut(kind=kind, name=path, path=path if path in entity.fields else ""))
    return None


def _has_members(entity: EntityRuntime, given: Mapping[str, object]) -> bool:
    field = entity.fields[str(given["path"])].field
    return filters.takes(field, filters.Operator(str(given["operator"]))) is Takes.MEMBERS


def _without_gone(entity: EntityRuntime, given: Mapping[str, object], reading: Reading, left: list[LeftOut]) -> Chip | None:
    """Return the chip with the values that still exist; None where none does."""
    values = given.get("values")
    kept: list[str] = []
    for value in values if isinstance(values, list | tuple) else ():
        alone = filters.read(entity, {**given, "values": [value]}, reading)
        if isinstance(alone, Finding):
            left.append(LeftOut(kind="value", name=str(value), path=str(given["path"])))
        else:
            kept.extend(alone.values)
    chip = filters.read(entity, {**given, "values": kept}, reading) if kept else None
    return chip if isinstance(chip, Chip) else None
