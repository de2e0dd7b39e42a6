"""The outbox is delivered at least once, by one relay at a time, with a stable key (E-2)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from packdesk.store.database import Database
from packdesk.store.platform_tables import outbox
from packdesk.worker.relay import Parcel, Relay

START = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Hands:
    """A clock that a test moves and a receiver that remembers."""

    moment: datetime = START
    received: list[Parcel] = field(default_factory=list)
    refuse: int = 0

    def now(self) -> datetime:
        return self.moment

    def deliver(self, parcel: Parcel) -> None:
        self.received.append(parcel)
        if self.refuse:
            self.refuse -= 1
            raise ConnectionError("gone")


def _put(database: Database, name: str = "one", kind: str = "letter") -> None:
    row = {"id": name, "key": f"key-{name}", "kind": kind, "payload": {"to": name}, "state": "pending", "created_at": START}
    with database.begin(write=True) as connection:
        connection.execute(outbox.insert().values(row))


def _row(database: Database, name: str = "one") -> sa.Row[tuple[object, ...]]:
    with database.begin() as connection:
        return connection.execute(sa.select(outbox).where(outbox.c.id == name)).one()


def _relay(database: Database, hands: Hands, owner: str = "a") -> Relay:
    return Relay(database, hands, {"letter": hands.deliver}, owner)


def test_a_parcel_is_delivered_once(database: Database) -> None:
    hands = Hands()
    _put(database)

    assert _relay(database, hands).run_once() == 1
    assert _relay(database, hands).run_once() == 0
    assert [parcel.key for parcel in hands.received] == ["key-one"]
    assert _row(database).state == "sent"


def test_a_kind_that_nobody_delivers_waits(database: Database) -> None:
    hands = Hands()
    _put(database, kind="pigeon")

    assert _relay(database, hands).run_once() == 0
    assert _row(database).state == "pending"


def test_a_failed_delivery_waits_longer_each_time_and_ends_undeliverable(database: Database) -> None:
    hands = Hands(refuse=8)
    _put(database)
    waits = []

    for _ in range(8):
        assert _relay(database, hands).run_once() == 1
        assert _relay(database, hands).run_once() == 0
        row = _row(database)
        if row.state == "pending":
            waits.append((row.not_before - hands.moment).total_seconds())
            hands.moment = row.not_before

    assert waits == [10, 20, 40, 80, 160, 320, 640]
    assert (_row(database).state, _row(database).attempts, _row(database).error) == ("undeliverable", 8, "ConnectionError: gone")
    assert {parcel.key for parcel in hands.received} == {"key-one"}


def test_a_bad_parcel_does_not_stop_the_others(database: Database) -> None:
    hands = Hands(refuse=1)
    _put(database, "one")
    _put(database, "two")

    assert _relay(database, hands).run_once() == 2
    assert (_row(database, "one").state, _row(database, "two").state) == ("pending", "sent")


def test_what_a_killed_relay_held_is_taken_up_when_its_lease_has_run_out(database: Database) -> None:
    hands = Hands()
    _put(database)
    dead = _relay(database, hands, "dead")
    assert dead._claim("one") is not None

    assert _relay(database, hands, "alive").run_once() == 0
    hands.moment = START + timedelta(seconds=61)
    assert _relay(database, hands, "alive").run_once() == 1
    assert [parcel.attempt for parcel in hands.received] == [2]


def test_a_relay_that_lost_its_lease_does_not_speak_for_the_row(database: Database) -> None:
    hands = Hands()
    _put(database)
    slow = _relay(database, hands, "slow")
    held = slow._claim("one")
    assert held is not None
    hands.moment = START + timedelta(seconds=61)
    _relay(database, hands, "quick").run_once()

    slow._failed(held, ConnectionError("late"))

    assert (_row(database).state, _row(database).error) == ("sent", None)
