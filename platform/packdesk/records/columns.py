"""What the columns of a file mean: field paths or labels become places in the JSON input of a record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import EntityType
from packdesk.model.nodes import Json, Text
from packdesk.runtime.engine_columns import ENGINE_COLUMNS as EVERY_ENGINE_COLUMN

#: Engine columns that a file may give, with the label each is known by.
ENGINE_COLUMNS = ("subtype", "status", "owner_unit", "privacy_level", "assigned_unit", "assigned_user")
NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cells of one column go."""

    path: str
    #: Line group when the column is a field of its only line.
    group: str = ""
    field: str = ""


def targets(entity: EntityType, header: Sequence[str], key: str = "") -> tuple[Target, ...]:
    """Return the target of each column; raises ``bad_columns`` that names every unknown or doubled one, with the nearest name.

    Nobody gives a record its number, so that a column with numbers is known only as the key by which rows are recognised.
    """
    known = dict(_names(entity)) | ({NUMBER: Target(NUMBER)} if key == NUMBER else {})
    problems = []
    found: list[Target] = []
    for cell in header:
        target = known.get(cell) or known.get(cell.casefold())
        if target is None:
            near = get_close_matches(cell.casefold(), known, n=1)
            problems.append(f"there is no column '{cell}'" + (f", did you mean '{near[0]}'?" if near else ""))
        elif target in found:
            problems.append(f"'{cell}' is there twice")
        else:
            found.append(target)
    if problems:
        raise PackdeskError(
            "bad_columns", reason="; ".join(problems), columns=[cell for cell in header if (cell not in known and cell.casefold() not in known)]
        )
    return tuple(found)


def data_of(columns: Sequence[Target], cells: Sequence[str]) -> Mapping[str, Json]:
    """Return a row as JSON input with texts in it; an empty cell says nothing."""
    data: dict[str, Json] = {}
    lines: dict[str, dict[str, Json]] = {}
    for target, cell in zip(columns, cells, strict=True):
        if cell == "" or target.path == NUMBER:
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


def _names(entity: EntityType) -> Iterator[tuple[str, Target]]:
    """Yield labels first and paths last, so that a path always means itself."""
    places = list(_places(entity))
    for target, texts in places:
        for language in {language for text in texts for language in text.by_language} | {"en"}:
            yield " ".join(text.in_language(language) for text in texts).casefold(), target
            if len(texts) > 1 and _alone(places, texts[-1], language):
                yield texts[-1].in_language(language).casefold(), target
    for name in ENGINE_COLUMNS:
        yield name.replace("_", " "), Target(name)
        yield name, Target(name)
    for target, _ in places:
        yield target.path.casefold(), target
        yield target.path, target


def _places(entity: EntityType) -> Iterator[tuple[Target, tuple[Text, ...]]]:
    yield from ((Target(name), (field.label,)) for name, field in entity.fields.items())
    for section in entity.sections.values():
        yield from ((Target(f"{section.id}.{name}"), (section.label, field.label)) for name, field in section.fields.items())
    for group in entity.lines.values():
        yield from ((Target(f"{group.id}.{name}", group.id, name), (group.label, field.label)) for name, field in group.fields.items())
    yield from ((Target(name), (relation.label,)) for name, relation in entity.relations.items() if not relation.inverse or not relation.many)


def _alone(places: Sequence[tuple[Target, tuple[Text, ...]]], label: Text, language: str) -> bool:
    """Say whether the label of an inner field names it without its owner; the record's own number is never meant to be that of a phone."""
    wanted = label.in_language(language).casefold()
    return wanted.replace(" ", "_") not in EVERY_ENGINE_COLUMN and sum(1 for _, texts in places if texts[-1].in_language(language).casefold() == wanted) == 1
