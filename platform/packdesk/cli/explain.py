"""``packdesk explain``: which pack, version, file and line gave a leaf of the live release its value, and what it overrode."""

import argparse
import json
from difflib import get_close_matches

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output
from packdesk.cli.reading import checked_model
from packdesk.cli.system import opened
from packdesk.model.model import Model
from packdesk.model.nodes import Origin


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="PATH", help="for example entity_types.<id>.fields.<id>.required")
    add_packs(parser, required=False)
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Print the origin, or the nearest path there is."""
    model = _model(arguments.packs)
    path: str = arguments.path
    leaves = {known: origin for known, origin in model.origins.items() if known == path or known.startswith(f"{path}.")}
    if not leaves:
        near = get_close_matches(path, model.origins, n=1)
        output.error(f"nothing says '{path}'" + (f"; did you mean '{near[0]}'?" if near else ""))
        return REFUSED
    data = {known: _as_json(origin) for known, origin in leaves.items()}
    output.result(data, "\n".join(line for known, origin in leaves.items() for line in _lines(known, origin)))
    return OK


def _model(packs: list[str]) -> Model:
    """Return the model of the packs, or of the release in force when none is named."""
    if packs:
        return checked_model(packs)
    with opened() as services:
        return services.live.current().runtime.model


def _lines(path: str, origin: Origin) -> list[str]:
    """Return what is said about one leaf, the overridden values below it."""
    shown = json.dumps(origin.value, ensure_ascii=False, default=dict)
    return [f"{path} = {shown}", f"    {origin} (version {origin.version})", *(f"    overrides {_overridden(old)}" for old in origin.overrides)]


def _overridden(origin: Origin) -> str:
    """Return an overridden value with its place."""
    return f"{json.dumps(origin.value, ensure_ascii=False, default=dict)} of {origin} (version {origin.version})"


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
