"""``packdesk schemas``: writes the JSON Schemas of all kinds and editor settings, so that an editor completes while one types."""

import argparse
import json
from pathlib import Path

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output
from packdesk.errors import counted
from packdesk.packs.schemas import KINDS, write_schemas


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="DIR", type=Path, help="folder of the pack, or of several packs")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Write schemas below the folder and, where the editor has no settings yet, settings that use them."""
    folder: Path = arguments.folder
    schemas = folder / ".schemas"
    write_schemas(schemas)
    settings = folder / ".vscode" / "settings.json"
    made = not settings.exists()
    if made:
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(json.dumps({"json.schemas": _associations()}, indent=2) + "\n", encoding="utf-8")
    text = f"{counted(len(KINDS), 'schema', 'schemas')} written to {schemas}" + (
        f", editor settings to {settings}" if made else f"; {settings} was left as it is"
    )
    output.result({"schemas": len(KINDS), "folder": str(schemas), "settings": str(settings) if made else None}, text)
    return OK


def _associations() -> list[dict[str, object]]:
    """Return which files each schema is for."""
    kinds: list[dict[str, object]] = [{"fileMatch": [f"**/{kind}/**/*.json"], "url": f"./.schemas/{kind}.schema.json"} for kind in KINDS if kind != "pack"]
    return [{"fileMatch": ["**/pack.json"], "url": "./.schemas/pack.schema.json"}, *kinds]


COMMAND = Command(name="schemas", help="Write the JSON Schemas of all kinds of documents, and editor settings.", arguments=_arguments, run=_run)
