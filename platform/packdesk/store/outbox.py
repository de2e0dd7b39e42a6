"""Rows of the outbox: what leaves the system after the commit, written in the transaction that makes it leave."""

from collections.abc import Mapping
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect

from packdesk.store.platform_tables import outbox
from packdesk.store.prepared import Prepared

_GIVEN = ("id", "key", "kind", "payload", "state", "attempts", "not_before", "created_at")


def put(connection: Connection, row: Mapping[str, object]) -> bool:
    """Store a row; False when one with its key is there already."""
    return _insertion(connection.dialect).run(connection, row) == 1


@lru_cache(maxsize=16)
def _insertion(dialect: Dialect) -> Prepared:
    insert = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
    row = insert(outbox).values({name: sa.bindparam(name, type_=outbox.c[name].type) for name in _GIVEN})
    return Prepared(row.on_conflict_do_nothing(index_elements=["key"]), dialect, "")
