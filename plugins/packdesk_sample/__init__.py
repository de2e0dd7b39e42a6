"""A plugin with one operation, as small as one can be: the pattern for adapters to other systems."""

from collections.abc import Mapping

from packdesk.model.nodes import Json
from packdesk.records.operations import Operation

_INPUT = {
    "type": "object",
    "properties": {"text": {"type": "string", "maxLength": 1000}},
    "required": ["text"],
    "additionalProperties": False,
}
_OUTPUT = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "length": {"type": "integer", "minimum": 0}},
    "required": ["text", "length"],
    "additionalProperties": False,
}


def operations() -> tuple[Operation, ...]:
    """Return the plugin's operations."""
    return (
        Operation(
            name="sample.measure",
            input=_INPUT,
            output=_OUTPUT,
            call=_measure,
            stub=_stub,
            idempotent=True,
            transactional=True,
            timeout=1.0,
        ),
    )


def _measure(data: Mapping[str, Json], key: str) -> Mapping[str, Json]:  # noqa: ARG001 - it has nothing to remember
    text = str(data["text"])
    return {"text": text, "length": len(text)}


def _stub(data: Mapping[str, Json], key: str) -> Mapping[str, Json]:  # noqa: ARG001 - a stub answers without doing
    return {"text": str(data["text"]), "length": 0}
