"""The split view: the list stays as a narrow column, the opened record stands beside it, and its neighbours are one key away.

The record's place is where its neighbours are: one that was acted on, and so moved in the list or left it, still stands between the two
that it stood between before.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import url_for

from packdesk.records.saved_views import MOST_PAGES
from packdesk.runtime.entity import EntityRuntime
from packdesk_ui.lists import table
from packdesk_ui.lists.asked import BESIDE, Asked, address, open_list
from packdesk_ui.shell import language, words
from packdesk_ui.showing import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRow:
    """A record in the narrow column."""

    href: str
    title: str
    line: str
    status: str
    tone: str
    current: bool
    #: Where the opened record stood that is not in the list any more.
    near: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What the template of the split view draws."""

    rows: tuple[PaneRow, ...]
    number: str
    #: The record on its own page; its middle is shown beside the list.
    record_href: str
    edit_href: str
    #: The list with its place, to which what is done to the record leads back.
    here: str
    #: Its neighbours; empty where the list ends.
    previous: str
    next: str
    #: Other pages of the narrow column.
    previous_page: str
    next_page: str
    back: str
    #: Place in the list, or that the record is not in it, or not any more.
    place: str
    #: All records, with this one open, where the list shows a part of them without it; empty otherwise.
    all_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers on a page of the narrow column, and where the next begins."""

    numbers: tuple[str, ...]
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """What stands before and after the opened record on its page, and how many records before it."""

    previous: str
    next: str
    at: int


def _place(asked: Asked, numbers: tuple[str, ...]) -> _Place:
    before, after = asked.neighbours
    rest = [number for number in numbers if number != asked.opened]
    if after in rest:
        at = rest.index(after)
    elif before in rest:
        at = rest.index(before) + 1
    else:
        at = numbers.index(asked.opened) if asked.opened in numbers else 0
    return _Place(previous=rest[at - 1] if at else "", next=rest[at] if at < len(rest) else "", at=at)


def split(entity: EntityRuntime, asked: Asked, rows: tuple[table.Row, ...], *, more: bool) -> Split:
    """Return the rows as a narrow column, and what stands before and after the opened record; ``more`` says that another page follows."""
    numbers = tuple(row.number for row in rows)
    place = _place(asked, numbers)
    beside = {row.number: row.beside for row in rows}
    here = replace(asked, neighbours=(place.previous, place.next))
    more = more and len(asked.trail) < MOST_PAGES

    def step(name: str) -> str:
        return address_of(entity, here, step=name)

    return Split(
        rows=tuple(_row(row, near=asked.opened not in beside and row.number == (place.next or place.previous)) for row in rows),
        number=asked.opened,
        record_href=url_for("packdesk_ui.record", entity_type=entity.id, number=asked.opened),
        edit_href=url_for("packdesk_ui.edit", entity_type=entity.id, number=asked.opened),
        here=address_of(entity, here),
        previous=beside[place.previous] if place.previous else step("previous") if asked.trail else "",
        next=beside[place.next] if place.next else step("next") if more else "",
        previous_page=step("previous_page") if asked.trail else "",
        next_page=step("next_page") if more else "",
        back=address(entity.id, asked, open="", page=""),
        place=_told(asked, numbers, more=more),
        all_href="" if asked.opened in beside else _all(entity, asked),
    )


def _all(entity: EntityRuntime, asked: Asked) -> str:
    """Return the address of all records with the opened one; empty where the list already asks for nothing else."""
    everything = next((one.id for one in open_list(entity, language()).filters if one.when is None), "")
    if not asked.narrowed and asked.state.base == everything:
        return ""
    return url_for("packdesk_ui.records", entity_type=entity.id, view=everything or None, open=asked.opened)


def _told(asked: Asked, numbers: tuple[str, ...], *, more: bool) -> str:
    """Return where the record stands; that it left the list only where the address says what stood beside it."""
    if asked.opened not in numbers:
        return words("split.left" if any(asked.neighbours) else "split.elsewhere" if more or asked.trail else "split.never")
    before = len(asked.trail) * BESIDE
    return f"{before + numbers.index(asked.opened) + 1} / {before + len(numbers)}{'+' if more else ''}"


def address_of(entity: EntityRuntime, asked: Asked, **changed: str) -> str:
    """Return the address of the list with the opened record in its place."""
    before, after = asked.neighbours
    return address(entity.id, asked, previous=before, next=after, **changed)


def _row(row: table.Row, *, near: bool) -> PaneRow:
    badge = next((cell for cell in row.values if cell.badge), Shown(label=""))
    texts = list(dict.fromkeys(cell.text for cell in row.values[1:] if cell.text and not cell.badge))[:3]
    return PaneRow(href=row.beside, title=row.number, line=" · ".join(texts), status=badge.text, tone=badge.badge, current=row.current, near=near)


# steps ---------------------------------------------------------------------------------------------------------------------------


def stepped(asked: Asked, page: Callable[[Asked], Numbers]) -> Asked | None:
    """Return the list with the record open that a step leads to; None where the list ends there."""
    here = page(asked)
    place = _place(asked, here.numbers)
    if asked.step in ("next", "away") and place.next:
        return _opening(asked, place.next)
    if asked.step == "previous" and place.previous:
        return _opening(asked, place.previous)
    if asked.step in ("next", "away", "next_page") and here.cursor and len(asked.trail) < MOST_PAGES:
        beyond = replace(asked, trail=(*asked.trail, here.cursor))
        return _opening(beyond, next(iter(page(beyond).numbers), ""))
    if asked.step in ("previous", "previous_page") and asked.trail:
        before = replace(asked, trail=asked.trail[:-1])
        numbers = page(before).numbers
        return _opening(before, numbers[-1 if asked.step == "previous" else 0] if numbers else "")
    # From a record that is no more there is a way in any case: to the one before it, or to the list.
    return replace(asked, opened=place.previous, trail=asked.trail if place.previous else (), neighbours=("", ""), step="") if asked.step == "away" else None


def _opening(asked: Asked, number: str) -> Asked | None:
    return replace(asked, opened=number, neighbours=("", ""), step="") if number else None
