"""Statements whose text is made once per release and then only executed; the hot paths go through here."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect

_Processor = Callable[[object], object]
_Read = TypeVar("_Read")
#: What psycopg calls NUMERIC; the only type whose reading depends on it.
_NUMERIC = 1700
#: Where a connection keeps its cursor.
_CURSOR = "cursor of prepared statements"


class Prepared:
    """One statement as the driver gets it, with what encodes its parameters and decodes its columns.

    SQLAlchemy's own cache saves the compiling, not the walk over the statement that finds the cached text, which costs more than
    the database does for one row of fifty columns.
    """

    def __init__(
        self,
        statement: sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]] | sa.Insert | sa.Update,
        dialect: Dialect,
        stamp: str,
        *,
        anew: bool = False,
    ) -> None:
        """Compile the statement; its parameters are the names of its ``bindparam``s. ``anew``: PostgreSQL plans it each time (``database.PLANNED_ANEW``)."""
        compiled = statement.compile(dialect=dialect)
        self.text = f"{compiled} {stamp}"
        self._more = {"prepare": False} if anew and dialect.name == "postgresql" else {}
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        names = tuple(compiled.positiontup or ())
        self._taken: Callable[[Mapping[str, object]], tuple[object, ...]] = (
            itemgetter(*names) if len(names) > 1 else lambda given: tuple(given[name] for name in names)
        )
        encoders = ((place, _encoder(compiled.binds[name].type, dialect)) for place, name in enumerate(names))
        self._encoders = tuple((place, encoder) for place, encoder in encoders if encoder is not None)
        columns = () if isinstance(statement, sa.Insert | sa.Update) else statement.selected_columns
        processors = ((place, _decoder(column.type, dialect)) for place, column in enumerate(columns))
        self._decoders = tuple((place, decoder) for place, decoder in processors if decoder is not None)

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> int:
        """Execute a statement that gives no rows; return how many it wrote."""
        return self._executed(connection, parameters, _count)

    def rows(self, connection: Connection, parameters: Mapping[str, object]) -> list[Sequence[object]]:
        """Execute a query and return its rows decoded."""
        rows = self._executed(connection, parameters, _all)
        return [self._decoded(row) for row in rows] if self._decoders else rows

    def _executed(self, connection: Connection, parameters: Mapping[str, object], read: Callable[[DBAPICursor], _Read]) -> _Read:
        """Return what the driver's cursor has after the statement; whoever listens to the connection's statements hears of it, and errors are SQLAlchemy's.

        Each connection keeps one cursor, for making one takes psycopg as long as a small statement; its rows are read before it is used again.
        """
        encoded = self._encoded(parameters)
        known: DBAPICursor | None = connection.info.get(_CURSOR)
        try:
            cursor = connection.connection.cursor() if known is None else known
            for tell in connection.dispatch.before_cursor_execute:
                tell(connection, cursor, self.text, encoded, None, False)
            cursor.execute(self.text, encoded, **self._more)
            found = read(cursor)
        except connection.dialect.loaded_dbapi.Error as error:
            connection.info.pop(_CURSOR, None)
            lost = connection.dialect.is_disconnect(error, connection.connection, known)
            if lost:
                connection.invalidate(error)
            raise sa.exc.DBAPIError.instance(
                self.text, encoded, error, connection.dialect.loaded_dbapi.Error, connection_invalidated=lost, hide_parameters=True
            ) from error
        connection.info[_CURSOR] = cursor
        return found

    def _encoded(self, parameters: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values in the order of their places."""
        # Most values go as they are: those of a row of a hundred columns are taken without a step of the interpreter for each.
        taken = self._taken({**self._fixed, **parameters} if self._fixed else parameters)
        if not self._encoders:
            return taken
        values = list(taken)
        for place, encoder in self._encoders:
            values[place] = encoder(values[place])
        return tuple(values)

    def _decoded(self, row: Sequence[object]) -> Sequence[object]:
        values = list(row)
        for place, decoder in self._decoders:
            values[place] = decoder(values[place])
        return values


def _all(cursor: DBAPICursor) -> list[Sequence[object]]:
    return list(cursor.fetchall())


def _count(cursor: DBAPICursor) -> int:
    return cursor.rowcount


def _encoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _decoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).result_processor(dialect, _NUMERIC)
