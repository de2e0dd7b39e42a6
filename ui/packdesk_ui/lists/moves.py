"""The next steps of a card on the board: all of them in a menu, or those that lead to the column on which it was dropped.

A card that is dropped moves by the same actions as one whose menu was opened. Where one step leads there it is done, or asks what it
needs; where several do, they are to choose from; where none does, it is said why.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import Response, make_response, redirect, request, url_for

from packdesk.errors import PackdeskError
from packdesk.model.entity_types import Kind
from packdesk.records import actions
from packdesk.records import read as reading
from packdesk.records.looking import Look, looking
from packdesk.records.outcome import RecordView
from packdesk.runtime.boards import board_view
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.form_fields import form_field
from packdesk.runtime.kinds_choice import members
from packdesk.runtime.lifecycle import ActionState, judge_status
from packdesk.web import request_context
from packdesk_ui import answers
from packdesk_ui.editing import crumbs, version_of
from packdesk_ui.lists import asked as asking
from packdesk_ui.shell import words
from packdesk_ui.steps import Step, steps_of
from packdesk_ui.telling import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step, and what is sent with it."""

    step: Step
    sent: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """The next steps of one card."""

    number: str
    title: str
    href: str
    moves: tuple[Move, ...]
    #: Why none of them leads where the card was dropped.
    refused: str
    #: The only way to go asks for nothing more: the drop itself was the word.
    at_once: bool
    key: str
    version: int
    modal: bool
    #: The list that the card is on, for the way back to it.
    view: str
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drop:
    """A card that was dropped on the column of a value."""

    look: Look
    entity: EntityRuntime
    view: RecordView
    by: str
    value: str

    @property
    def label(self) -> str:
        """Return what the column is called."""
        known = members(self.entity.fields[self.by].field, self.entity.model)
        return known[self.value].label.in_language(self.look.language) if self.value in known else words("board.none")


def moves(entity_type: str, number: str) -> Response:
    """Show the next steps of a card, the same as on the record's page, with why the others can't be done; after a drop those that lead there."""
    context, entity = answers.context(), request_context.runtime().type(entity_type)
    view = reading.read(context, entity_type, number)
    states = actions.available(context, entity_type, view.record.id)
    dropped, refused = request.args.get("to"), ""
    with looking(context) as look:
        steps = steps_of(look, entity, view, states)
        if dropped is None:
            found = tuple(Move(step=step, sent={}) for step in steps)
        else:
            drop = _dropped(look, entity, view, dropped)
            found = tuple(_leading(drop, steps, {state.action.id: state for state in states}))
            refused = "" if found else _why_not(drop)
    ways = [move for move in found if move.step.enabled]
    if dropped is not None and len(ways) == 1 and not ways[0].step.plain:
        return make_response(redirect(ways[0].step.href, 303))
    page = Moves(
        number=view.record.number,
        title=view.title,
        href=url_for("packdesk_ui.record", entity_type=entity_type, number=view.record.number),
        moves=tuple(sorted(found, key=lambda move: not move.step.enabled)),
        refused=refused,
        at_once=dropped is not None and len(ways) == 1,
        key=answers.new_key(),
        version=version_of(view.record),
        modal=answers.in_modal(),
        view=request.args.get("view", ""),
        asked=request.args.get("asked", ""),
    )
    title = words("board.steps", name=view.title or number) if dropped is None else words("board.drop", name=view.title or number, column=drop.label)
    way = crumbs(entity, words("steps"), view.record.number)
    return answers.page_or_modal("lists/moves.html", "lists/moves_body.html", title=title, page=page, crumbs=way)


def _dropped(look: Look, entity: EntityRuntime, view: RecordView, value: str) -> _Drop:
    board = board_view(entity)
    known = members(entity.fields[board.by].field, entity.model) if board is not None else {}
    if board is None or board.by in asking.closed_to_order(entity) or (value and value not in known):
        raise PackdeskError("bad_parameter", name="to", reason="the board has no such column")
    return _Drop(look=look, entity=entity, view=view, by=board.by, value=value)


def _leading(drop: _Drop, steps: tuple[Step, ...], states: Mapping[str, ActionState]) -> Iterator[Move]:
    """Yield the steps that lead to the column, what can't be done now with its reasons among them."""
    if (drop.view.record.get(drop.by) or "") == drop.value:
        return
    for step in steps:
        state = states[step.id]
        if not _leads(drop, state):
            continue
        # The column is the answer to which status it is to be.
        chosen = (
            {"status": drop.value} if drop.entity.fields[drop.by].field.kind is Kind.STATUS and (len(state.statuses) > 1 or "status" in state.inputs) else {}
        )
        asks = bool({*state.inputs} - {"status"}) or state.action.confirm is not None or (len(state.statuses) > 1 and not chosen)
        plain = step.enabled and not asks
        href = f"{step.href}?status={drop.value}" if chosen and not plain else step.href
        yield Move(step=replace(step, plain=plain, href=href), sent=chosen if plain else {})
    if own := _by_editing(drop):
        yield own


def _leads(drop: _Drop, state: ActionState) -> bool:
    """Say whether an action takes the record to the value of the column."""
    action = drop.entity.actions.get(state.action.id)
    if action is None or action.move is None:
        return False
    kind, record = drop.entity.fields[drop.by].field.kind, drop.view.record
    if kind is Kind.STATE:
        return action.move.move.to == drop.value
    if kind is not Kind.STATUS:
        return False
    # What can't be done now names no statuses: then all of its state count, and its own reason is told.
    return drop.value in (state.statuses or drop.entity.statuses_of(str(record.get("subtype") or ""), action.move.move.to))


def _by_editing(drop: _Drop) -> Move | None:
    """Return the change of the field itself where the record's form offers it and no action has to be asked."""
    view, entity = drop.view, drop.entity
    field, record = entity.fields[drop.by], view.record
    if "edit" not in view.verbs or field.field.kind is Kind.STATE:
        return None
    if field.field.kind is Kind.STATUS and (entity.lifecycle is None or entity.lifecycle.statuses[drop.value].state != record.get("state")):
        return None
    shown = form_field(drop.look.at(record, record), field)
    offered = {option.id for option in shown.options or ()} | ({""} if not shown.required else set())
    if shown.readonly or shown.hidden or drop.value not in offered:
        return None
    label = words("board.set", label=field.label(drop.look.language), value=drop.label)
    step = Step(
        id="_edit",
        label=label,
        icon="edit",
        tone="plain",
        enabled=True,
        plain=True,
        href=url_for("packdesk_ui.edit", entity_type=entity.id, number=record.number),
        sentence="",
        reasons=(),
    )
    return Move(step=step, sent={drop.by: drop.value, "_base": json.dumps({drop.by: record.get(drop.by)}, default=str)})


def _why_not(drop: _Drop) -> str:
    """Return why no step leads to the column."""
    record, at, language = drop.view.record, drop.look.at(drop.view.record, drop.view.record), drop.look.language
    if (record.get(drop.by) or "") == drop.value:
        return words("board.there", column=drop.label)
    if drop.entity.fields[drop.by].field.kind is Kind.STATUS:
        judged = judge_status(drop.entity, record, drop.value, actor=at.actor, graph=at.environment.graph, now=at.environment.now, zone=at.environment.zone)
        if judged.findings:
            return " ".join(sentence(finding, language) for finding in judged.findings)
    return words("board.no_way", column=drop.label)
