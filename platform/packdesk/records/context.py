"""The context of a use case: who asks, through which door, of which system; and how one transaction is run."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from packdesk.clock import Clock
from packdesk.errors import PackdeskError
from packdesk.ids import IdSource, new_id
from packdesk.records.kit import Kit
from packdesk.runtime.compile import Runtime
from packdesk.runtime.values import SYSTEM, Actor
from packdesk.store.database import Database
from packdesk.store.tables import Tables
from packdesk.store.unit_of_work import ReleaseMoved, Retry, UnitOfWork

_ATTEMPTS = 5
_PAUSE = 0.01

T = TypeVar("T")


class Door(StrEnum):
    """How a change came in; all doors lead to the same guards."""

    SCREEN = "screen"
    API = "api"
    IMPORT = "import"
    BULK = "bulk"
    SYSTEM = "system"
    SCENARIO = "scenario"


class Release(Protocol):
    """One release, compiled, with its tables."""

    @property
    def runtime(self) -> Runtime:
        """Return the compiled meaning."""
        ...

    @property
    def tables(self) -> Tables:
        """Return the tables."""
        ...


class Live(Protocol):
    """Gives the release in force; ``store.live.LiveRuntime`` in a server, ``Fixed`` where nothing is ever published."""

    def current(self) -> Release:
        """Return the release in force."""
        ...

    def latest(self) -> Release:
        """Return the release in force after a publish overtook, waiting until it is compiled."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """One release for ever: scenarios and tests."""

    runtime: Runtime
    tables: Tables

    def current(self) -> "Fixed":
        """Return itself."""
        return self

    def latest(self) -> "Fixed":
        """Return itself."""
        return self


class RequestNotes:
    """What became of a request with a key, for the door that answers it."""

    def __init__(self) -> None:
        """Nothing yet."""
        #: Something was stored together with the key.
        self.kept = False
        #: The answer comes from what an earlier request left.
        self.replayed = False
        #: The answer shows what must never be stored.
        self.secret = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """The name that a client gave a request, so that it has one effect however often it is sent."""

    value: str
    #: What makes two requests the same.
    digest: str
    notes: RequestNotes = dataclasses.field(default_factory=RequestNotes, compare=False)

    def part(self, position: int) -> "RequestKey":
        """Return the key of one of many changes that the request makes, each in a transaction of its own."""
        return dataclasses.replace(self, value=f"{self.value}\n{position}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that a use case needs and did not get as an argument."""

    actor: Actor
    clock: Clock
    live: Live
    database: Database
    door: Door = Door.API
    language: str = "en"
    request_id: str = ""
    #: A change is answered with the record as the actor sees it.
    answers: bool = False
    #: Effect handlers, operations and files, wired in by the program that runs.
    kit: Kit = dataclasses.field(default_factory=Kit)
    ids: IdSource = new_id
    request_key: RequestKey | None = None

    @property
    def typing(self) -> bool:
        """Say whether people typed what comes in."""
        return self.door in (Door.SCREEN, Door.IMPORT)

    def of_part(self, position: int) -> "Context":
        """Return the context of one of many changes that a request makes."""
        return self if self.request_key is None else dataclasses.replace(self, request_key=self.request_key.part(position))

    def as_system(self) -> "Context":
        """Return the same context with the system as the actor."""
        return dataclasses.replace(self, actor=SYSTEM, door=Door.SYSTEM)


def run(context: Context, work: Callable[[UnitOfWork, Runtime], T], *, write: bool = True) -> T:
    """Run the work as one transaction on the release in force and commit it.

    A release that moved and a collision with another writer start it anew; what was refused is not repeated.
    """
    release = context.live.current()
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with opened(context, release, write=write) as unit:
                done = work(unit, release.runtime)
                unit.commit()
                return done
        except ReleaseMoved:
            release = context.live.latest()
        except Retry:
            time.sleep(_PAUSE * 2**attempt)
    raise PackdeskError("busy")


def opened(context: Context, release: Release, *, write: bool) -> UnitOfWork:
    """Return a unit of work on a release, to be entered by the caller."""
    return UnitOfWork(context.database, release.runtime, release.tables, context.clock, context.actor, context.ids, write=write, door=context.door.value)
