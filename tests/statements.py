"""What is sent to a database, noted at the engine, so that tests can bound it."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from packdesk.store.database import Database


@contextmanager
def listening(database: Database) -> Iterator[list[str]]:
    """Collect every statement of the block, beginnings of transactions left out."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    for engine in database.engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        for engine in database.engines:
            sa.event.remove(engine, "before_cursor_execute", note)
