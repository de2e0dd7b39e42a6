"""The demo: the people of the organisation documents, the packs' demo records, and a made-up past where a pack has one."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask

from packdesk.cli.output import Output
from packdesk.cli.past import pasts, play
from packdesk.cli.system import context_for
from packdesk.errors import counted
from packdesk.model.people import DemoUser
from packdesk.records.context import Door
from packdesk.records.demo import load_records
from packdesk.web import members
from packdesk.web.services import Services

_PASSWORD_FILE = "demo_password"  # noqa: S105 - the name of a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """Who can log in, and how."""

    logins: tuple[str, ...]
    password: str

    @property
    def sentence(self) -> str:
        """Return what is printed below the address."""
        return f"login: {', '.join(self.logins)}\npassword: {self.password}"


def set_up(app: Flask, services: Services, *, customers: int, output: Output) -> Demo:
    """Make the demo's people with one random password, and its records when the people are new."""
    model = services.live.current().runtime.model
    users = tuple(model.organisation.users.values())
    password = _password(services)
    output.progress("making the demo's people")
    new = members.add(app, (_member(user, password) for user in users))
    if new:
        made = load_records(context_for(services, "", Door.SYSTEM))
        output.progress(counted(made, "demo record", "demo records"))
        _past(services, (pack.id for pack in model.packs), customers, output)
    return Demo(logins=tuple(user.login for user in users), password=password)


def _member(user: DemoUser, password: str) -> members.Member:
    """Return a demo user as a member."""
    return members.Member(login=user.login, name=user.name, password=password, roles=user.roles, units=user.units, extension=user.extension)


def _password(services: Services) -> str:
    """Return the demo's password, the same at every start; it is kept beside the key, readable by its owner alone."""
    path = services.settings.home / _PASSWORD_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(members.new_password(), encoding="ascii")
    return path.read_text(encoding="ascii")


def _past(services: Services, packs: Iterable[str], customers: int, output: Output) -> None:
    """Play the packs' past."""
    if customers < 1:
        return
    told, refused = play(context_for(services, "", Door.API), services.live.current().runtime.model, pasts(packs, customers), output.progress)
    output.progress(f"{counted(told, 'step', 'steps')} of a made-up past, {refused:,} of them refused by the rules")
