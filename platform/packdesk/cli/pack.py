"""``packdesk pack``: a pack as one zip file and back; zipping what was unzipped gives the same bytes."""

import argparse
from pathlib import Path

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output
from packdesk.errors import PackdeskError, counted
from packdesk.packs.archive import read_archive
from packdesk.packs.sources import find_pack, zip_pack


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("direction", choices=("zip", "unzip"), help="what to do")
    parser.add_argument("source", metavar="PACK", help="zip: folder or installed name of a pack; unzip: the zip file")
    parser.add_argument("target", metavar="TARGET", type=Path, help="zip: the file to write; unzip: the folder to write, which must not exist")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Zip or unzip."""
    files = _zip(arguments.source, arguments.target) if arguments.direction == "zip" else _unzip(Path(arguments.source), arguments.target)
    output.result({"target": str(arguments.target), "files": files}, f"{arguments.target}: {counted(files, 'file', 'files')}")
    return OK


def _zip(name: str, target: Path) -> int:
    """Write the pack as a zip file; return how many files it holds."""
    source = find_pack(name)
    target.write_bytes(zip_pack(source))
    return sum(1 for _ in source.files())


def _unzip(archive: Path, target: Path) -> int:
    """Write the files of the archive below a new folder; the reader has refused names that lead out of it."""
    if target.exists():
        raise PackdeskError("bad_parameter", name="TARGET", reason=f"{target} exists already")
    files = read_archive(archive.read_bytes())
    for name, content in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return len(files)


COMMAND = Command(name="pack", help="Make one zip file of a pack, or a folder of a zip file.", arguments=_arguments, run=_run)
