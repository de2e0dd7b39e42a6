"""What a list is asked for, as it is kept: words, chips, a typed condition, order, columns, layout; and what of it still means something."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.errors import Finding
from packdesk.model.nodes import Expression, Json
from packdesk.records.screening import is_open, screen_of
from packdesk.runtime import filters
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
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

    #: ``field``, ``value``, ``operator`` or ``view`` for what is no more; ``closed`` (a chip), ``closed_column``, ``closed_order``,
    #: ``closed_view`` or ``closed_condition`` for what reads fields that are closed to the person.
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
    state = ListState(
        base=_base(runtime, actor, entity, _text(kept, "base", 200), left),
        search=_text(kept, "search", _LONGEST_SEARCH),
        expression=_expression(runtime, actor, entity, _text(kept, "expression", _LONGEST_EXPRESSION), left),
        chips=chips,
        order=_order(entity, _text(kept, "order", 200), closed, left),
        columns=_columns(entity, kept.get("columns"), screen.hidden, left),
        layout=layout if (layout := _text(kept, "layout", 20)) in LAYOUTS else "",
    )
    return state, tuple(dict.fromkeys(left))


def _base(runtime: Runtime, actor: Actor, entity: EntityRuntime, name: str, left: list[LeftOut]) -> str:
    """Return the named filter where it is there and open."""
    if not name:
        return ""
    found = next((one for one in list_view(entity, "en").filters if one.id == name), None)
    if found is None:
        left.append(LeftOut(kind="view", name=name))
        return ""
    if found.when is not None and not is_open(runtime, actor, entity.id, found.when):
        left.append(LeftOut(kind="closed_view", name=name))
        return ""
    return name


def _expression(runtime: Runtime, actor: Actor, entity: EntityRuntime, source: str, left: list[LeftOut]) -> str:
    """Return the typed condition where it is open; one that means nothing any more stays, and the search says what is wrong with it."""
    if not source:
        return ""
    scope = runtime.catalogue.scope(Place.FILTER, entity.id)
    compiled = compile_expression(Expression(source, "filter"), scope, types.BOOLEAN)
    if isinstance(compiled, Compiled) and not is_open(runtime, actor, entity.id, compiled):
        left.append(LeftOut(kind="closed_condition", name=""))
        return ""
    return source


def _order(entity: EntityRuntime, order: str, closed: frozenset[str], left: list[LeftOut]) -> str:
    path = order.removeprefix("-")
    if path and path not in entity.fields:
        left.append(LeftOut(kind="field", name=path))
    elif path in closed:
        left.append(LeftOut(kind="closed_order", name=path))
    return order if path in entity.fields.keys() - closed else ""


def _columns(entity: EntityRuntime, given: object, hidden: frozenset[str], left: list[LeftOut]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(_paths(entity, given, left)))[:_MOST_COLUMNS]
    left.extend(LeftOut(kind="closed_column", name=path) for path in found if path in hidden)
    return tuple(path for path in found if path not in hidden)


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
