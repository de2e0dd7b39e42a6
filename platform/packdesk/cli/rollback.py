"""``packdesk rollback``: publishes the documents of an older release; what nobody touched since gets its old value back."""

import argparse
from pathlib import Path

from packdesk.cli.command import OK, Command, add_format
from packdesk.cli.output import Output
from packdesk.cli.plan import read_decisions
from packdesk.cli.progress import progress_of
from packdesk.cli.system import author, opened
from packdesk.store.publishing import rollback


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("release", metavar="RELEASE", nargs="?", type=int, help="number of the release to return to (default: the one before)")
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="JSON document with the decisions that the way back demands")
    parser.add_argument("--note", default="rolled back", help="why, for the history of releases")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Roll back; 1 when a decision is missing."""
    with opened() as services:
        number = rollback(
            services.database,
            arguments.release,
            read_decisions(arguments.decisions),
            actor=author(),
            note=arguments.note,
            clock=services.clock,
            progress=progress_of(output),
        )
    output.result({"release": number}, f"Release {number} is live.")
    return OK


COMMAND = Command(name="rollback", help="Return to the documents of an older release.", arguments=_arguments, run=_run)
