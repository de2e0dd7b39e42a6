"""Does an action on a record: its inputs, its move, its effects, together or not at all."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from packdesk.errors import PackdeskError
from packdesk.records.actions import reasons
from packdesk.records.attempts import Attempt, Given
from packdesk.records.context import Context
from packdesk.records.drafts import Draft, Work, begin
from packdesk.records.drawing import acted_record
from packdesk.records.field_rules import LATE
from packdesk.records.finding_records import visible
from packdesk.records.guards import guard
from packdesk.records.once import change_once
from packdesk.records.outcome import Outcome
from packdesk.records.reading import read_action
from packdesk.records.storing import store
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.lifecycle import Judgement, judge_action
from packdesk.runtime.values import Record

_NOTHING: Mapping[str, object] = MappingProxyType({})


def act(  # noqa: PLR0917 - the order of the contract
    context: Context,
    entity_type: str,
    ref: str,
    action: str,
    inputs: Mapping[str, object] = _NOTHING,
    version: int | None = None,
    *,
    text: bool = False,
) -> Outcome:
    """Do an action; ``inputs`` may name a ``status`` of the move's target state."""
    return change_once(
        context, lambda unit, runtime: act_in(begin(context, unit, runtime), entity_type, ref, action, inputs=inputs, version=version, text=text)
    )


def act_in(
    work: Work, entity_type: str, ref: str, action: str, *, inputs: Mapping[str, object] = _NOTHING, version: int | None = None, text: bool = False
) -> Outcome:
    """Do an action inside a transaction."""
    return store(acted(work, entity_type, ref, action, inputs=inputs, version=version, text=text))


def acted(
    work: Work, entity_type: str, ref: str, action: str, *, inputs: Mapping[str, object] = _NOTHING, version: int | None = None, text: bool = False
) -> Draft:
    """Return the record as the inputs and the move of an action leave it, before its effects; raises ``Refused``."""
    entity = work.runtime.type(entity_type)
    found = entity.actions.get(action)
    if found is None:
        raise PackdeskError("unknown_action", action=action, entity_type=entity_type)
    old = visible(work, entity_type, ref, for_update=not work.trial)
    given = read_action(work, entity, found, inputs, text=text)
    attempt = Attempt(
        work=work,
        entity=entity,
        verb="act",
        old=old,
        given=_without_status(given),
        version=version,
        action=found,
        judged=_judged(work, old, found, given),
    )
    return guard(attempt, acted_record, LATE)


def _judged(work: Work, old: Record | None, action: ActionRuntime, given: Given) -> Judgement:
    if old is None:
        return Judgement()
    status = str(given.values.get("status") or "")
    actor = work.context.actor
    judged = judge_action(work.runtime, old, action.action.id, actor=actor, graph=work.unit, now=work.now, status=status, inputs=given.inputs, zone=work.zone)
    return replace(judged, findings=reasons(work, old, action, judged.findings))


def _without_status(given: Given) -> Given:
    return replace(given, values={path: value for path, value in given.values.items() if path != "status"})
