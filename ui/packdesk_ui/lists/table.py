"""The rows of a list: values as they are read, where a column's condition holds, and what can be done with a row at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from types import NoneType
from typing import cast
from urllib.parse import quote

from packdesk.model.entity_types import Kind
from packdesk.records import policy, search
from packdesk.records.drafts import zone_named
from packdesk.records.rows import ListedPage, Wanted
from packdesk.runtime.compile import Runtime
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lifecycle import ActionState
from packdesk.runtime.lists import ListColumn, ListView
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, people, shell
from packdesk_ui.addresses import of_record, of_records
from packdesk_ui.components import Cells, Row, RowAction, RowWords
from packdesk_ui.lists.asked import Asked, address, closed_to_order
from packdesk_ui.showing import Reader, Shown
from packdesk_ui.telling import sentence

#: How a column is shown that says something only where its condition holds.
_MARKED = "marked"
#: Styles of a column as the stylesheet names them.
_STYLES = {"danger": "late"}
_RIGHT = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
#: Types of values that many records of a page have in common.
_SHARED = (str, bool, datetime, NoneType)
#: Kinds whose values are long: they give way, the others keep their line.
_LONG = frozenset(
    {
        *(Kind.STRING, Kind.TEXT, Kind.RICH_TEXT, Kind.ADDRESS, Kind.EMAIL, Kind.URL),
        *(Kind.REFERENCE, Kind.REFERENCES, Kind.OPTION, Kind.OPTIONS, Kind.CATEGORY, Kind.SUBTYPE, Kind.ORG_UNIT, Kind.USER),
        *(Kind.DATETIME, Kind.DURATION),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column."""

    id: str
    label: str
    sortable: bool
    right: bool
    #: Gives way to the others when room is short.
    long: bool
    #: A day and a time: each keeps its line.
    moment: bool


def heads(entity: EntityRuntime, columns: tuple[ListColumn, ...]) -> tuple[Column, ...]:
    """Return the heads of the columns."""
    closed = closed_to_order(entity)
    return tuple(
        Column(
            id=each.path,
            label=each.label,
            sortable=each.sortable and each.path not in closed,
            right=each.field.field.kind in _RIGHT,
            moment=each.field.field.kind is Kind.DATETIME,
            long=each.field.field.kind in _LONG and each.path != "number" and each.show != "badge",
        )
        for each in columns
    )


def wanted(entity: EntityRuntime, listed: ListView, *, blocked: bool = False, editing: bool = False) -> Wanted:
    """Return what is to be said of each row: where a column's condition holds, and what can be done with it (and what not, ``blocked``)."""
    conditions = {column.path: column.when for column in listed.columns if column.when is not None}
    verbs = policy.verbs(request_context.runtime(), request_context.actor(), entity.id)
    actions = listed.row_actions if "act" in verbs else ()
    return Wanted(conditions=conditions, actions=actions, blocked=blocked, editing=editing and "edit" in verbs)


def rows(entity: EntityRuntime, listed: ListView, found: ListedPage, asked: Asked | None, language: str) -> Iterator[Row]:
    """Yield the rows as they are drawn; rows that are no list of their own (``asked`` is None) open nothing beside them."""
    reader = reader_of(request_context.runtime(), found.page, language)
    beside = _beside(entity, asked) if asked is not None else ""
    opened = asked.opened if asked is not None else ""
    cells, known = Cells(heads(entity, listed.columns)), cast("dict[object, tuple[Shown, str]]", {})
    act, edit_href = _Offers(entity.id, language), of_records("packdesk_ui.edit", entity_type=entity.id)

    def drawn(record: Record, column: ListColumn, *, styled: bool) -> tuple[Shown, str]:
        """Return a value and its cell; most columns of a page hold few values, each of which is drawn once."""
        value = record.get(column.path)
        key = (column.path, value if isinstance(value, _SHARED) else record.id, styled)
        made = known.get(key)
        if made is None:
            shown = value_of(record, column, reader, entity.id, styled=styled)
            made = known[key] = (shown, cells.draw(column.path, shown))
        return made

    for record in found.page.rows:
        state = found.states.get(record.id)
        marked = state.marked if state is not None else frozenset()
        number = record.number
        values, htmls = zip(*(drawn(record, column, styled=column.when is None or column.path in marked) for column in listed.columns), strict=True)
        yield Row(
            number=number,
            values=values,
            cells=htmls,
            actions=tuple(act.offer(number, each) for each in state.actions) if state is not None else (),
            beside=f"{beside}{quote(number)}",
            current=number == opened,
            edit_href=edit_href(number) if state is not None and state.editable else "",
        )


def row_words() -> RowWords:
    """Return what is said in each row, in the language of the page."""
    return RowWords(edit=shell.words("edit"), edit_of=shell.words("row.edit"), pick_of=shell.words("pick"))


def _beside(entity: EntityRuntime, asked: Asked) -> str:
    """Return the address at which a record opens beside the list, up to its number: made once for all rows."""
    here = address(entity.id, asked, open="")
    return f"{here}{'&' if '?' in here else '?'}open="


def value_of(record: Record, column: ListColumn, reader: Reader, entity_type: str, *, styled: bool) -> Shown:
    """Return one value of a row as it is read."""
    if column.path == "number":
        return Shown(label=column.label, text=record.number, href=of_record("packdesk_ui.record", record.number, entity_type=entity_type))
    if column.show == _MARKED and not styled:
        return Shown(label=column.label, text="")
    value = record.get(column.path)
    found = reader.show(column.field.field, value, label=column.label, targets=column.field.targets)
    if column.show == "badge" and not found.badge and found.text:
        # A yes is worth a badge, a no is the usual.
        found = replace(found, badge="" if value is False else "blue", text="" if value is False else found.text)
    return replace(found, style=_STYLES.get(column.style, ""), badge="") if styled and column.style and found.text else found


def reader_of(runtime: Runtime, found: search.SearchPage, language: str) -> Reader:
    """Return what shows the values of a page."""
    zone = zone_named(request_context.actor().time_zone)
    year = request_context.services().clock.now().astimezone(zone).year
    return Reader(model=runtime.model, language=language, zone=zone, references=found.references, person=people.name_of, brief=True, year=year)


class _Offers:
    """Makes the buttons of rows; what is the same in every row is looked up once."""

    def __init__(self, entity_type: str, language: str) -> None:
        """Know the type that the list shows."""
        self._entity_type, self._language = entity_type, language
        self._known: dict[str, tuple[str, Callable[[str], str]]] = {}

    def offer(self, number: str, state: ActionState) -> RowAction:
        """Return what can be done with the record of this number, or why it can't."""
        action, language = state.action, self._language
        if action.id not in self._known:
            href = of_records("packdesk_ui.act", entity_type=self._entity_type, action=action.id)
            self._known[action.id] = (action.label.in_language(language), href)
        label, href = self._known[action.id]
        return RowAction(
            label=label,
            icon=action.icon,
            href=href(number),
            plain=not (state.inputs or action.confirm is not None or len(state.statuses) > 1),
            key=answers.new_key(),
            name=f"{label}: {number}",
            reason=" ".join(dict.fromkeys(sentence(finding, language) for finding in state.findings)) if not state.enabled else "",
            blocked=shell.words("action.blocked") if not state.enabled else "",
        )
