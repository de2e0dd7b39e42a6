"""The relay: rows of the outbox go to whoever delivers their kind, at least once, each with a stable key.

The conditional UPDATE is the claim, not the read before it. A claim is a lease: what a killed process held is taken up again when
its lease has run out. A row that failed waits longer each time, and after the last attempt says so instead of being tried for ever.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import cast

import sqlalchemy as sa

from packdesk.clock import Clock
from packdesk.store.database import Database
from packdesk.store.failures import trace
from packdesk.store.platform_tables import outbox

_LOG = logging.getLogger("packdesk.worker")
_LEASE = timedelta(seconds=60)
_FIRST_WAIT = timedelta(seconds=10)
_ATTEMPTS = 8
_BATCH = 20
_LONGEST_ERROR = 500


class Delivery(StrEnum):
    """Where a row of the outbox stands."""

    PENDING = "pending"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One row of the outbox on its way out."""

    id: str
    #: The same for each attempt: receivers tell doubles by it.
    key: str
    kind: str
    payload: Mapping[str, object]
    #: Which attempt this is, from 1.
    attempt: int


#: Delivers one parcel; raises when it could not.
Deliver = Callable[[Parcel], None]


class Relay:
    """Delivers what the outbox holds; any number of relays may work on one database."""

    def __init__(self, database: Database, clock: Clock, deliver: Mapping[str, Deliver], owner: str) -> None:
        """Take who delivers each kind, and a name for this relay that no other has."""
        self._database = database
        self._clock = clock
        self._deliver = deliver
        self._owner = owner

    def run_once(self) -> int:
        """Deliver what is due and return how many parcels were tried."""
        tried = 0
        for candidate in self._due():
            parcel = self._claim(candidate)
            if parcel is not None:
                self._try(parcel)
                tried += 1
        return tried

    def _due(self) -> tuple[str, ...]:
        """Return the ids of rows that somebody may claim, oldest first."""
        now = self._clock.now()
        chosen = (
            sa.select(outbox.c.id)
            .where(outbox.c.state == Delivery.PENDING, outbox.c.kind.in_(tuple(self._deliver)), self._free(now))
            .order_by(outbox.c.created_at, outbox.c.id)
            .limit(_BATCH)
        )
        with self._database.begin(write=False) as connection:
            return tuple(connection.execute(chosen).scalars())

    def _free(self, now: object) -> sa.ColumnElement[bool]:
        """Return the condition that a row is due and nobody holds it."""
        return sa.and_(
            sa.or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
            sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now),
        )

    def _claim(self, row_id: str) -> Parcel | None:
        """Take a row for as long as the lease; None when another relay was faster."""
        now = self._clock.now()
        claim = (
            outbox.update()
            .where(outbox.c.id == row_id, outbox.c.state == Delivery.PENDING, self._free(now))
            .values(owner=self._owner, lease_until=now + _LEASE, attempts=outbox.c.attempts + 1)
        )
        with self._database.begin(write=True) as connection:
            if connection.execute(claim).rowcount != 1:
                return None
            row = connection.execute(sa.select(outbox).where(outbox.c.id == row_id)).one()
        return Parcel(id=row.id, key=row.key, kind=row.kind, payload=cast("Mapping[str, object]", row.payload), attempt=row.attempts)

    def _try(self, parcel: Parcel) -> None:
        """Deliver one parcel and write down what became of it."""
        try:
            self._deliver[parcel.kind](parcel)
        except Exception as error:  # noqa: BLE001 - one bad parcel must not stop the others
            _LOG.warning("delivery of %s failed at attempt %d: %s", parcel.id, parcel.attempt, type(error).__name__)
            self._failed(parcel, error)
        else:
            self._finish(parcel, {"state": Delivery.SENT, "error": None})

    def _failed(self, parcel: Parcel, error: Exception) -> None:
        """Let the parcel wait, twice as long each time, or give up after the last attempt."""
        words = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        if parcel.attempt >= _ATTEMPTS:
            self._finish(parcel, {"state": Delivery.UNDELIVERABLE, "error": words})
        else:
            self._finish(parcel, {"not_before": self._clock.now() + _FIRST_WAIT * 2 ** (parcel.attempt - 1), "error": words})

    def _finish(self, parcel: Parcel, values: Mapping[str, object]) -> None:
        """Write the outcome, if the row is still ours: a lease that ran out may have made it somebody else's."""
        own = outbox.update().where(outbox.c.id == parcel.id, outbox.c.owner == self._owner, outbox.c.attempts == parcel.attempt)
        with self._database.begin(write=True) as connection:
            connection.execute(own.values(lease_until=None, owner=None, **values))


def run(relay: Relay, stop: threading.Event, *, pause: float = 1.0) -> None:
    """Run the relay until told to stop; a database that is away is waited for."""
    while not stop.is_set():
        try:
            busy = relay.run_once() > 0
        except Exception as error:  # noqa: BLE001 - a relay outlives the database's restart
            _LOG.error("the relay could not work\n%s", trace(error))
            busy = False
        if not busy:
            stop.wait(pause)
