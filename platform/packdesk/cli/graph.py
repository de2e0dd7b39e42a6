"""``packdesk graph``: the lifecycle of an entity type as a picture, Mermaid text or SVG."""

import argparse
from pathlib import Path

from packdesk.cli.command import OK, Command, add_packs
from packdesk.cli.drawing import svg
from packdesk.cli.output import Output
from packdesk.cli.reading import checked_model
from packdesk.cli.system import opened
from packdesk.errors import PackdeskError
from packdesk.model.lifecycles import Lifecycle, StateKind
from packdesk.model.model import Model


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("entity_type", metavar="ENTITY_TYPE", help="id of the entity type")
    add_packs(parser, required=False)
    parser.add_argument("--as", dest="form", choices=("mermaid", "svg"), default="mermaid", help="form of the picture (default: mermaid)")
    parser.add_argument("--language", default="en", help="language of the labels (default: en)")
    parser.add_argument("--output", type=Path, help="file to write instead of printing")


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Print or write the picture."""
    lifecycle = _lifecycle(_model(arguments.packs), arguments.entity_type)
    text = svg(lifecycle, arguments.language) if arguments.form == "svg" else mermaid(lifecycle, arguments.language)
    if arguments.output is None:
        output.result(text, text)
    else:
        arguments.output.write_text(text + "\n", encoding="utf-8")
        output.progress(f"{arguments.output} written")
    return OK


def _model(packs: list[str]) -> Model:
    """Return the model of the packs, or of the release in force when none is named."""
    if packs:
        return checked_model(packs)
    with opened() as services:
        return services.live.current().runtime.model


def _lifecycle(model: Model, entity_type: str) -> Lifecycle:
    """Return the lifecycle of the entity type."""
    if entity_type not in model.entity_types:
        raise PackdeskError("unknown_entity_type", entity_type=entity_type)
    if entity_type not in model.lifecycles:
        raise PackdeskError("bad_parameter", name="ENTITY_TYPE", reason=f"'{entity_type}' has no lifecycle")
    return model.lifecycles[entity_type]


def mermaid(lifecycle: Lifecycle, language: str) -> str:
    """Return the lifecycle as a Mermaid state diagram: states with their statuses, moves as arrows."""
    lines = ["stateDiagram-v2"]
    for state in lifecycle.states.values():
        statuses = [_escaped(status.label.in_language(language)) for status in lifecycle.statuses.values() if status.state == state.id]
        label = _escaped(state.label.in_language(language))
        shown = "" if not statuses or statuses == [label] else f" ({', '.join(statuses)})"
        lines.append(f"    {state.id} : {label}{shown}")
    lines += [f"    [*] --> {state.id}" for state in lifecycle.states.values() if state.kind is StateKind.INITIAL]
    for move in lifecycle.moves.values():
        lines += [f"    {origin} --> {move.to} : {_escaped(move.label.in_language(language))}" for origin in move.from_states]
    lines += [f"    {state.id} --> [*]" for state in lifecycle.states.values() if state.kind is StateKind.FINAL]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Return text that cannot end a Mermaid statement."""
    return text.replace("#", "#35;").replace(";", "#59;").replace(":", "#58;").replace("\n", " ") if any(mark in text for mark in "#;:\n") else text


COMMAND = Command(name="graph", help="Draw the lifecycle of an entity type.", arguments=_arguments, run=_run)
