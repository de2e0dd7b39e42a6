"""Evaluates what documents say about a draft, and turns results into values that a record stores."""

from collections.abc import Mapping
from dataclasses import replace

from packdesk.errors import Finding
from packdesk.records.drafts import Draft
from packdesk.runtime.entity_parts import FieldRuntime, Guard, Source
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.expressions.types import Base
from packdesk.runtime.field_kind import Reading
from packdesk.runtime.situation import Situation, stored
from packdesk.runtime.values import Line


def environment(draft: Draft, *, line: Line | None = None) -> Environment:
    """Return what the expressions about a draft are evaluated against."""
    found = draft.environment
    return found if line is None else replace(found, line=line)


def situation(draft: Draft) -> Situation:
    """Return the draft as the rules of the runtime see it."""
    return draft.situation


def holds(guard: Guard, env: Environment) -> bool:
    """Say whether a fixed yes or no, or a condition, holds; null does not."""
    return guard.evaluate(env) is True if isinstance(guard, Compiled) else guard


def source_value(source: Source, env: Environment, field: FieldRuntime | None, reading: Reading) -> object:
    """Return a literal read as the field reads it, or what the expression gives, as a record stores it; without a field as it is."""
    if isinstance(source, Compiled):
        return stored(source.evaluate(env)) if field is not None else meant(source, env)
    if field is None or source is None:
        return source
    read = field.kind.read(field.field, source, reading)
    return None if isinstance(read, Finding) else read


def meant(source: Compiled, env: Environment) -> object:
    """Return what an expression gives, as the record itself where it gives the id of one."""
    value = source.evaluate(env)
    if source.type.base is not Base.RECORD or not isinstance(value, str):
        return value
    found = (env.graph.get(target, value) for target in source.type.entity_types)
    return next((record for record in found if record is not None), None)


def values_of(draft: Draft, values: Mapping[str, Source], env: Environment, fields: Mapping[str, FieldRuntime]) -> dict[str, object]:
    """Return the values of a map of sources, each as the field of its name keeps it."""
    words = draft.work.reading
    return {name: source_value(source, env, fields.get(name), words) for name, source in values.items()}
