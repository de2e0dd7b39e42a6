"""What is known of the operations that plugins bring: names and JSON Schemas as plain data, types for expressions as the result."""

from collections.abc import Mapping
from dataclasses import dataclass

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from packdesk.model.actions import Effect
from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.types import Type

_TYPES: Mapping[str, Type] = {"string": types.TEXT, "integer": types.INTEGER, "number": types.DECIMAL, "boolean": types.BOOLEAN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What an operation takes and returns; without ``answers`` it runs later and returns nothing to the action."""

    input: Mapping[str, object]
    output: Mapping[str, object]
    answers: bool


#: Name of the operation -> its contract.
Contracts = Mapping[str, Contract]


def called(effect: Effect) -> str:
    """Return the operation that an effect calls; empty for any other effect."""
    name = effect.arguments.get("operation")
    return name if effect.do == "call_operation" and isinstance(name, str) else ""


def result_type(contract: Contract) -> Type:
    """Return the type of what the operation returns: members that are texts, numbers, truths, or objects of such."""
    return _object(contract.output) if contract.answers else types.object_of({})


def input_types(contract: Contract) -> Mapping[str, Type]:
    """Return the types of the inputs that must fit as they are; whatever is given for a text is written as one."""
    found = ((name, _named(schema)) for name, schema in _properties(contract.input).items())
    return {name: _TYPES["integer" if kind == "number" else kind] for name, kind in found if kind in ("integer", "number", "boolean")}


def input_faults(contract: Contract, effect: Effect) -> Mapping[str, str]:
    """Return what is wrong with the inputs that an effect gives, by input."""
    properties = _properties(contract.input)
    required = contract.input.get("required")
    faults = {name: "The operation needs it." for name in required if name not in effect.values} if isinstance(required, list | tuple) else {}
    for name, value in effect.values.items():
        schema = properties.get(name)
        if schema is None and contract.input.get("additionalProperties") is False:
            faults[name] = "The operation does not take it."
        elif isinstance(schema, Mapping) and not _has_expression(value) and not Draft202012Validator(dict(schema)).is_valid(_listed(value)):
            faults[name] = "The operation does not take this value."
    return faults


def _object(schema: Mapping[str, object]) -> Type:
    members: dict[str, Type] = {}
    for name, inner in _properties(schema).items():
        kind = _named(inner)
        if kind == "object" and isinstance(inner, Mapping):
            members[name] = _object(inner)
        elif kind in _TYPES:
            members[name] = _TYPES[kind]
    return types.object_of(members)


def _properties(schema: Mapping[str, object]) -> Mapping[str, object]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def _named(schema: object) -> str:
    """Return the one type that a schema names beside null, empty where it names none or several."""
    named = schema.get("type") if isinstance(schema, Mapping) else None
    kinds = [named] if isinstance(named, str) else [kind for kind in named if kind != "null"] if isinstance(named, list | tuple) else []
    return str(kinds[0]) if len(kinds) == 1 else ""


def _has_expression(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_has_expression(inner) for inner in value.values())
    return isinstance(value, Expression) or (isinstance(value, tuple | list) and any(_has_expression(inner) for inner in value))


def _listed(value: object) -> object:
    """Return a value with lists where documents are frozen into tuples."""
    if isinstance(value, Mapping):
        return {name: _listed(inner) for name, inner in value.items()}
    return [_listed(inner) for inner in value] if isinstance(value, tuple | list) else value
