"""``packdesk check``: reads packs and says everything that is wrong with them, at once; touches no database."""

import argparse

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output
from packdesk.cli.reading import errors_of, problems_of, read
from packdesk.errors import counted


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_packs(parser)
    add_format(parser, github=True)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Check the packs; 1 when there is an error, 0 when there are warnings at most."""
    problems = problems_of(read(arguments.packs))
    errors = len(errors_of(problems))
    warnings = len(problems) - errors
    sums = f"{counted(errors, 'error', 'errors')}, {counted(warnings, 'warning', 'warnings')}"
    summary = sums if problems else f"{', '.join(arguments.packs)}: no problems"
    output.problems(problems, summary)
    return REFUSED if errors else OK


COMMAND = Command(name="check", help="Say everything that is wrong with packs.", arguments=_arguments, run=_run)
