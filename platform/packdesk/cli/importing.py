"""``packdesk import``: records from a CSV file, row by row through the same guards as every other door."""

import argparse
from collections import Counter
from pathlib import Path

from packdesk.cli.command import OK, REFUSED, Command, add_format
from packdesk.cli.output import Output
from packdesk.cli.system import context_for, opened
from packdesk.errors import sentence
from packdesk.records.context import Door
from packdesk.records.importing import ImportCommand, import_file
from packdesk.records.outcome import BatchReport


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("entity_type", metavar="ENTITY_TYPE", help="id of the entity type")
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV file in UTF-8; its first line names fields by path or label")
    parser.add_argument("--as", dest="login", default="", metavar="LOGIN", help="whose rights and name apply (default: the system)")
    parser.add_argument("--delimiter", choices=(",", ";"), default="", help="default: the one that the first line uses")
    parser.add_argument("--dry-run", action="store_true", help="try every row and store nothing")
    parser.add_argument("--all-or-nothing", action="store_true", help="store every row or none")
    parser.add_argument("--key", default="", metavar="COLUMN", help="unique column by which a row is known to be there already")
    parser.add_argument("--update", action="store_true", help="with --key: change what is there already; else it is skipped")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Import; 1 when a row was refused."""
    command = ImportCommand(
        delimiter=arguments.delimiter,
        dry_run=arguments.dry_run,
        all_or_nothing=arguments.all_or_nothing,
        key=arguments.key,
        update_existing=arguments.update,
    )
    with opened() as services, arguments.file.open("rb") as stream:
        output.progress(f"reading {arguments.file}")
        report = import_file(context_for(services, arguments.login, Door.IMPORT), arguments.entity_type, stream, command)
    rows = [
        {"row": row.row, "number": row.number, "done": row.done, "findings": [{"code": one.code, "field": one.field} for one in row.findings]}
        for row in report.rows
    ]
    output.result({"applied": report.applied, "rows": rows, "unread": list(report.unread)}, _text(report))
    return REFUSED if report.refused else OK


def _text(report: BatchReport) -> str:
    """Return the report for a person: each refused row with its reasons, then the sums."""
    refused = [f"row {row.row}: {' '.join(sentence(finding, 'en') for finding in row.findings)}" for row in report.rows if row.findings]
    counts = ", ".join(f"{count} {what}" for what, count in Counter(row.done for row in report.rows).items()) or "no rows"
    past = [f"looked past what the system keeps by itself: {', '.join(report.unread)}"] if report.unread else []
    return "\n".join((*past, *refused, counts if report.applied else f"nothing stored: {counts}"))


COMMAND = Command(name="import", help="Import records from a CSV file.", arguments=_arguments, run=_run)
