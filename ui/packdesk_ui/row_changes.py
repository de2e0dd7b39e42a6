"""What was done to the rows of a group: added, changed, taken away, put in another order; and what two people did, put together.

In: rows as JSON, as a form and a history hold them. Out: the changes between two states, and the rows of a state that holds what both
did. A row is known by its id, that of a relation by the record it links to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from packdesk.model.nodes import Json
from packdesk.runtime.layout import LINKED

Row = Mapping[str, Json]


class Did(StrEnum):
    """What was done to a row, or to the order of all."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    MOVED = "moved"


class Side(StrEnum):
    """Whose row it is."""

    THEIRS = "theirs"
    MINE = "mine"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """One thing that was done to the rows; a row that was not there is empty."""

    did: Did
    old: Row
    new: Row


#: A row of somebody, by its place among his.
Place = tuple[Side, int]


def rows_of(value: object) -> tuple[Row, ...]:
    """Return the rows in JSON; none where it holds none."""
    return tuple(row for row in value if isinstance(row, Mapping)) if isinstance(value, list | tuple) else ()


def changes(old: Sequence[Row], new: Sequence[Row]) -> tuple[RowChange, ...]:
    """Return what was done between two states of the rows."""
    before, after = _known(old), _known(new)
    return (
        *(RowChange(did=Did.CHANGED, old=was, new=after[key]) for key, was in before.items() if key in after and _said(was) != _said(after[key])),
        *(RowChange(did=Did.ADDED, old={}, new=row) for row in new if _key(row) not in before),
        *(RowChange(did=Did.REMOVED, old=was, new={}) for key, was in before.items() if key not in after),
        *((RowChange(did=Did.MOVED, old={}, new={}),) if _moved(old, new) else ()),
    )


def together(opened: Sequence[Row], theirs: Sequence[Row], mine: Sequence[Row]) -> tuple[Place, ...]:
    """Return the rows with what both did, in order; none where both did something else to the same row, or to the order."""
    here, there = _touched(opened, mine), _touched(opened, theirs)
    ordered = _moved(opened, mine)
    if any(here[key] != there[key] for key in here.keys() & there.keys()) or (ordered and _moved(opened, theirs)):
        return ()
    kept = tuple(_kept(theirs, mine, here))
    if ordered:
        places = {_key(row): place for place, row in enumerate(mine) if _key(row)}
        kept = tuple(sorted(kept, key=lambda each: places.get(_key((theirs if each[0] is Side.THEIRS else mine)[each[1]]), len(mine))))
    known, there_now = _known(opened).keys() | _known(theirs).keys(), [_said(row) for row in theirs if _key(row) not in _known(opened)]
    return (*kept, *((Side.MINE, place) for place, row in enumerate(mine) if _key(row) not in known and _said(row) not in there_now))


def _kept(theirs: Sequence[Row], mine: Sequence[Row], here: Mapping[str, object]) -> Iterator[Place]:
    """Yield their rows, in place of one that I changed my own, and none that I took away."""
    own = {_key(row): place for place, row in enumerate(mine)}
    for place, row in enumerate(theirs):
        if _key(row) not in here:
            yield Side.THEIRS, place
        elif _key(row) in own:
            yield Side.MINE, own[_key(row)]


def _touched(old: Sequence[Row], new: Sequence[Row]) -> dict[str, object]:
    """Return what was made of each row that was changed, taken away or linked, by what it is known by."""
    return {key: _said(each.new) for each in changes(old, new) if (key := _key(each.old) or _key(each.new))}


def _moved(old: Sequence[Row], new: Sequence[Row]) -> bool:
    before, after = _known(old), _known(new)
    return [key for key in before if key in after] != [key for key in after if key in before]


def _known(rows: Sequence[Row]) -> dict[str, Row]:
    return {key: row for row in rows if (key := _key(row))}


def _key(row: Row) -> str:
    return str(row.get("id") or row.get(LINKED) or "")


def _said(row: Row) -> dict[str, Json]:
    """Return what a row says; an empty value and none are the same."""
    return {name: value for name, value in row.items() if name != "id" and value not in (None, "", False)}
