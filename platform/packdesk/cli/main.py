"""The program ``packdesk``: arguments in, exit code out; refusals are sentences, never traces."""

import argparse
import sys
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from packdesk import __version__
from packdesk.cli import (
    check,
    doctor,
    explain,
    exporting,
    graph,
    importing,
    new,
    pack,
    plan,
    publish,
    purge,
    releases,
    rollback,
    schemas,
    serve,
    testing,
    user,
    verify,
)
from packdesk.cli.command import CANNOT_RUN, REFUSED, Command
from packdesk.cli.output import Output
from packdesk.errors import PackdeskError

COMMANDS: tuple[Command, ...] = (
    serve.COMMAND,
    check.COMMAND,
    plan.COMMAND,
    publish.COMMAND,
    rollback.COMMAND,
    releases.COMMAND,
    explain.COMMAND,
    verify.COMMAND,
    testing.COMMAND,
    new.COMMAND,
    schemas.COMMAND,
    importing.COMMAND,
    exporting.COMMAND,
    pack.COMMAND,
    graph.COMMAND,
    doctor.COMMAND,
    user.COMMAND,
    purge.COMMAND,
)
_ENVIRONMENT_CODES = frozenset({"bad_setting", "no_home", "no_installation", "no_release", "busy", "unknown_pack"})


def _help(prog: str) -> argparse.HelpFormatter:
    """Return the writer of help texts: one width everywhere, because the reference is made of them."""
    return argparse.HelpFormatter(prog, width=100)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with all commands."""
    result = argparse.ArgumentParser(prog="packdesk", description="Turn packs of JSON metadata into a running system.", formatter_class=_help)
    result.add_argument("--version", action="version", version=f"packdesk {__version__}")
    commands = result.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        own = commands.add_parser(command.name, help=command.help, description=command.help, formatter_class=_help)
        command.arguments(own)
        own.set_defaults(run=command.run)
    return result


def main(arguments: Sequence[str] | None = None, output: Output | None = None) -> int:
    """Run the command that the arguments name and return the exit code: 0 done, 1 refused, 2 could not run."""
    try:
        chosen = build_parser().parse_args(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    spoken = output or Output(format=getattr(chosen, "format", "text"))
    try:
        return int(chosen.run(chosen, spoken))
    except PackdeskError as error:
        spoken.error(str(error))
        return CANNOT_RUN if error.code in _ENVIRONMENT_CODES else REFUSED
    except (OSError, UnicodeDecodeError) as error:
        spoken.error(_os_sentence(error))
        return CANNOT_RUN
    except SQLAlchemyError as error:
        spoken.error(f"the database refused: {_database_sentence(error)}")
        return CANNOT_RUN
    except KeyboardInterrupt:
        spoken.error("stopped")
        return CANNOT_RUN


def _database_sentence(error: SQLAlchemyError) -> str:
    """Return what the database said, without the names that the driver gives its errors."""
    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return said.strip().partition("\n")[0]


def _os_sentence(error: OSError | UnicodeDecodeError) -> str:
    """Return what the operating system said, as a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8 text"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


if __name__ == "__main__":
    sys.exit(main())
