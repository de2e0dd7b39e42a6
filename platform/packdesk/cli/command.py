"""What a command is: a name, its arguments and a function; one module per command."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from packdesk.cli.output import FORMATS, Output

#: Everything went well.
OK = 0
#: The command ran and its answer is no: problems were found, something was refused, a test failed.
REFUSED = 1
#: The command could not run: wrong arguments or settings, a missing file, no database.
CANNOT_RUN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the program."""

    name: str
    #: One sentence for the list of commands.
    help: str
    #: Declares the arguments.
    arguments: Callable[[argparse.ArgumentParser], None]
    #: Does the work and returns the exit code.
    run: Callable[[argparse.Namespace, Output], int]


def no_arguments(_: argparse.ArgumentParser) -> None:
    """Declare nothing."""


def add_format(parser: argparse.ArgumentParser, *, github: bool = False) -> None:
    """Declare ``--format``."""
    choices = FORMATS if github else FORMATS[:2]
    parser.add_argument("--format", choices=choices, default="text", help="form of the answer (default: text)")


def add_packs(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Declare the packs that a command reads, in layer order."""
    # argparse counts what may be left out among what is missing, unless it has a default of its own.
    optional = {} if required else {"default": []}
    parser.add_argument(
        "packs", metavar="PACK", nargs="+" if required else "*", **optional, help="folder, zip file or installed name of a pack, lower layers first"
    )
