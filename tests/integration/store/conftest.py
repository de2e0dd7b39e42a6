"""A database with the sample model's tables, published as release 1, and units of work on it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests import samples

from packdesk.clock import FixedClock
from packdesk.runtime.values import Actor
from packdesk.store import ddl, platform_tables
from packdesk.store.database import Database
from packdesk.store.physical import EMPTY, extend
from packdesk.store.tables import Tables
from packdesk.store.unit_of_work import UnitOfWork

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ANNA = Actor(login="anna", name="Anna")

#: Opens a unit of work: ``unit()``, ``unit(actor=...)``, ``unit(write=False)``.
Opener = Callable[..., UnitOfWork]


@pytest.fixture
def tables(database: Database) -> Tables:
    model = samples.model()
    made = Tables(model, extend(EMPTY, model), database.dialect)
    with database.begin(write=True) as connection:
        ddl.create(connection, made)
        row = {"number": 1, "hash": model.hash, "documents": {}, "physical": {}, "created_by": "system", "created_at": NOW, "state": "live"}
        connection.execute(platform_tables.release.insert().values(row))
        connection.execute(platform_tables.active_release.update().values(number=1))
    return made


@pytest.fixture
def unit(database: Database, tables: Tables) -> Opener:
    def opened(actor: Actor = ANNA, release: int = 1, moment: datetime = NOW, **more: object) -> UnitOfWork:
        return UnitOfWork(database, samples.Published(model=tables.model, release=release), tables, FixedClock(moment), actor, **more)

    return opened
