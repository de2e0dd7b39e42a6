"""The next steps of a record as its page shows them: the engine's own list, in the lifecycle's order, each a button or why it is none."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from flask import url_for

from packdesk.records.claim import takes
from packdesk.records.looking import Look
from packdesk.records.outcome import RecordView
from packdesk.records.screening import closed_to
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.lifecycle import LOCKS, ActionState
from packdesk_ui import faults
from packdesk_ui.telling import sentence

#: Steps that a digit presses.
_KEYED = 9
#: Presses what takes a record over.
_CLAIM_KEY = "c"
#: The place of the actions that a record is there for.
_MAIN = "primary"
#: Says that no role permits it.
_NO_RIGHT = "not_permitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A next step: a button, or why it is none."""

    id: str
    label: str
    icon: str
    tone: str
    enabled: bool
    #: Needs no inputs and no confirmation: the button does it at once.
    plain: bool
    href: str
    sentence: str
    reasons: tuple[faults.Why, ...]
    #: Code of the first reason; empty while it is a button.
    code: str = ""
    #: Makes whoever does it responsible; stands beside who is responsible now.
    takes: bool = False
    #: The character that presses it; empty: none.
    key: str = ""


def steps_of(look: Look, entity: EntityRuntime, view: RecordView, states: Iterable[ActionState]) -> tuple[Step, ...]:
    """Return the steps that a page shows, in the lifecycle's order; nine have a digit that presses them, first of all those that can be done now."""
    shown = [(state, takes(entity.actions[state.action.id])) for state in states if is_shown(entity, state)]
    digits = (str(number) for number in range(1, _KEYED + 1))
    keys = {state.action.id: _CLAIM_KEY if taking else next(digits, "") for state, taking in sorted(shown, key=lambda pair: not pair[0].enabled)}
    return tuple(_step(look, entity, view, state, taking, keys[state.action.id]) for state, taking in shown)


def is_shown(entity: EntityRuntime, state: ActionState) -> bool:
    """Say whether a page shows an action: what is offered, and what moves the record though it can't now; others only while they are offered.

    A main action stays where only the person is the wrong one: the page speaks of it, and he learns whom to ask.
    """
    action = entity.actions.get(state.action.id)
    if state.findings and state.findings[0].code in LOCKS:
        return False
    if state.offered or (state.for_others and state.action.place == _MAIN):
        return True
    return action is not None and action.move is not None and bool(state.findings) and state.findings[0].code != "wrong_state"


def only_read(steps: Collection[Step]) -> str:
    """Return the one sentence about all steps where the person may only read the type's records; empty where any step has a reason of its own."""
    said = {step.sentence for step in steps}
    return next(iter(said)) if len(said) == 1 and all(step.code == _NO_RIGHT for step in steps) else ""


def _step(  # noqa: PLR0917 - what the page knows of one step
    look: Look, entity: EntityRuntime, view: RecordView, state: ActionState, taking: bool, key: str
) -> Step:
    action, language = state.action, look.language
    asks = bool(state.inputs) or action.confirm is not None or len(state.statuses) > 1
    tone = "plain"
    if action.style == "danger":
        tone = "risk"
    elif action.place == _MAIN:
        tone = "solid"
    return Step(
        id=action.id,
        label=action.label.in_language(language),
        icon=action.icon,
        tone=tone,
        enabled=state.enabled,
        plain=not asks,
        href=url_for("packdesk_ui.act", entity_type=entity.id, number=view.record.number, action=action.id),
        sentence=" ".join(dict.fromkeys(sentence(finding, language) for finding in state.findings)),
        reasons=tuple(_reasons(look, view, state)),
        code=state.findings[0].code if state.findings and not state.enabled else "",
        takes=taking,
        key=key,
    )


def _reasons(look: Look, view: RecordView, state: ActionState) -> Iterator[faults.Why]:
    if not state.findings:
        return
    at = look.at(view.record, view.record)
    closed = closed_to(look.runtime, look.context.actor)
    for finding in state.findings:
        if reason := faults.why_at(at, finding, look.language, closed):
            yield reason
