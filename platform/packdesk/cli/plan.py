"""``packdesk plan``: what publishing packs would change, in words, records and on request statements, and what must be decided; changes nothing."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output, as_json
from packdesk.cli.reading import errors_of, problems_of, read, read_over
from packdesk.cli.system import opened
from packdesk.errors import PackdeskError, Problem, counted, reasons, render
from packdesk.packs.load import Loaded
from packdesk.packs.merged import Merged
from packdesk.store import decisions as answers
from packdesk.store import migrations
from packdesk.store.database import Database
from packdesk.store.planning import Plan, plan
from packdesk.store.planning import render as in_words
from packdesk.store.publishing import judge
from packdesk.store.releases import ReleaseStore
from packdesk.web.services import Services


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare what plan and publish have in common."""
    add_packs(parser)
    parser.add_argument("--only", action="store_true", help="leave out packs of the live release that are not named or required")
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="JSON document with the decisions that the plan demands")
    add_format(parser)


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare(parser)
    parser.add_argument("--sql", action="store_true", help="print the statements for the database too (--format json always has them)")


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Print the plan; 1 when the packs have errors, when it cannot be published, or when a decision is missing or wrong."""
    with opened() as services:
        migrations.upgrade(services.database)
        loaded, errors = loaded_for(services, arguments)
        if loaded.merged is None or errors:
            return refuse(errors, output)
        made = plan(services.database, loaded.merged, services.clock)
        decisions = read_decisions(arguments.decisions)
        fault = _fault(services.database, made, decisions)
    if not fault:
        warn_of_unasked(made, decisions, output)
    summary = {
        "base": made.base,
        "hash": made.hash,
        "changes": [{"kind": change.kind, "path": change.path, "sentence": change.sentence} for change in made.changes],
        "ddl": list(made.ddl),
        "impacts": [impact.to_json() for impact in made.impacts],
        "needed": [need.to_json() for need in made.needed],
        "problems": [as_json(problem) for problem in made.problems],
        "fault": fault,
    }
    output.result(summary, in_words(made, statements=arguments.sql) + (f"\n\n{fault}" if fault else ""))
    return REFUSED if fault else OK


def _fault(database: Database, made: Plan, decisions: Mapping[str, object] | None) -> str:
    """Return why the plan could not be published with these decisions; empty when it could."""
    if made.problems:
        return "It cannot be published."
    try:
        judge(database, made, decisions)
    except PackdeskError as error:
        return str(error)
    return ""


def warn_of_unasked(made: Plan, decisions: Mapping[str, object] | None, output: Output) -> None:
    """Name the decisions that earlier releases went by and this plan does not ask for."""
    for decision in answers.unasked(decisions, made.needed):
        output.progress(f"{decision}: decided in an earlier release, not asked for now")


def loaded_for(services: Services, arguments: argparse.Namespace) -> tuple[Loaded, tuple[Problem, ...]]:
    """Return the packs that are to be live, and what stops them."""
    loaded = read(arguments.packs) if arguments.only else read_over(arguments.packs, _live(services))
    return loaded, errors_of(problems_of(loaded))


def _live(services: Services) -> Merged | None:
    """Return the packs of the live release, None before the first."""
    store = ReleaseStore(services.database)
    active = store.active()
    return None if active is None else store.load(active.number).merged


def refuse(errors: tuple[Problem, ...], output: Output) -> int:
    """Print what is wrong with the packs."""
    output.result(
        {"problems": [as_json(problem) for problem in errors]}, f"{render(errors)}\n{counted(len(errors), 'error', 'errors')}; nothing can be published"
    )
    return REFUSED


def read_decisions(path: Path | None) -> Mapping[str, object] | None:
    """Return the decisions document."""
    if path is None:
        return None
    try:
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise PackdeskError("bad_decision", decision=str(path), **reasons.of_json(error)) from None
    if not isinstance(body, dict):
        raise PackdeskError("bad_decision", decision=str(path), reason="json_not_object")
    return body


COMMAND = Command(name="plan", help="Show what publishing packs would change, and what must be decided.", arguments=_arguments, run=_run)
