"""The board of a list: a column for each value of a field, and cards in the list's order; the steps that move a card are in ``moves``."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import request, url_for

from packdesk.model.entity_types import Kind
from packdesk.records import search
from packdesk.runtime.boards import BoardView, board_view
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.kinds_choice import is_offered, members
from packdesk.runtime.values import Record
from packdesk.web import request_context
from packdesk_ui import answers, counts, shell
from packdesk_ui.lists import asked as asking
from packdesk_ui.lists import table
from packdesk_ui.lists.asked import Asked
from packdesk_ui.lists.cards import facts_of, title_of
from packdesk_ui.shell import words
from packdesk_ui.showing import Reader, Shown

_FIRST = 15
_MOST = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A record on the board."""

    number: str
    title: str
    href: str
    facts: tuple[Shown, ...]
    #: Where its next steps are; empty where the person does nothing with these records.
    moves_href: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardColumn:
    """The cards that hold one value."""

    id: str
    label: str
    tone: str
    count_text: str
    cards: tuple[Card, ...]
    #: There are more than are shown.
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """The board of a list."""

    columns: tuple[BoardColumn, ...]
    #: How many cards of each column are shown beyond the usual, for the form.
    most: str
    total: int
    #: As on a ``SearchPage``.
    too_many_parties: bool = False


def has_board(entity: EntityRuntime) -> bool:
    """Say whether the type has a board that this person can be shown."""
    return _open_view(entity) is not None


def _open_view(entity: EntityRuntime) -> BoardView | None:
    view = board_view(entity)
    return None if view is None or view.by in asking.closed_to_order(entity) else view


def board(entity: EntityRuntime, asked: Asked, command: search.SearchCommand, language: str) -> Board | None:
    """Return the cards of the list by column; None where the type has no board for this person."""
    view = _open_view(entity)
    if view is None:
        return None
    values = _values(entity, view)
    most = _most(values)
    sort = asking.order_of(asked, asking.open_list(entity, language)) if asked.state.order else view.sort
    closed = asking.closed_to_order(entity)
    order = tuple((path, ascending) for path, ascending in sort if path not in closed) or (("updated_at", False),)
    found = search.first_of_each(answers.context(), entity.id, replace(command, order=order, fields=(), cursor=""), view.by, most)
    page = search.SearchPage(rows=(), references=found.references)
    reader = table.reader_of(request_context.runtime(), page, language)
    columns = tuple(
        BoardColumn(
            id=value,
            label=label,
            tone=_tone(entity, view, reader, value),
            count_text=counts.short(found.counts[value], capped=value in found.capped),
            cards=tuple(_cards(entity, asked, view, reader, tuple((record, found.titles[record.id]) for record in found.rows[value]))),
            more=found.counts[value] > len(found.rows[value]) and most[value] < _MOST,
        )
        for value, label in values.items()
        if value or found.counts[value]
    )
    return Board(
        columns=columns,
        most=json.dumps({value: limit for value, limit in most.items() if limit > _FIRST}),
        total=sum(found.counts.values()),
        too_many_parties=found.too_many_parties,
    )


def _values(entity: EntityRuntime, view: BoardView) -> Mapping[str, str]:
    """Return the values that are columns, in the order of their list, and how each is called; what holds none comes last."""
    field = entity.fields[view.by].field
    language = shell.language()
    known = members(field, entity.model)
    values = {name: member.label.in_language(language) for name, member in known.items() if field.kind in (Kind.STATUS, Kind.STATE) or is_offered(member)}
    return values if field.kind in (Kind.STATUS, Kind.STATE) else {**values, "": words("board.none")}


def _most(values: Mapping[str, str]) -> dict[str, int]:
    """Return how many cards each column shows: the usual, and more where somebody asked for it."""
    try:
        asked = json.loads(request.form.get("_most", "") or "{}")
    except (ValueError, RecursionError):
        asked = {}
    kept = asked if isinstance(asked, dict) else {}
    most = {value: kept[value] if type(kept.get(value)) is int else _FIRST for value in values}
    wanted = request.form.get("_more")
    return {value: max(_FIRST, min(_MOST, limit + (_FIRST * 2 if value == wanted else 0))) for value, limit in most.items()}


def _tone(entity: EntityRuntime, view: BoardView, reader: Reader, value: str) -> str:
    field = entity.fields[view.by].field
    return reader.tone(field, value) if value and field.kind in (Kind.STATUS, Kind.STATE, Kind.LEVEL) else "closed"


def _cards(entity: EntityRuntime, asked: Asked, view: BoardView, reader: Reader, cards: tuple[tuple[Record, str], ...]) -> Iterator[Card]:
    for record, title in cards:
        rest = title_of(record, title)
        yield Card(
            number=record.number,
            title=rest,
            href=url_for("packdesk_ui.record", entity_type=entity.id, number=record.number),
            facts=facts_of(entity, record, reader, view.card, rest),
            moves_href=url_for("packdesk_ui.moves", entity_type=entity.id, number=record.number, view=asked.view or None, asked=asked.token or None),
            name=words("board.steps", name=record.number),
        )
