"""``packdesk purge``: lists what publishes have retired, and deletes for good what is named."""

import argparse

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output, table
from packdesk.cli.system import opened
from packdesk.errors import counted
from packdesk.store.purging import purge, purgeable


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("confirmed", metavar="NAME", nargs="*", help="what to delete for good, by the name that the list shows")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """List, or delete what is named."""
    with opened() as services:
        gone = purge(services.database, arguments.confirmed) if arguments.confirmed else ()
        left = purgeable(services.database)
    data = {"purged": [one.to_json() for one in gone], "retired": [one.to_json() for one in left]}
    lines = [f"deleted: {one.about} ({counted(one.count, 'value', 'values')})" for one in gone]
    if left:
        lines.append(table([(one.about, one.count) for one in left], ("retired", "values")))
        lines.append("Say: packdesk purge NAME... to delete for good.")
    output.result(data, "\n".join(lines) or "Nothing is retired.")
    return OK


COMMAND = Command(name="purge", help="List what is retired, and delete for good what is named.", arguments=_arguments, run=_run)
