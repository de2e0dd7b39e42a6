"""Tags in the sentences of packs: ``#record.path`` and ``#line.name`` stand for what the field holds, as people read it.

In: a sentence and what its names stand for. Out: the sentence with its tags filled in. A tag names a field of the record or of the line
in hand; it walks no further and calls nothing.
"""

import re
from collections.abc import Iterator, Mapping

from packdesk.model.entity_types import Kind
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import FieldRuntime
from packdesk.runtime.expressions.environment import Environment
from packdesk.runtime.kinds import KINDS

_TAG = re.compile(r"#(record|line)\.([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)")
#: Stands where the field is empty.
_EMPTY = "\N{EN DASH}"


def sources(text: str) -> Iterator[str]:
    """Yield what each tag of a sentence reads, as an expression writes it."""
    return (f"{match[1]}.{match[2]}" for match in _TAG.finditer(text))


def filled(texts: Mapping[str, str], entity: EntityRuntime, environment: Environment, group: str = "") -> Mapping[str, str]:
    """Return the sentences with their tags filled in, each in its language; ``group`` is the line group of the line in hand."""
    return {language: fill(text, entity, environment, language, group) for language, text in texts.items()}


def fill(text: str, entity: EntityRuntime, environment: Environment, language: str, group: str = "") -> str:
    """Return a sentence with its tags filled in; what names no field stays as it is written."""

    def told(match: re.Match[str]) -> str:
        fields, holder = (entity.lines.get(group, {}), environment.line) if match[1] == "line" else (entity.fields, environment.record)
        field = fields.get(match[2])
        return match[0] if field is None or holder is None else _shown(field, holder.values.get(field.path), entity, environment, language) or _EMPTY

    return _TAG.sub(told, text) if "#" in text else text


def _shown(field: FieldRuntime, value: object, entity: EntityRuntime, environment: Environment, language: str) -> str:
    if value is None:
        return ""
    if field.field.kind in (Kind.REFERENCE, Kind.REFERENCES):
        ids = value if isinstance(value, tuple) else (value,)
        return ", ".join(name for each in ids if (name := environment.called(_target(field, environment, str(each)), str(each))))
    return KINDS[field.field.kind].show(field.field, value, language, entity.model, environment.zone)


def _target(field: FieldRuntime, environment: Environment, record_id: str) -> str:
    """Return the type of a record that a field names; the field may name records of several."""
    return next((target for target in field.targets if environment.graph.get(target, record_id) is not None), "")
