"""What the columns of a file mean: field paths or labels become places in the JSON input of a record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from packdesk.errors import PackdeskError
from packdesk.errors.echo import shortened
from packdesk.model.entity_types import EntityType
from packdesk.model.nodes import Json, Text
from packdesk.runtime.engine_columns import ENGINE_COLUMNS as EVERY_ENGINE_COLUMN
from packdesk.runtime.engine_columns import engine_fields

#: Engine columns that a file may give, with the label each is known by.
ENGINE_COLUMNS = ("subtype", "status", "owner_unit", "privacy_level", "assigned_unit", "assigned_user")
NUMBER = "number"
#: Which version of its record a row was made of; a row without one changes whatever there is.
VERSION = "version"
#: Engine columns that an export holds and nobody writes.
_KEPT = ("state", "created_at", "created_by", "updated_at", "updated_by")
#: How much of a name must be right for another one to be meant by it.
_NEAR = 0.75
_NO_LANGUAGE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cells of one column go."""

    path: str
    #: Line group when the column is a field of its only line.
    group: str = ""
    field: str = ""
    #: What the engine keeps: an export has it, an import looks past it.
    unread: bool = False
    #: What follows from other fields: looked past in a new record, no news where it says what the record says, refused where it says else.
    derived: bool = False


def targets(entity: EntityType, header: Sequence[str], key: str = "", language: str = "en") -> tuple[Target, ...]:
    """Return the target of each column; raises ``bad_columns`` that names every unknown or doubled one, with the nearest name.

    Nobody gives a record its number, so that a column with numbers is known only as the key by which rows are recognised.
    """
    known = {name: target for name, target, _ in _names(entity)} | ({NUMBER: Target(NUMBER)} if key == NUMBER else {})
    known[VERSION] = Target(VERSION, unread=not key)
    spoken = [name for name, target, languages in _names(entity) if not (target.unread or target.derived) and (not languages or language in languages)]
    problems: list[Mapping[str, Json]] = []
    unknown: list[str] = []
    found: list[Target] = []
    for cell in header:
        target = known.get(cell) or known.get(cell.casefold())
        if target is None:
            unknown.append(shortened(cell))
            problems.append(_unknown(shortened(cell), spoken))
        elif target in found:
            problems.append({"reason": "column_twice", "column": shortened(cell)})
        else:
            found.append(target)
    if problems:
        raise PackdeskError("bad_columns", reason=tuple(problems), columns=unknown)
    return tuple(found)


def labels(entity: EntityType, language: str) -> Mapping[str, str]:
    """Return by path what people call a column, as a file may call it too; without those whose label means another column."""
    meant = {name: target for name, target, _ in _names(entity)}
    kept = engine_fields(entity, has_lifecycle=True)
    offered = [*((Target(name), (kept[name].label,)) for name in ENGINE_COLUMNS if name in kept), *_places(entity)]
    found: dict[str, str] = {}
    for target, texts in offered:
        alone, whole = texts[-1].in_language(language), " ".join(text.in_language(language) for text in texts)
        # The number of a phone is no number of the record, though a file may call it so.
        if (said := next((way for way in ((whole, alone) if target.group else (alone, whole)) if meant.get(way.casefold()) == target), "")) != "":
            found[target.path] = said
    return found


def _unknown(cell: str, spoken: Sequence[str]) -> Mapping[str, Json]:
    """Return why there is no such column, with what may have been meant: an id, or a label in the reader's language."""
    if cell.casefold() == NUMBER:
        return {"reason": "column_number", "column": cell}
    near = get_close_matches(cell.casefold(), spoken, n=1, cutoff=_NEAR)
    return {"reason": "column_unknown_near", "column": cell, "near": near[0]} if near else {"reason": "column_unknown", "column": cell}


def data_of(columns: Sequence[Target], cells: Sequence[str]) -> Mapping[str, Json]:
    """Return a row as JSON input with texts in it; an empty cell says nothing."""
    data: dict[str, Json] = {}
    lines: dict[str, dict[str, Json]] = {}
    for target, cell in zip(columns, cells, strict=True):
        if cell == "" or target.path in (NUMBER, VERSION) or target.unread:
            continue
        if target.group:
            lines.setdefault(target.group, {})[target.field] = cell
        else:
            _put(data, target.path, cell)
    return {**data, **{group: (line,) for group, line in lines.items()}}


def _put(data: dict[str, Json], path: str, cell: str) -> None:
    head, _, tail = path.partition(".")
    if not tail:
        data[head] = cell
        return
    inner = data.get(head)
    data[head] = {**(inner if isinstance(inner, Mapping) else {}), tail: cell}


def _names(entity: EntityType) -> Iterator[tuple[str, Target, frozenset[str]]]:
    """Yield labels, with the languages that they are of, first, and paths, of no language, last, so that a path always means itself."""
    places = list(_places(entity))
    kept = engine_fields(entity, has_lifecycle=True)
    for name in _KEPT:
        for language, label in kept[name].label.by_language.items():
            yield label.casefold(), Target(name, unread=True), frozenset({language})
    for name in ENGINE_COLUMNS:
        for language, label in kept[name].label.by_language.items() if name in kept else ():
            yield label.casefold(), Target(name), frozenset({language})
    for target, texts in places:
        for language in {language for text in texts for language in text.by_language} | {"en"}:
            yield " ".join(text.in_language(language) for text in texts).casefold(), target, frozenset({language})
            if len(texts) > 1 and _alone(places, texts[-1], language):
                yield texts[-1].in_language(language).casefold(), target, frozenset({language})
    for name in _KEPT:
        yield name, Target(name, unread=True), _NO_LANGUAGE
    for name in ENGINE_COLUMNS:
        yield name.replace("_", " "), Target(name), _NO_LANGUAGE
        yield name, Target(name), _NO_LANGUAGE
    for target, _ in places:
        yield target.path.casefold(), target, _NO_LANGUAGE
        yield target.path, target, _NO_LANGUAGE


def _places(entity: EntityType) -> Iterator[tuple[Target, tuple[Text, ...]]]:
    yield from ((Target(name, derived=field.derived is not None), (field.label,)) for name, field in entity.fields.items())
    for section in entity.sections.values():
        yield from ((Target(f"{section.id}.{name}", derived=field.derived is not None), (section.label, field.label)) for name, field in section.fields.items())
    for group in entity.lines.values():
        yield from ((Target(f"{group.id}.{name}", group.id, name), (group.label, field.label)) for name, field in group.fields.items())
    yield from ((Target(name), (relation.label,)) for name, relation in entity.relations.items() if not relation.inverse or not relation.many)


def _alone(places: Sequence[tuple[Target, tuple[Text, ...]]], label: Text, language: str) -> bool:
    """Say whether the label of an inner field names it without its owner; the record's own number is never meant to be that of a phone."""
    wanted = label.in_language(language).casefold()
    return wanted.replace(" ", "_") not in EVERY_ENGINE_COLUMN and sum(1 for _, texts in places if texts[-1].in_language(language).casefold() == wanted) == 1
