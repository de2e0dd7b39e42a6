"""Statements whose text is made once per release and then only executed; the hot paths go through here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPICursor, Dialect

_Processor = Callable[[object], object]
#: What psycopg calls NUMERIC; the only type whose reading depends on it.
_NUMERIC = 1700


class Prepared:
    """One statement as the driver gets it, with what encodes its parameters and decodes its columns.

    SQLAlchemy's own cache saves the compiling, not the walk over the statement that finds the cached text, which costs more than
    the database does for one row of fifty columns.
    """

    def __init__(
        self, statement: sa.Select[*tuple[object, ...]] | sa.CompoundSelect[*tuple[object, ...]] | sa.Insert | sa.Update, dialect: Dialect, stamp: str
    ) -> None:
        """Compile the statement; its parameters are the names of its ``bindparam``s."""
        compiled = statement.compile(dialect=dialect)
        self.text = f"{compiled} {stamp}"
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._places = tuple((name, _encoder(compiled.binds[name].type, dialect)) for name in compiled.positiontup or ())
        columns = () if isinstance(statement, sa.Insert | sa.Update) else statement.selected_columns
        processors = ((place, _decoder(column.type, dialect)) for place, column in enumerate(columns))
        self._decoders = tuple((place, decoder) for place, decoder in processors if decoder is not None)

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> int:
        """Execute a statement that gives no rows; return how many it wrote."""
        with self._executed(connection, parameters) as cursor:
            return int(cursor.rowcount)

    def rows(self, connection: Connection, parameters: Mapping[str, object]) -> list[Sequence[object]]:
        """Execute a query and return its rows decoded."""
        with self._executed(connection, parameters) as cursor:
            rows: list[Sequence[object]] = list(cursor.fetchall())
            return [self._decoded(row) for row in rows] if self._decoders else rows

    @contextmanager
    def _executed(self, connection: Connection, parameters: Mapping[str, object]) -> Iterator[DBAPICursor]:
        """Give the driver's cursor after the statement; whoever listens to the connection's statements hears of it, and errors are SQLAlchemy's."""
        encoded = self._encoded(parameters)
        cursor = connection.connection.cursor()
        try:
            for tell in connection.dispatch.before_cursor_execute:
                tell(connection, cursor, self.text, encoded, None, False)
            cursor.execute(self.text, encoded)
            yield cursor
        except connection.dialect.loaded_dbapi.Error as error:
            lost = connection.dialect.is_disconnect(error, connection.connection, cursor)
            if lost:
                connection.invalidate(error)
            raise sa.exc.DBAPIError.instance(self.text, encoded, error, connection.dialect.loaded_dbapi.Error, connection_invalidated=lost) from error
        finally:
            cursor.close()

    def _encoded(self, parameters: Mapping[str, object]) -> tuple[object, ...]:
        """Return the values in the order of their places."""
        given = {**self._fixed, **parameters} if self._fixed else parameters
        return tuple(given[name] if encoder is None else encoder(given[name]) for name, encoder in self._places)

    def _decoded(self, row: Sequence[object]) -> Sequence[object]:
        values = list(row)
        for place, decoder in self._decoders:
            values[place] = decoder(values[place])
        return values


def _encoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _decoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).result_processor(dialect, _NUMERIC)
