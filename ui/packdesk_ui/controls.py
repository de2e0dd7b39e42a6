"""Controls of a form: a field and what was typed in, HTML names and values out; and back from a sent form to JSON.

The state of a form is always *raw*: what the browser holds, as texts by input name. It comes from the record when a form is opened
and from the request when it was refused, so that nothing typed is ever lost.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from packdesk.errors import Finding
from packdesk.model.entity_types import Field, Kind
from packdesk.model.nodes import Json
from packdesk.runtime.form_fields import FormField
from packdesk.runtime.kinds import KINDS, Reading
from packdesk.runtime.values import Address

#: What a browser holds: texts by input name, in order.
Raw = Mapping[str, Sequence[str]]
#: Says how a named record or user reads in a text input.
Namer = Callable[[str], str]

ADDRESS_PARTS = ("street", "street_number", "postal_code", "town", "region", "country")
#: Stands between number and title in a picker; the part before it names the record.
SEPARATOR = " · "
_ROW = re.compile(r"([a-z0-9_]+)\[(\d+)\](?::id|\.([a-z0-9_]+)(?::[a-z_]+)?)\Z")
_INPUT_TYPES = {"phone": "tel", "email": "email", "url": "url", "secret": "password"}
_SHOWN_BY_EXAMPLE = frozenset({"date", "datetime", "duration", "money"})
#: More choices than these are searched rather than looked through, and are not repeated in each row.
FEW = 30
_WIDE = frozenset({"textarea", "rich_text", "json", "address", "multiselect"})
_LONGEST_SHORT_TEXT = 200
#: More fields of a row than this wrap, each under its own label.
_MOST_COLUMNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a select."""

    id: str
    label: str
    depth: int = 0
    selected: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One field as the template draws it."""

    path: str
    name: str
    label: str
    control: str
    hint: str = ""
    required: bool = False
    readonly: bool = False
    wide: bool = False
    inside_line: bool = False
    multiple: bool = False
    #: Text of a simple input.
    value: str = ""
    #: Texts of a composite input by part.
    parts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: Choices of a select; None: no select.
    options: tuple[Option, ...] | None = None
    #: Of the choices only the chosen one is here; all of them stand once, in the empty row of the group.
    shared: bool = False
    #: The value as it is read, where it can't be edited.
    shown: str = ""
    #: Where a picker searches, and for which field.
    search: str = ""
    searched: str = ""
    #: Where the chosen record is looked at; empty: nothing chosen, or no record.
    link: str = ""
    limit: int = 0
    #: A day of it lies in the past.
    past: bool = False
    input_mode: str = ""
    faults: tuple[str, ...] = ()
    #: Offered values of a text that also takes others.
    suggestions: tuple[str, ...] = ()
    #: Where to ask for the form as the value makes it, when only the server can tell which other fields come and go with it.
    watched: str = ""
    #: Other fields come and go with it.
    decides: bool = False
    #: Not there now; the browser may show it by ``visible_when`` (all conditions as JSON).
    hidden: bool = False
    visible_when: str = ""
    required_when: str = ""

    def sharing(self, blank: "Control | None") -> "Control":
        """Return the control without the choices that the same field of the empty row has too, where they are many."""
        mine, theirs = self.options or (), (blank.options or ()) if blank is not None else ()
        if self.multiple or self.readonly or len(mine) <= FEW or [one.id for one in mine] != [one.id for one in theirs]:
            return self
        return replace(self, options=tuple(one for one in mine if one.selected), shared=True)

    @property
    def id(self) -> str:
        """Return the id of the element that carries the label."""
        return element_id(self.name)

    @property
    def holds(self) -> bool:
        """Say whether a value stands in it."""
        chosen = any(option.selected for option in self.options or ())
        return chosen or any(self.parts.values()) or bool(self.shown) or self.value not in ("", "false")

    @property
    def example(self) -> str:
        """Return which example of what can be typed stands in the empty input; empty for none."""
        return "date.past" if self.past else self.control if self.control in _SHOWN_BY_EXAMPLE else ""

    @property
    def input_type(self) -> str:
        """Return the type of a plain input."""
        return _INPUT_TYPES.get(self.control, "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a group in a form."""

    index: int | str
    number: int | str
    id: str
    sent: int
    fields: tuple[Control, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A line group in a form, with the pattern of a new row."""

    name: str
    label: str
    rows: tuple[Row, ...]
    blank: Row
    next: int
    #: How many rows there have to be.
    hint: str = ""
    faults: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the element around the rows."""
        return element_id(self.name)

    @property
    def columns(self) -> tuple[Control, ...]:
        """Return the fields that head the columns; none where the rows differ, or would be too narrow."""
        wanted = tuple(control.path for control in self.blank.fields)
        same = all(tuple(control.path for control in row.fields) == wanted for row in self.rows)
        narrow = not any(control.wide or control.control == "checkbox" for control in self.blank.fields)
        return self.blank.fields if same and narrow and 1 < len(wanted) <= _MOST_COLUMNS else ()


def element_id(name: str) -> str:
    """Return an id for the element of an input name."""
    return "f-" + re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")


# raw values out of a record ---------------------------------------------------------------------------------------------------


def raw_of(declared: Field, name: str, value: object, reading: Reading, named: Namer) -> dict[str, list[str]]:
    """Return what the inputs of a field hold for a value."""
    if isinstance(value, Address):
        return {f"{name}:{part}": [getattr(value, part)] for part in ADDRESS_PARTS}
    texts = _texts(declared, value, reading, named)
    return {name: texts} if texts else {}


def _texts(declared: Field, value: object, reading: Reading, named: Namer) -> list[str]:
    """Return what the one input of a field holds; nothing for no value and for secrets."""
    if declared.kind is Kind.BOOLEAN:
        return ["true" if value else "false"]
    if value is None or declared.kind is Kind.SECRET:
        return []
    if isinstance(value, tuple):
        return list(map(str, value)) if declared.kind is Kind.OPTIONS else [", ".join(named(str(item)) for item in value)]
    return [named(str(value)) if declared.kind in (Kind.REFERENCE, Kind.USER) else _text(value, declared, reading)]


def _text(value: object, declared: Field, reading: Reading) -> str:
    if declared.kind is Kind.JSON:
        return json.dumps(value, ensure_ascii=False, indent=2)
    return KINDS[declared.kind].typed(value, reading)


# JSON out of a sent form --------------------------------------------------------------------------------------------------------


def sent(raw: Raw, name: str) -> bool:
    """Say whether the form holds the field at all."""
    return name in raw or f"{name}:street" in raw


def json_of(declared: Field, raw: Raw, name: str, reading: Reading) -> Json:
    """Return the JSON input of a field; what can't be read is handed on as text, so that the engine refuses it in its own words."""
    text = _last(raw, name)
    match declared.kind:
        case Kind.ADDRESS:
            parts = {part: _last(raw, f"{name}:{part}") for part in ADDRESS_PARTS}
            found: Json = parts if any(parts.values()) else None
        case Kind.OPTIONS:
            found = tuple(value for value in raw.get(name, ()) if value) or None
        case Kind.REFERENCES:
            found = tuple(key_of(part) for part in text.split(",") if part.strip()) or None
        case Kind.REFERENCE | Kind.USER:
            found = key_of(text) or None
        case Kind.SECRET:
            found = text or None
        case _:
            found = _read(declared, text, reading)
    return found


def _read(declared: Field, text: str, reading: Reading) -> Json:
    value = KINDS[declared.kind].read_text(declared, text, reading)
    return text if isinstance(value, Finding) else KINDS[declared.kind].write(value)


def _last(raw: Raw, name: str) -> str:
    values = raw.get(name, ())
    return values[-1].replace("\r\n", "\n").strip() if values else ""


def key_of(text: str) -> str:
    """Return what names the record in a picker's text: the part before the separator, else the whole text."""
    return text.partition(SEPARATOR)[0].strip()


def place_of(name: str) -> tuple[str, str]:
    """Return what an input belongs to, a field or a line group, and the path of its field; the parts of a value share one."""
    row = _ROW.match(name)
    if row is not None:
        return row[1], f"{row[1]}.{row[3]}" if row[3] else row[1]
    path = name.partition(":")[0]
    return path, path


def nested(flat: Mapping[str, Json]) -> dict[str, Json]:
    """Return JSON input by path as the engine takes it: fields of a section inside the section."""
    data: dict[str, Json] = {}
    for path, value in flat.items():
        head, _, tail = path.partition(".")
        if not tail:
            data[head] = value
            continue
        inside = data.get(head)
        data[head] = {**(inside if isinstance(inside, Mapping) else {}), tail: value}
    return data


# line groups -------------------------------------------------------------------------------------------------------------------


def indexes(raw: Raw, group: str) -> tuple[int, ...]:
    """Return the indexes of the rows of a group, in the order in which the form holds them."""
    return tuple(dict.fromkeys(int(match[2]) for match in map(_ROW.match, raw) if match is not None and match[1] == group))


def filled(raw: Raw, group: str, fields: Mapping[str, Field], reading: Reading) -> tuple[tuple[int, dict[str, Json]], ...]:
    """Return the rows that hold anything, with their indexes; an added row that was left blank says nothing."""
    rows = []
    for index in indexes(raw, group):
        known = _last(raw, f"{group}[{index}]:id")
        values = {
            name: json_of(declared, raw, f"{group}[{index}].{name}", reading) for name, declared in fields.items() if sent(raw, f"{group}[{index}].{name}")
        }
        said = any(value not in (None, "", False) for value in values.values())
        if known or said:
            rows.append((index, {**({"id": known} if known else {}), **values}))
    return tuple(rows)


def moved_row(raw: Raw, group: str, index: int, step: int) -> Raw:
    """Return the form's state with one row moved up (-1) or down (1); as it is where there is no place to go."""
    order = list(indexes(raw, group))
    place = order.index(index) if index in order else -1
    if place < 0 or not 0 <= place + step < len(order):
        return raw
    order.insert(place + step, order.pop(place))
    rest = {name: values for name, values in raw.items() if controls_row(name) != group}
    rows = {name: values for each in order for name, values in raw.items() if name.startswith((f"{group}[{each}].", f"{group}[{each}]:"))}
    return rest | rows


def controls_row(name: str) -> str:
    """Return the group of whose rows an input is part; empty for none."""
    match = _ROW.match(name)
    return match[1] if match is not None else ""


def without_row(raw: Raw, group: str, index: int) -> Raw:
    """Return the form's state without one row."""
    prefixes = (f"{group}[{index}].", f"{group}[{index}]:")
    return {name: values for name, values in raw.items() if not name.startswith(prefixes)}


# controls ----------------------------------------------------------------------------------------------------------------------


def control_of(blank: Control, raw: Raw) -> Control:
    """Return the control with what the form's state holds for it."""
    name = blank.name
    if blank.control == "address":
        prefix = f"{name}:"
        return replace(blank, parts={key[len(prefix) :]: values[-1] for key, values in raw.items() if key.startswith(prefix) and values})
    values = raw.get(name, ())
    if blank.options is None:
        return replace(blank, value=values[-1] if values else "")
    chosen = set(values) if blank.multiple else {values[-1]} if values else set()
    return replace(blank, options=tuple(replace(option, selected=option.id in chosen) for option in blank.options))


def blank_control(field: FormField, name: str, *, path: str, search: str) -> Control:
    """Return the control of a field without a value."""
    limit = field.words.get("maxLength")
    longest = limit if isinstance(limit, int) else 0
    short = field.control == "textarea" and 0 < longest <= _LONGEST_SHORT_TEXT
    return Control(
        path=path,
        name=name,
        label=field.label,
        control="text" if short else field.control,
        hint=field.hint,
        required=field.required,
        wide=(field.control in _WIDE and not short) or field.span > 1,
        multiple=field.field.field.kind is Kind.OPTIONS,
        options=_choices(field),
        search=search,
        searched=path,
        limit=longest,
        past="latest" in field.field.field.constraints,
        input_mode={"number": "numeric", "decimal": "decimal"}.get(field.control, ""),
        suggestions=field.suggestions,
        hidden=field.hidden,
        visible_when=_written(field.visible_when) if field.visible_when else "",
        required_when=_written(field.required_when) if field.required_when is not None else "",
    )


def _choices(field: FormField) -> tuple[Option, ...] | None:
    """Return the choices of a select, those of a tree under their parents."""
    if field.options is None:
        return None
    found = {option.id: option for option in field.options}
    parents = {name: option.parent for name, option in found.items()}
    return tuple(Option(id=name, label=found[name].label, depth=depth_of(parents, name)) for name in in_tree_order(parents))


def _written(rule: object) -> str:
    return json.dumps(rule, ensure_ascii=False, separators=(",", ":"))


def depth_of(parents: Mapping[str, str], entry: str) -> int:
    """Return how deep an entry stands in its tree."""
    depth, seen = 0, {entry}
    while (entry := parents.get(entry, "")) and entry not in seen:
        seen.add(entry)
        depth += 1
    return depth


def in_tree_order(parents: Mapping[str, str]) -> tuple[str, ...]:
    """Return ids so that each stands under its parent, siblings in the order given."""
    children: dict[str, list[str]] = {}
    for entry, parent in parents.items():
        children.setdefault(parent if parent in parents else "", []).append(entry)
    order: list[str] = []

    def walk(parent: str) -> None:
        for entry in children.get(parent, ()):
            if entry not in order:
                order.append(entry)
                walk(entry)

    walk("")
    return (*order, *(entry for entry in parents if entry not in order))
