"""Components that are drawn without a template: icons, and the rows of a list.

A page holds hundreds of cells, most of which look alike: drawn here, each value once, they cost a part of what the same lines
cost in a template. What they look like is the same ``table`` component: whatever is more than a text, a badge or a link, the
component's macro ``value`` draws.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, cast

from flask import current_app
from markupsafe import Markup

from packdesk_ui import assets
from packdesk_ui.showing import Shown

if TYPE_CHECKING:
    from packdesk_ui.lists.table import Column

_COMPONENT = "components/table.html"
#: Letters up to which a badge keeps its line, however little room a list has.
_SHORT_BADGE = 14
#: What opens in the window on top of the page.
_IN_WINDOW = 'hx-target="#modal-inside" hx-swap="innerHTML"'


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAction:
    """What can be done with a row at once."""

    label: str
    icon: str
    href: str
    #: Says of which row, for those who do not see where the button stands.
    name: str
    #: Needs no inputs and no confirmation: the button does it.
    plain: bool = False
    key: str = ""
    #: Why it can't be done now, and how that is announced; empty: it can.
    reason: str = ""
    blocked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A record in the list."""

    number: str
    #: Its values as they are read, and their cells as they are drawn.
    values: tuple[Shown, ...]
    cells: tuple[str, ...]
    actions: tuple[RowAction, ...]
    #: Where the record opens beside the list.
    beside: str
    current: bool
    #: Where the record is edited; empty: it can't be, by this person or at all.
    edit_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWords:
    """What is said in each row of a list, in the language of the page; ``{name}`` is the record's number."""

    edit: str
    edit_of: str
    pick_of: str


@lru_cache(maxsize=1024)
def icon(name: str) -> Markup:
    """Return an icon that stands beside a word; it says nothing by itself."""
    return Markup(  # noqa: S704 - the build made the outline
        f'<svg class="icon" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" focusable="false">{assets.outline(name)}</svg>'
    )


def for_row(action: RowAction) -> Markup:
    """Return the button of what can be done with one row: an icon that names itself, or words where it has none."""
    label, words = escape(action.label), _words_of(action.label, action.icon)
    if action.reason:
        why = f"{label}: {escape(action.reason)}"
        heard = f"{escape(action.name)} &ndash; {escape(action.blocked)}"
        made = f'<details class="why blocked"><summary aria-label="{heard}" title="{why}">{words}</summary><p class="why-body">{why}</p></details>'
    elif action.plain:  # belongs to a form of its own beside the list's
        sent = f'form="row-act" formaction="{escape(action.href)}" name="_key" value="{escape(action.key)}"'
        made = f'<button class="btn btn-plain" type="submit" {sent} aria-label="{escape(action.name)}" title="{label}">{words}</button>'
    else:
        href = escape(action.href)
        made = f'<a class="btn btn-plain" href="{href}" aria-label="{escape(action.name)}" title="{label}" hx-get="{href}" {_IN_WINDOW}>{words}</a>'
    return Markup(made)  # noqa: S704 - every part is escaped


@lru_cache(maxsize=1024)
def _words_of(label: str, image: str) -> str:
    return f'{icon(image)}<span class="unseen">{escape(label)}</span>' if image else f"<span>{escape(label)}</span>"


def body(rows: Iterable[Row], words: RowWords, *, picks: bool, acts: str) -> Markup:
    """Return the rows of a list: with a box to pick each where ``picks``, and the cell of what can be done with it where that has a name."""
    begin, edit = f'data-label="{escape(acts)}"><div class="row">', _words_of(words.edit, "edit")
    title, edit_of, pick_of = escape(words.edit), escape(words.edit_of), escape(words.pick_of)
    made: list[str] = []
    for row in rows:
        number = escape(row.number)
        made.append(f'<tr data-row="{number}">')
        if picks:
            said = pick_of.replace("{name}", number)
            made.append(f'<td class="pick"><input type="checkbox" name="picked" value="{number}" aria-label="{said}"></td>')
        made.append(row.cells[0])
        if acts:
            made.append(f'<td class="acts" {begin}' if row.actions or row.edit_href else f'<td class="acts blank" {begin}')
            if row.edit_href:
                href, said = escape(row.edit_href), edit_of.replace("{name}", number)
                made.append(
                    f'<a class="btn btn-plain row-edit" href="{href}" aria-label="{said}" title="{title}" data-key="e" hx-get="{href}" {_IN_WINDOW}>{edit}</a>'
                )
            made += (for_row(action) for action in row.actions)
            made.append("</div></td>")
        made += row.cells[1:]
        made.append("</tr>\n")
    return Markup("".join(made))  # noqa: S704 - every part is escaped, and each cell was drawn by ``Cells``


class Cells:
    """Draws the cells of the columns of one list."""

    def __init__(self, columns: tuple["Column", ...]) -> None:
        """Draw once what all cells of a column begin with."""
        self._begins = {column.id: _begin(column, lead=not place) for place, column in enumerate(columns)}
        self._titled = frozenset(column.id for column in columns if column.long)
        self._value = macro(_COMPONENT, "value")

    def draw(self, column_id: str, shown: Shown) -> str:
        """Return one cell, which is HTML; long texts that give way can be read whole in its title."""
        begin = self._begins[column_id]
        if not shown.text:
            return f'{begin} blank">{self._inside(shown)}</td>'
        title = f' title="{escape(shown.text)}"' if column_id in self._titled else ""
        return f'{begin}"{title}>{self._inside(shown)}</td>'

    def _inside(self, shown: Shown) -> str:
        if shown.plain:
            return f"<span>{escape(shown.text)}</span>"
        if shown.badge:
            words = " of-words" if len(shown.text) > _SHORT_BADGE else ""
            return f'<span class="badge tone-{escape(shown.badge)}{words}">{escape(shown.text)}</span>'
        if shown.href and shown.text:
            return f'<a href="{escape(shown.href)}">{escape(shown.text)}</a>'
        return self._value(shown)


def macro(component: str, name: str) -> Callable[..., Markup]:
    """Return a macro of a component, for what is drawn outside a template."""
    return cast("Callable[..., Markup]", getattr(current_app.jinja_env.get_template(component).module, name))


def _begin(column: "Column", *, lead: bool) -> str:
    """Return the tag up to where its classes may go on; what stands in quotes is ended by who draws the cell."""
    direction = ' dir="auto"' if column.long else ""
    marks = {
        "value lead": lead,
        "value": not lead,
        "long-text": column.long,
        "tight": not column.long,
        "moment": column.moment,
        "right number": column.right,
    }
    classes = " ".join(name for name, holds in marks.items() if holds)
    return f'<td data-label="{escape(column.label)}"{direction} class="{classes}'
