"""``packdesk publish``: makes packs live, without a restart; refuses whole or succeeds whole."""

import argparse

from packdesk.cli.command import OK, Command
from packdesk.cli.output import Output
from packdesk.cli.plan import declare, loaded_for, read_decisions, refuse, warn_of_unasked
from packdesk.cli.progress import progress_of
from packdesk.cli.reading import errors_of, problems_of, read
from packdesk.cli.system import author, is_begun, opened_or_begun
from packdesk.settings import Settings
from packdesk.store import migrations
from packdesk.store.planning import plan, render
from packdesk.store.publishing import publish


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare(parser)
    parser.add_argument("--note", default="", help="why, for the history of releases")


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Publish; 1 when the packs have errors or a decision is missing, with nothing done."""
    decisions = read_decisions(arguments.decisions)
    if not is_begun(Settings.from_environment()) and (faulty := errors_of(problems_of(read(arguments.packs)))):
        # A first publish that is refused leaves no empty installation behind.
        return refuse(faulty, output)
    with opened_or_begun() as services:
        migrations.upgrade(services.database)
        loaded, errors = loaded_for(services, arguments)
        if loaded.merged is None or errors:
            return refuse(errors, output)
        made = plan(services.database, loaded.merged, services.clock)
        if not made.is_empty:
            output.text(render(made))
        number = publish(
            services.database,
            made,
            decisions,
            actor=author(),
            note=arguments.note,
            clock=services.clock,
            progress=progress_of(output),
        )
        warn_of_unasked(made, decisions, output)
    text = f"Nothing changes; release {number} stays." if made.is_empty else f"Release {number} is live."
    output.result({"release": number, "changed": not made.is_empty, "impacts": [impact.to_json() for impact in made.impacts]}, text)
    return OK


COMMAND = Command(name="publish", help="Make packs live.", arguments=_arguments, run=_run)
