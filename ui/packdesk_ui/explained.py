"""Why a field, a status or a step is as it is: the pack, the layer, the file and line of each rule about it, and its condition with the values."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packdesk.model.nodes import Origin
from packdesk.records.looking import Look
from packdesk.records.outcome import RecordView
from packdesk.records.screening import closed_to
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.field_reasons import FieldReason, Says, field_reasons
from packdesk.runtime.lifecycle import ActionState
from packdesk_ui import faults
from packdesk_ui.shell import words
from packdesk_ui.showing import full_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule: what it says, where it is written, what that overrode, and its condition."""

    says: str
    rule: str
    pack: str
    place: str
    overrode: tuple[str, ...]
    tree: faults.Branch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Everything there is to say about one field, status or step."""

    id: str
    label: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """What a page in explain mode adds to itself."""

    fields: Mapping[str, Explained]
    #: Fields that are not there now.
    hidden: tuple[Explained, ...]
    steps: Mapping[str, Explained]
    statuses: Mapping[str, Explained]


def explanations(look: Look, entity: EntityRuntime, view: RecordView, states: Iterable[ActionState]) -> Explanations:
    """Return the explanations of a record's page; of what the person may not see nothing is told."""
    closed = closed_to(look.runtime, look.context.actor)
    at = look.at(view.record, view.record)
    found: dict[str, Explained] = {}
    hidden: list[Explained] = []
    for path, field in entity.fields.items():
        if path in view.hidden:
            continue
        reasons = field_reasons(at, field, closed)
        told = Explained(id=path, label=full_label(entity, path, look.language), reasons=tuple(_reason(one) for one in reasons))
        if any(one.says is Says.HIDDEN for one in reasons):
            hidden.append(told)
        found[path] = told
    return Explanations(
        fields=found,
        hidden=tuple(hidden),
        steps={state.action.id: step_explained(look, entity, view, entity.actions[state.action.id]) for state in states},
        statuses=dict(_statuses(look, entity)),
    )


def step_explained(look: Look, entity: EntityRuntime, view: RecordView, action: ActionRuntime) -> Explained:
    """Return where an action and its move are written, with the conditions and checks that decide about them."""
    at, closed = look.at(view.record, view.record), closed_to(look.runtime, look.context.actor)

    def reason(says: str, rule: str, guard: object = None) -> Reason:
        tree = guard.explain(at.environment, look.language, closed) if isinstance(guard, Compiled) else None
        return _made(says, rule, entity.model.origin(rule), faults.branch(tree) if tree is not None else None)

    def reasons() -> Iterator[Reason]:
        yield reason("step", action.action.path)
        if isinstance(action.when, Compiled):
            yield reason("offered", f"{action.action.path}.when", action.when)
        for check in action.checks:
            yield reason("checked", check.check.path, check.that)
        if action.move is None:
            return
        yield reason("move", action.move.move.path)
        if isinstance(action.move.when, Compiled):
            yield reason("offered", f"{action.move.move.path}.when", action.move.when)
        for check in action.move.checks:
            yield reason("checked", check.check.path, check.that)

    return Explained(id=action.action.id, label=action.action.label.in_language(look.language), reasons=tuple(reasons()))


def _statuses(look: Look, entity: EntityRuntime) -> Iterator[tuple[str, Explained]]:
    if entity.lifecycle is None:
        return
    for name, status in entity.lifecycle.statuses.items():
        state = entity.lifecycle.states[status.state]
        said = {"status": status.path, "state": state.path}
        if status.guidance is not None:
            said["guidance"] = f"{status.path}.guidance"
        if status.key_fields:
            said["key_fields"] = f"{status.path}.key_fields"
        reasons = tuple(_made(says, path, entity.model.origin(path), None) for says, path in said.items())
        yield name, Explained(id=name, label=status.label.in_language(look.language), reasons=reasons)


def _reason(one: FieldReason) -> Reason:
    return _made(one.says.value, one.rule, one.origin, faults.branch(one.tree) if one.tree is not None else None)


def _made(says: str, rule: str, origin: Origin | None, tree: faults.Branch | None) -> Reason:
    return Reason(
        says=words(f"explain.{says}"),
        rule=rule,
        pack=f"{origin.pack} {origin.version}" if origin is not None else "",
        place=f"{origin.file}:{origin.line}" if origin is not None else "",
        overrode=tuple(str(each) for each in origin.overrides) if origin is not None else (),
        tree=tree,
    )
