"""``packdesk serve``: prepares the system and answers on one address; with ``--demo`` there are people and records to try it with."""

import argparse
import contextlib

from packdesk.cli.command import OK, Command
from packdesk.cli.demo import Demo, set_up
from packdesk.cli.output import Output
from packdesk.errors import PackdeskError
from packdesk.settings import Settings
from packdesk.web.app import close, create_app, demand_screens
from packdesk.web.serve import demand_port, free_port, serve
from packdesk.web.startup import open_services, prepare

_PORT = 8080
_CUSTOMERS = 2000


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--demo", action="store_true", help="add the people and records of the packs' demo where there are none yet, and print a login")
    parser.add_argument("--customers", type=int, default=_CUSTOMERS, help=f"with --demo: how many customers to make up (default: {_CUSTOMERS})")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine alone)")
    parser.add_argument("--port", type=int, default=_PORT, help=f"port to listen on, 0 for any free one (default: {_PORT})")
    parser.add_argument("--workers", type=int, default=1, help="server processes (default: 1)")


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Prepare, then serve until stopped."""
    settings = Settings.from_environment()
    if arguments.workers < 1:
        raise PackdeskError("bad_parameter", name="--workers", reason="give 1 or more")
    demand_port(arguments.host, arguments.port)
    demand_screens()
    demo = _prepare(settings, arguments, output)

    def announce(address: str) -> None:
        output.progress(f"Packdesk is at {address} (stop with Ctrl+C)")
        if demo is not None:
            output.progress(demo.sentence)

    port = arguments.port or free_port(arguments.host)
    serve(settings, host=arguments.host, port=port, workers=arguments.workers, announce=announce)
    return OK


def _prepare(settings: Settings, arguments: argparse.Namespace, output: Output) -> Demo | None:
    """Bring database, release, roles and, if asked, the demo up to date in this process alone, and close everything again."""
    with contextlib.closing(open_services(settings)) as services:
        prepare(services, output.progress)
        app = create_app(settings, services=services)
        try:
            return set_up(app, services, customers=arguments.customers, output=output) if arguments.demo else None
        finally:
            close(app)


COMMAND = Command(name="serve", help="Answer browsers and programs; the first start sets everything up.", arguments=_arguments, run=_run)
