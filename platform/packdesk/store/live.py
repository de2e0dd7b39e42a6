"""The release that a process runs: looked at with one indexed read per request, loaded once when it changed.

Whoever holds a ``Pinned`` keeps it to the end of his request; the old one is garbage when the last such request is over.
"""

import threading
from dataclasses import dataclass

from packdesk.errors import PackdeskError
from packdesk.packs.build import Builder
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.contracts import Contracts
from packdesk.store.database import Database
from packdesk.store.reading_map import read_mapping
from packdesk.store.releases import ReleaseStore
from packdesk.store.retired_values import with_retired
from packdesk.store.tables import Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """One release, compiled, with its tables: what a request works with from its first line to its last."""

    runtime: Runtime
    tables: Tables
    release: int
    security_epoch: int
    session_epoch: int


@dataclass(frozen=True, slots=True)
class _Loaded:
    runtime: Runtime
    tables: Tables
    release: int


class LiveRuntime:
    """Gives each request the live release of a database."""

    def __init__(self, database: Database, contracts: Contracts | None = None) -> None:
        """Load nothing before somebody asks; ``contracts`` are those of the operations that are installed here."""
        self._contracts = contracts
        self._database = database
        self._store = ReleaseStore(database)
        self._builder = Builder()
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None

    def current(self) -> Pinned:
        """Return the live release; raises ``no_release`` before the first publish.

        While one thread compiles a new release, the others go on with the one they know for this request: a writer among them is told
        by its unit of work and asks ``latest``.
        """
        return self._pinned(wait=False)

    def latest(self) -> Pinned:
        """Return the live release, waiting for another thread that compiles it; for whoever was told that a publish overtook him."""
        return self._pinned(wait=True)

    def _pinned(self, *, wait: bool) -> Pinned:
        active = self._store.active()
        if active is None:
            raise PackdeskError("no_release")
        loaded = self._loaded
        if loaded is None or loaded.release != active.number:
            loaded = self._load(active.number, wait=wait or loaded is None)
        return Pinned(
            runtime=loaded.runtime,
            tables=loaded.tables,
            release=loaded.release,
            security_epoch=active.security_epoch,
            session_epoch=active.session_epoch,
        )

    def _load(self, number: int, *, wait: bool) -> _Loaded:
        if not self._loading.acquire(blocking=wait):
            known = self._loaded
            if known is not None:
                return known
            self._loading.acquire()
        try:
            if self._loaded is None or self._loaded.release != number:
                self._loaded = self._compile(number)
                for engine in self._database.engines:
                    engine.clear_compiled_cache()
            return self._loaded
        finally:
            self._loading.release()

    def _compile(self, number: int) -> _Loaded:
        stored = self._store.load(number)
        model = with_retired(self._builder.build(stored.merged), stored.retired_values)
        tables = Tables(model, stored.physical, self._database.dialect, read_mapping(stored.pending, model))
        return _Loaded(compile_model(model, number, self._contracts), tables, number)
