"""``packdesk new``: starts a pack, an entity type in a pack, or an overlay on another pack, as files that pass the check."""

import argparse
import json
import re
from collections.abc import Mapping
from pathlib import Path

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output
from packdesk.cli.reading import manifest_of
from packdesk.errors import PackdeskError
from packdesk.packs.sources import find_pack

_ID = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_FORMAT = 1


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=("pack", "entity-type", "overlay"), help="what to start")
    parser.add_argument("id", metavar="ID", help="its id: small letters, digits and underscores")
    parser.add_argument(
        "--in", dest="folder", type=Path, default=Path(), help="folder to make it in; for an entity type the folder of the pack (default: here)"
    )
    parser.add_argument(
        "--of", metavar="PACK", default="care", help="for an overlay: folder, zip file or installed name of the pack it lies on (default: care)"
    )
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Write the files; files that exist are never overwritten."""
    if not _ID.match(arguments.id):
        raise PackdeskError("bad_parameter", name="ID", reason="use small letters, digits and underscores, beginning with a letter")
    if arguments.what == "entity-type":
        files = {arguments.folder / name: body for name, body in _entity_type(arguments.id).items()}
        if not (arguments.folder / "pack.json").is_file():
            raise PackdeskError("bad_parameter", name="--in", reason=f"there is no pack.json in {arguments.folder.resolve()}")
    else:
        requires = _requirement(arguments.of) if arguments.what == "overlay" else {}
        files = {arguments.folder / arguments.id / name: body for name, body in _pack(arguments.id, requires).items()}
    written = _write(files)
    output.result({"files": [str(path) for path in written]}, "\n".join(f"{path} written" for path in written))
    return OK


def _requirement(below: str) -> Mapping[str, str]:
    """Return what an overlay on a pack requires: the version that is there and what stays compatible with it."""
    manifest = manifest_of(find_pack(below))
    version = str(manifest.get("version", ""))
    major = version.partition(".")[0]
    if not major.isdecimal():
        raise PackdeskError("bad_parameter", name="--of", reason=f"'{below}' has no pack.json with a version")
    return {str(manifest.get("id", below)): f">={major},<{int(major) + 1}"}


def _pack(name: str, requires: Mapping[str, str]) -> dict[str, object]:
    """Return the one file of an empty pack."""
    manifest: dict[str, object] = {"id": name, "title": _words(name), "version": "0.1.0", "format": _FORMAT, "language": "en"}
    if requires:
        manifest["requires"] = dict(requires)
    return {"pack.json": manifest}


def _entity_type(name: str) -> dict[str, object]:
    """Return an entity type with one field, and a lifecycle of three states."""
    entity = {
        "id": name,
        "capabilities": ["notes", "attachments", "assignment"],
        "title": "record.number + ' ' + record.subject",
        "fields": {
            "subject": {"type": "string", "required": True, "maxLength": 200, "searchable": True},
            "description": {"type": "text"},
        },
    }
    lifecycle = {
        "id": name,
        "states": {"open": {"kind": "initial"}, "in_progress": {"kind": "open"}, "closed": {"kind": "final", "success": True}},
        "statuses": {"open": {"state": "open"}, "in_progress": {"state": "in_progress"}, "closed": {"state": "closed"}},
        "moves": {"start": {"from": ["open"], "to": "in_progress"}, "close": {"from": ["open", "in_progress"], "to": "closed"}},
        "rules": {
            "start": {"from": ["open"], "to": "in_progress"},
            "close": {"from": ["open", "in_progress"], "to": "closed"},
        },
    }
    return {f"entity_types/{name}.json": entity, f"transitions/{name}.json": lifecycle}


def _words(name: str) -> str:
    """Return an id as a title."""
    return name.replace("_", " ").capitalize()


def _write(files: Mapping[Path, object]) -> tuple[Path, ...]:
    """Write each file, or none when one of them exists."""
    for path in files:
        if path.exists():
            raise PackdeskError("bad_parameter", name="ID", reason=f"{path} exists already")
    for path, body in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return tuple(files)


COMMAND = Command(name="new", help="Start a pack, an entity type or an overlay.", arguments=_arguments, run=_run)
