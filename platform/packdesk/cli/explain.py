"""``packdesk explain``: which pack, version, file and line gave a leaf of the live release its value, and what it overrode."""

import argparse
import json
from collections.abc import Mapping

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output
from packdesk.cli.reading import checked_model
from packdesk.cli.system import opened
from packdesk.errors import Finding, counted, sentence
from packdesk.model.leaves import nothing_says, told
from packdesk.model.model import Model
from packdesk.model.nodes import Origin


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="PATH", help="for example entity_types.<id>.fields.<id>.required")
    add_packs(parser, required=False)
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Print the origin of a value, or of all values below a node; or the nearest path there is."""
    origins = _model(arguments.packs).origins
    path: str = arguments.path
    found = told(origins, path)
    if not found:
        facts = {"name": "PATH", "path": path, **nothing_says(origins, path)}
        output.error(sentence(Finding(code="bad_parameter", facts=facts), "en"))
        return REFUSED
    data = {known: _as_json(origin) for known, origin in found.items()}
    output.result(data, "\n".join(_value(path, found[path]) if path in found else _node(path, found)))
    return OK


def _model(packs: list[str]) -> Model:
    """Return the model of the packs, or of the release in force when none is named."""
    if packs:
        return checked_model(packs)
    with opened() as services:
        return services.live.current().runtime.model


def _value(path: str, origin: Origin) -> list[str]:
    """Return what is said about one value, the overridden ones below it."""
    return [f"{path} = {_written(origin)}", f"    {_place(origin)}", *(f"    overrides {_overridden(old)}" for old in origin.overrides)]


def _node(path: str, found: Mapping[str, Origin]) -> list[str]:
    """Return what is said about a node: each value below it with its place, a line each, the overridden ones below."""
    lines = [f"{path} holds {counted(len(found), 'value', 'values')}:"]
    for known, origin in found.items():
        lines.append(f"    {known.removeprefix(path + '.')} = {_written(origin)}    {_place(origin)}")
        lines += [f"        overrides {_overridden(old)}" for old in origin.overrides]
    return lines


def _written(origin: Origin) -> str:
    """Return the value as JSON."""
    return json.dumps(origin.value, ensure_ascii=False, default=dict)


def _place(origin: Origin) -> str:
    """Return pack, file, line and version."""
    return f"{origin} (version {origin.version})"


def _overridden(origin: Origin) -> str:
    """Return an overridden value with its place."""
    return f"{_written(origin)} of {_place(origin)}"


def _as_json(origin: Origin) -> dict[str, object]:
    """Return an origin for programs."""
    return {
        "pack": origin.pack,
        "version": origin.version,
        "file": origin.file,
        "line": origin.line,
        "column": origin.column,
        "value": origin.value,
        "overrides": [_as_json(old) for old in origin.overrides],
    }


COMMAND = Command(name="explain", help="Say where a value of the live release, or of packs, comes from.", arguments=_arguments, run=_run)
