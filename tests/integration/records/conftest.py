"""The harbour: a pack with words of its own, published on either database, with its people in their units."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import packdesk_sample
from packdesk.clock import FixedClock
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource, MemorySource
from packdesk.records.context import Context, Door, Fixed
from packdesk.records.create import create
from packdesk.records.demo import demo_actor, load_memberships
from packdesk.records.kit import Kit
from packdesk.records.operations import gather
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import SYSTEM, Record
from packdesk.store import ddl, platform_tables
from packdesk.store.blobs import Blobs
from packdesk.store.database import Database
from packdesk.store.people import make_accounts
from packdesk.store.physical import EMPTY, extend
from packdesk.store.tables import Tables

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PACK = Path(__file__).parents[2] / "packs" / "accept" / "harbour"


@cache
def harbour() -> Runtime:
    loaded = load([FolderSource(PACK)])
    assert loaded.merged is not None, loaded.problems
    return compile_model(build(loaded.merged), 1)


class Harbour:
    """A published harbour and shorthands to fill it."""

    def __init__(self, database: Database, files: Path, runtime: Runtime | None = None) -> None:
        self.database = database
        self.names = count(1)
        self.runtime = runtime or harbour()
        self.tables = Tables(self.runtime.model, extend(EMPTY, self.runtime.model), database.dialect)
        self.kit = Kit(operations=gather([packdesk_sample]), files=Blobs(files))
        with database.begin(write=True) as connection:
            ddl.create(connection, self.tables)
            row = {"number": 1, "hash": "h", "documents": {}, "physical": {}, "created_by": "system", "created_at": NOW, "state": "live"}
            connection.execute(platform_tables.release.insert().values(row))
            connection.execute(platform_tables.active_release.update().values(number=1))
            make_accounts(connection, {user.login: user.name for user in self.runtime.model.organisation.users.values()})
            load_memberships(connection, self.runtime.model)

    def context(self, login: str = "", *, now: datetime = NOW, door: Door = Door.API, language: str = "en") -> Context:
        actor = demo_actor(self.runtime.model, login) if login else SYSTEM
        return Context(
            actor=replace(actor, language=language),
            clock=FixedClock(now),
            live=Fixed(self.runtime, self.tables),
            database=self.database,
            door=door,
            language=language,
            kit=self.kit,
        )

    def skipper(self, login: str = "olga", **more: object) -> Record:
        data = {"kind": "sailor", "papers": {"given_name": "Ann", "family_name": "Boje"}, **more}
        return create(self.context(login), "skipper", data).record

    def hull(self, owner: Record, callsign: str = "", login: str = "olga", **more: object) -> Record:
        return create(self.context(login), "hull", {"callsign": callsign or f"SHIP-{next(self.names)}", "owner": owner.number, **more}).record

    def mooring(self, login: str = "olga", hull: Record | None = None, **more: object) -> Record:
        ship = hull if hull is not None else self.hull(self.skipper(login), login=login)
        data: Mapping[str, object] = {"hull": ship.number, "assigned_user": login, **more}
        return create(self.context(login), "mooring", {key: value for key, value in data.items() if value is not None}).record

    def count(self, entity_type: str) -> int:
        with self.database.begin() as connection:
            table = self.tables.record(entity_type)
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.deleted_at.is_(None))) or 0)


@pytest.fixture
def port(database: Database, tmp_path: Path) -> Harbour:
    return Harbour(database, tmp_path)


@pytest.fixture
def small_port(sqlite_database: Database, tmp_path: Path) -> Harbour:
    """The same on SQLite only, for what does not depend on the database."""
    return Harbour(sqlite_database, tmp_path)


#: Rules of kinds, by kind and id, on top of the harbour.
Rules = Mapping[str, Mapping[str, Any]]
Open = Callable[..., Harbour]


@pytest.fixture
def open_port(database: Database, tmp_path: Path) -> Open:
    """Open the harbour with rules on top of it."""

    def opened(**kinds: Mapping[str, Any]) -> Harbour:
        head = {"id": "night", "version": "1.0.0", "format": 1, "requires": {"harbour": ">=1"}}
        files = {"pack.json": json.dumps(head), **{f"{kind}/night.json": json.dumps(documents) for kind, documents in kinds.items()}}
        loaded = load([FolderSource(PACK), MemorySource("night", files)])
        assert loaded.merged is not None, loaded.problems
        return Harbour(database, tmp_path, compile_model(build(loaded.merged), 1))

    return opened
