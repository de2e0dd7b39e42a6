"""What requests with an ``Idempotency-Key`` left: written in the transaction that they changed records in, so that both are there or neither."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Json
from packdesk.store.platform_tables import idempotency as table

#: How long a key is remembered.
LIFETIME = timedelta(hours=24)


def claim(connection: Connection, key: str, login: str, digest: str, now: datetime) -> Mapping[str, object] | None:
    """Take the key for this transaction and return None, or return what the first request with it left.

    Another transaction that holds the key is waited for: it leaves either nothing or all. Raises ``idempotency_reused``.
    """
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    row = insert(table).values(key=key, actor=login, request_hash=digest, response=None, expires=now + LIFETIME)
    fresh = {"request_hash": row.excluded.request_hash, "response": None, "expires": row.excluded.expires}
    taken = row.on_conflict_do_update(index_elements=["key", "actor"], set_=fresh, where=table.c.expires <= now).returning(table.c.key)
    if connection.execute(taken).first() is not None:
        return None
    return kept(connection, key, login, digest, now)


def kept(connection: Connection, key: str, login: str, digest: str, now: datetime) -> Mapping[str, object] | None:
    """Return what the request with this key left, None when there was none; raises ``idempotency_reused`` when it was another request."""
    chosen = sa.select(table.c.request_hash, table.c.response).where(table.c.key == key, table.c.actor == login, table.c.expires > now)
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    if row.request_hash != digest:
        raise PackdeskError("idempotency_reused")
    return cast("Mapping[str, object]", row.response or {})


def keep(connection: Connection, key: str, login: str, left: Mapping[str, Json]) -> None:
    """Write down what a later request with the claimed key is to be answered from."""
    connection.execute(table.update().where(table.c.key == key, table.c.actor == login).values(response=left))


def keep_answer(connection: Connection, key: str, login: str, answer: Mapping[str, Json], now: datetime, *, digest: str) -> None:
    """Put the finished answer to what the request left; a request of many changes has a row for the whole only from here on."""
    claim(connection, key, login, digest, now)
    row = connection.execute(sa.select(table.c.response).where(table.c.key == key, table.c.actor == login).with_for_update()).one()
    keep(connection, key, login, {**(row.response or {}), "answer": answer})


def forget_expired(connection: Connection, now: datetime) -> int:
    """Forget keys that are too old and return how many they were."""
    return connection.execute(table.delete().where(table.c.expires <= now)).rowcount


def expired(connection: Connection, now: datetime) -> int:
    """Return how many keys are too old."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(table.c.expires <= now)).scalar_one())
