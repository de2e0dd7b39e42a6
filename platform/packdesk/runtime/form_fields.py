"""One field as a screen needs it: control, words, options, what holds now, and the rules that the browser evaluates."""

from collections.abc import Mapping
from dataclasses import dataclass

from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import Lifecycle
from packdesk.model.nodes import Json
from packdesk.runtime.candidates import offered
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.field_state import field_state
from packdesk.runtime.kinds_choice import LISTED, is_offered
from packdesk.runtime.lifecycle import is_allowed, judge_status
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Line

_HTML_WORDS = ("minLength", "maxLength", "minimum", "maximum", "pattern", "multipleOf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One thing to choose; ``parent`` is the node above it in a tree, ``disabled`` what is shown but may not be chosen."""

    id: str
    label: str
    parent: str = ""
    disabled: bool = False
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field on a form. The JSON forms of rules are for the browser and are missing where only the server can know."""

    path: str
    field: FieldRuntime
    control: str
    label: str
    hint: str
    #: The value that the form would store now; for a new record and an action's input what is offered first.
    value: object
    required: bool
    readonly: bool
    hidden: bool
    #: Choices of a listed field; None where any value may be given.
    options: tuple[Option, ...] | None
    #: Offered values of a text that also takes others.
    suggestions: tuple[str, ...]
    words: Mapping[str, Json]
    span: int = 1
    #: Rules of other fields read it, so that they come and go with its value; ``server``: the browser cannot tell them all.
    decides: bool = False
    server: bool = False
    required_when: Mapping[str, object] | None = None
    #: All of these must hold; empty where the browser cannot tell, or nothing decides.
    visible_when: tuple[Mapping[str, object], ...] = ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the entity types that a lookup searches."""
        return self.field.targets


def form_field(at: Situation, field: FieldRuntime, *, section: str = "", span: int = 1, line: Line | None = None, value: object = None) -> FormField:
    """Return a field for the situation's record, for a line of it, or with a value of its own for an action's input."""
    inside = at.on(line) if line is not None else at
    held = line.values.get(field.path) if line is not None else value if value is not None else at.record.get(field.path)
    state = field_state(inside, field, section=section, in_line=line is not None)
    return FormField(
        path=field.path,
        field=field,
        control=field.kind.control,
        label=field.label(at.language),
        hint=field.field.hint.in_language(at.language) if field.field.hint is not None else "",
        value=held,
        required=state.required,
        readonly=state.readonly,
        hidden=state.hidden,
        options=options(inside, field, held) if field.field.kind in LISTED else None,
        suggestions=_suggestions(inside, field) if not state.readonly else (),
        words={word: field.field.constraints[word] for word in _HTML_WORDS if word in field.field.constraints},
        span=span,
    )


def options(at: Situation, field: FieldRuntime, current: object) -> tuple[Option, ...]:
    """Return what may be chosen for a listed field, the current value always among it."""
    if field.engine and field.field.kind is Kind.STATUS and at.entity.lifecycle is not None:
        return _statuses(at, at.entity.lifecycle, current)
    if field.engine and field.field.kind is Kind.SUBTYPE:
        return _subtypes(at, current)
    if field.field.kind not in LISTED:
        return ()
    kept = current if isinstance(current, tuple) else (current,)
    return tuple(
        Option(
            id=member.id,
            label=member.label.in_language(at.language),
            parent=str(getattr(member, "parent", "")),
            disabled=member.id in kept and not is_offered(member),
            colour=str(getattr(member, "colour", "")),
        )
        for member in offered(at, field, current)
    )


def _statuses(at: Situation, lifecycle: Lifecycle, current: object) -> tuple[Option, ...]:
    """Return the current status and those that editing may choose now."""
    entity, fresh = at.entity, not at.record.get("id")
    found = []
    for name in entity.statuses_for(str(at.record.get("subtype") or "")):
        status = lifecycle.statuses[name]
        if fresh:
            free = status.effective and status.state == lifecycle.initial.id
        else:
            judged = judge_status(entity, at.record, name, actor=at.actor, graph=at.environment.graph, now=at.environment.now, zone=at.environment.zone)
            free = not judged.findings
        if name == current or free:
            found.append(Option(id=name, label=status.label.in_language(at.language), colour=status.colour))
    return tuple(found)


def _subtypes(at: Situation, current: object) -> tuple[Option, ...]:
    return tuple(
        Option(id=name, label=one.subtype.label.in_language(at.language))
        for name, one in at.entity.subtypes.items()
        if name == current or (one.subtype.effective and is_allowed(one.subtype.allow, at.actor))
    )


def _suggestions(at: Situation, field: FieldRuntime) -> tuple[str, ...]:
    found = at.value(field.suggest) if field.suggest is not None else None
    items = found if isinstance(found, tuple) else (found,)
    return tuple(str(getattr(item, "raw", item)) for item in items if item is not None)
