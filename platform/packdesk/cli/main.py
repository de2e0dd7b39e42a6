"""The program ``packdesk``: arguments in, exit code out; refusals are sentences, never traces."""

import argparse
import importlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from packdesk import __version__
from packdesk.cli.command import CANNOT_RUN, REFUSED, Command
from packdesk.cli.output import Output
from packdesk.errors import PackdeskError

if TYPE_CHECKING:
    from sqlalchemy.exc import SQLAlchemyError

#: The module of each command. Only that of the command that is asked for gets loaded: what serves browsers takes a second to load.
MODULES: Mapping[str, str] = MappingProxyType(
    {
        "serve": "serve",
        "check": "check",
        "plan": "plan",
        "publish": "publish",
        "rollback": "rollback",
        "releases": "releases",
        "explain": "explain",
        "verify": "verify",
        "test": "testing",
        "new": "new",
        "schemas": "schemas",
        "import": "importing",
        "export": "exporting",
        "pack": "pack",
        "graph": "graph",
        "doctor": "doctor",
        "user": "user",
        "purge": "purge",
    }
)
_ENVIRONMENT_CODES = frozenset({"assets_missing", "bad_setting", "no_home", "no_installation", "no_release", "busy", "unknown_pack"})


def _help(prog: str) -> argparse.HelpFormatter:
    """Return the writer of help texts: one width everywhere, because the reference is made of them."""
    return argparse.HelpFormatter(prog, width=100)


def command(name: str) -> Command:
    """Return a command by its name."""
    found: Command = importlib.import_module(f"packdesk.cli.{MODULES[name]}").COMMAND
    return found


def build_parser(names: Iterable[str] = MODULES) -> argparse.ArgumentParser:
    """Return the parser with these commands, else with all of them."""
    result = argparse.ArgumentParser(prog="packdesk", description="Turn packs of JSON metadata into a running system.", formatter_class=_help)
    result.add_argument("--version", action="version", version=f"packdesk {__version__}")
    commands = result.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for each in map(command, names):
        own = commands.add_parser(each.name, help=each.help, description=each.help, formatter_class=_help)
        each.arguments(own)
        own.set_defaults(run=each.run)
    return result


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what the arguments ask for; where they don't begin with a command, all commands have a say in what is wrong."""
    names = arguments[:1] if arguments and arguments[0] in MODULES else MODULES
    return build_parser(names).parse_args(arguments)


def main(arguments: Sequence[str] | None = None, output: Output | None = None) -> int:
    """Run the command that the arguments name and return the exit code: 0 done, 1 refused, 2 could not run."""
    try:
        chosen = _parse(sys.argv[1:] if arguments is None else arguments)
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
    except _database_errors() as error:
        spoken.error(f"the database refused: {_database_sentence(error)}")
        return CANNOT_RUN
    except KeyboardInterrupt:
        spoken.error("stopped")
        return CANNOT_RUN


def _database_errors() -> type["SQLAlchemyError"]:
    """Return what a database raises; asked once something was raised, for many a command never loads what talks to databases."""
    from sqlalchemy.exc import SQLAlchemyError

    return SQLAlchemyError


def _database_sentence(error: "SQLAlchemyError") -> str:
    """Return what the database said, without the names that the driver gives its errors."""
    from sqlalchemy.exc import DBAPIError

    said = str(error.orig if isinstance(error, DBAPIError) else error)
    return said.strip().partition("\n")[0]


def _os_sentence(error: OSError | UnicodeDecodeError) -> str:
    """Return what the operating system said, as a sentence."""
    if isinstance(error, UnicodeDecodeError):
        return "the file is not UTF-8 text"
    return f"{error.filename}: {error.strerror}" if error.filename else str(error)


if __name__ == "__main__":
    sys.exit(main())
