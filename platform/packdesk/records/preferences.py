"""How whoever asks has set up his screens; nobody reads or changes another's."""

from collections.abc import Mapping

from packdesk.model.nodes import Json
from packdesk.records.context import Context
from packdesk.store import preferences as stored


def preferences(context: Context) -> Mapping[str, Json]:
    """Return what the person chose, by name."""
    with context.database.begin(write=False) as connection:
        return stored.read(connection, context.actor.login)


def prefer(context: Context, name: str, value: Json) -> None:
    """Remember a choice of the person."""
    with context.database.begin(write=True) as connection:
        stored.write(connection, context.actor.login, name, value)
