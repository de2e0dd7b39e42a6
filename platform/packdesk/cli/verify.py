"""``packdesk verify``: proves or refutes that the lifecycles of packs, or of the release in force, hold together."""

import argparse

from packdesk.cli.command import OK, REFUSED, Command, add_format, add_packs
from packdesk.cli.output import Output
from packdesk.cli.reading import errors_of, read
from packdesk.cli.system import opened
from packdesk.errors import PackdeskError, counted
from packdesk.model.model import Model
from packdesk.packs.build import build
from packdesk.runtime.verify import verify


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_packs(parser, required=False)
    add_format(parser, github=True)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Verify; 1 when a lifecycle has an error."""
    model = _model(arguments.packs)
    problems = verify(model)
    output.problems(problems, f"{counted(len(model.lifecycles), 'lifecycle', 'lifecycles')} verified, {counted(len(problems), 'problem', 'problems')}")
    return REFUSED if errors_of(problems) else OK


def _model(packs: list[str]) -> Model:
    """Return the model of the packs, or of the release in force when none is named."""
    if not packs:
        with opened() as services:
            return services.live.current().runtime.model
    loaded = read(packs)
    if loaded.merged is None:
        raise PackdeskError("pack_refused", count=len(loaded.problems))
    return build(loaded.merged)


COMMAND = Command(name="verify", help="Verify the lifecycles of packs, or of the release in force.", arguments=_arguments, run=_run)
