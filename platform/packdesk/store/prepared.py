"""Statements whose text is made once per release and then only executed; the hot paths go through here."""

from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import Dialect

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
        self._names = tuple(compiled.positiontup) if compiled.positional and compiled.positiontup is not None else None
        self._fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        self._encoders = {name: _encoder(bind.type, dialect) for name, bind in compiled.binds.items()}
        columns = () if isinstance(statement, sa.Insert | sa.Update) else statement.selected_columns
        processors = ((place, _decoder(column.type, dialect)) for place, column in enumerate(columns))
        self._decoders = tuple((place, decoder) for place, decoder in processors if decoder is not None)

    def run(self, connection: Connection, parameters: Mapping[str, object]) -> int:
        """Execute a statement that gives no rows; return how many it wrote."""
        done = connection.exec_driver_sql(self.text, self._encoded(parameters))
        written = done.rowcount
        done.close()
        return written

    def rows(self, connection: Connection, parameters: Mapping[str, object]) -> list[Sequence[object]]:
        """Execute a query and return its rows decoded."""
        found = connection.exec_driver_sql(self.text, self._encoded(parameters)).fetchall()
        return [self._decoded(row) for row in found]

    def _encoded(self, parameters: Mapping[str, object]) -> tuple[object, ...] | dict[str, object]:
        given = {**self._fixed, **parameters}
        encoded = {name: encoder(given[name]) if encoder is not None else given[name] for name, encoder in self._encoders.items()}
        return encoded if self._names is None else tuple(encoded[name] for name in self._names)

    def _decoded(self, row: Sequence[object]) -> Sequence[object]:
        values = list(row)
        for place, decoder in self._decoders:
            values[place] = decoder(values[place])
        return values


def _encoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _decoder(kind: sa.types.TypeEngine[object], dialect: Dialect) -> _Processor | None:
    return kind.dialect_impl(dialect).result_processor(dialect, _NUMERIC)
