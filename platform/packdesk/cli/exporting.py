"""``packdesk export``: records as CSV that can be imported again, or as JSON lines."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from packdesk.cli.command import OK, Command
from packdesk.cli.output import Output
from packdesk.cli.system import context_for, opened
from packdesk.records.context import Door
from packdesk.records.exporting import export_csv, export_json_lines
from packdesk.records.search import SearchCommand


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("entity_type", metavar="ENTITY_TYPE", help="id of the entity type")
    parser.add_argument("--as", dest="login", default="", metavar="LOGIN", help="whose rights apply (default: the system)")
    parser.add_argument("--filter", default="", help="a condition over record")
    parser.add_argument("--fields", default="", help="field paths with commas between (default: all)")
    parser.add_argument("--lines", action="store_true", help="JSON, one record a line, instead of CSV")
    parser.add_argument("--output", type=Path, help="file to write instead of printing")


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Export."""
    command = SearchCommand(filter=arguments.filter, fields=tuple(part.strip() for part in arguments.fields.split(",") if part.strip()))
    write = export_json_lines if arguments.lines else export_csv
    with opened() as services:
        chunks = write(context_for(services, arguments.login, Door.API), arguments.entity_type, command)
        if arguments.output is None:
            _print(chunks, output)
        else:
            with arguments.output.open("wb") as file:
                file.writelines(chunks)
            output.progress(f"{arguments.output} written")
    return OK


def _print(chunks: Iterator[bytes], output: Output) -> None:
    """Write the bytes to standard output as they come."""
    for chunk in chunks:
        if output.out is sys.stdout:
            sys.stdout.buffer.write(chunk)
        else:
            output.out.write(chunk.decode())
    output.out.flush()


COMMAND = Command(name="export", help="Export records as CSV or JSON lines.", arguments=_arguments, run=_run)
