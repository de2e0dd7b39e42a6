"""Components that are drawn without a template: the cells of a list.

A page holds hundreds of cells, most of which look alike: drawn here, each value once, they cost a part of what the same lines
cost in a template. What they look like is the same ``table`` component: whatever is more than a text, a badge or a link, the
component's macro ``value`` draws.
"""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, cast

from flask import current_app
from markupsafe import Markup

from packdesk_ui.showing import Shown

if TYPE_CHECKING:
    from packdesk_ui.lists.table import Column

_COMPONENT = "components/table.html"
#: Letters up to which a badge keeps its line, however little room a list has.
_SHORT_BADGE = 14


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


def joined(cells: tuple[str, ...]) -> Markup:
    """Return cells that stand beside one another, for a template."""
    return Markup("".join(cells))  # noqa: S704 - each was drawn by ``Cells``, which escapes


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
