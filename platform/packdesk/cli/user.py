"""``packdesk user``: adds people, and lists them."""

import argparse
import re

from packdesk.cli.command import OK, REFUSED, Command, add_format
from packdesk.cli.output import Output, table
from packdesk.cli.system import opened
from packdesk.errors import PackdeskError
from packdesk.store import people
from packdesk.web import members
from packdesk.web.app import close, create_app

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")


def _arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("what", choices=("add", "list"), help="what to do")
    parser.add_argument("login", metavar="LOGIN", nargs="?", default="", help="add: the login, small letters, digits, dot, dash, underscore")
    parser.add_argument("--name", default="", help="first and last name")
    parser.add_argument("--email", default="", help="e-mail address")
    parser.add_argument("--role", action="append", default=[], help="a role of the release; may be repeated")
    parser.add_argument("--unit", action="append", default=[], help="a unit of the release, the first is the default; may be repeated")
    parser.add_argument("--language", default="en", help="language of the screens (default: en)")
    parser.add_argument("--admin", action="store_true", help="may administer users")
    add_format(parser)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    """Add somebody and print the password, or list everybody."""
    return _list(output) if arguments.what == "list" else _add(arguments, output)


def _add(arguments: argparse.Namespace, output: Output) -> int:
    """Add somebody; 1 when the login is taken."""
    if not _LOGIN.match(arguments.login):
        raise PackdeskError("bad_parameter", name="LOGIN", reason="use small letters, digits, dot, dash and underscore")
    member = members.Member(
        login=arguments.login,
        name=arguments.name or arguments.login,
        password=members.new_password(),
        email=arguments.email,
        roles=tuple(arguments.role),
        units=tuple(arguments.unit),
        language=arguments.language,
        admin=arguments.admin,
    )
    with opened() as services:
        app = create_app(services.settings, services=services)
        try:
            added = members.add(app, (member,))
        finally:
            close(app)
    if not added:
        output.error(f"the login '{member.login}' is taken")
        return REFUSED
    output.result({"login": member.login, "password": member.password}, f"login: {member.login}\npassword: {member.password}")
    return OK


def _list(output: Output) -> int:
    """List everybody."""
    with opened() as services, services.database.begin() as connection:
        everybody = people.load_people(connection) if people.known_logins(connection) else ()
    data = [{"login": person.login, "name": person.name, "active": person.active} for person in everybody]
    output.result(data, table([(person.login, person.name, "" if person.active else "switched off") for person in everybody], ("login", "name", "")))
    return OK


COMMAND = Command(name="user", help="Add people, or list them.", arguments=_arguments, run=_run)
