"""The split view: the list stays as a narrow column, the opened record stands beside it, and its neighbours are one key away."""

from dataclasses import dataclass

from flask import url_for

from packdesk.runtime.entity import EntityRuntime
from packdesk_ui.lists import table
from packdesk_ui.lists.asked import Asked, address
from packdesk_ui.showing import Shown

#: Rows in the narrow column: enough to work through, few enough to be drawn at once.
ROWS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneRow:
    """A record in the narrow column."""

    href: str
    title: str
    line: str
    status: str
    tone: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """What the template of the split view draws."""

    rows: tuple[PaneRow, ...]
    number: str
    #: The record on its own page; its middle is shown beside the list.
    record_href: str
    previous: str
    next: str
    back: str
    #: Place in the list, for who counts: empty when the record is not in it any more.
    place: str


def split(entity: EntityRuntime, asked: Asked, rows: tuple[table.Row, ...]) -> Split:
    """Return the rows as a narrow column, and what stands before and after the opened record."""
    at = next((index for index, row in enumerate(rows) if row.current), -1)
    return Split(
        rows=tuple(_row(row) for row in rows),
        number=asked.opened,
        record_href=url_for("packdesk_ui.record", entity_type=entity.id, number=asked.opened),
        previous=rows[at - 1].beside if at > 0 else "",
        next=rows[at + 1].beside if at + 1 < len(rows) else "",
        back=address(entity.id, asked, open=""),
        place=f"{at + 1} / {len(rows)}" if at >= 0 else "",
    )


def _row(row: table.Row) -> PaneRow:
    badge = next((cell for cell in row.cells if cell.badge), Shown(label=""))
    words = [cell.text for cell in row.cells[1:] if cell.text and not cell.badge][:3]
    return PaneRow(href=row.beside, title=row.number, line=" · ".join(words), status=badge.text, tone=badge.badge, current=row.current)
