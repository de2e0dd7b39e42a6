"""The context of a use case: who asks, through which door, of which system; and how one transaction is run."""

import dataclasses
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

T = TypeVar("T")


class Door(StrEnum):
    """How a change came in; all doors lead to the same guards."""

    SCREEN = "screen"
    API = "api"
    IMPORT = "import"
    BULK = "bulk"
    SYSTEM = "system"
    SCENARIO = "scenario"


class Live(Protocol):
    """Gives the release in force; ``store.live.LiveRuntime`` in a server, a fixed one in scenarios."""

    def current(self) -> Runtime:
        """Return the runtime of the active release."""
        ...

    def tables(self, runtime: Runtime) -> Tables:
        """Return the physical tables of a runtime that ``current`` gave."""
        ...


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
    #: Effect handlers, operations and files, wired in by the program that runs.
    kit: Kit = dataclasses.field(default_factory=Kit)
    ids: IdSource = new_id

    def as_system(self) -> "Context":
        """Return the same context with the system as the actor."""
        return dataclasses.replace(self, actor=SYSTEM, door=Door.SYSTEM)


def run(context: Context, work: Callable[[UnitOfWork, Runtime], T], *, write: bool = True) -> T:
    """Run the work as one transaction on the release in force and commit it.

    A release that moved and a collision with another writer start it anew; what was refused is not repeated.
    """
    for _ in range(_ATTEMPTS):
        runtime = context.live.current()
        tables = context.live.tables(runtime)
        unit = UnitOfWork(context.database, runtime, tables, context.clock, context.actor, context.ids, write=write, door=context.door.value)
        try:
            with unit:
                done = work(unit, runtime)
                unit.commit()
                return done
        except (ReleaseMoved, Retry):
            continue
    raise PackdeskError("busy")
