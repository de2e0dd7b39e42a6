"""The people of the installation by login, for whoever chooses one or reads who did something."""

from collections.abc import Mapping

from packdesk.records.context import Context
from packdesk.store.people import load_people

#: What stands for a missing last name.
_NO_LAST_NAME = " -"


def people(context: Context) -> Mapping[str, str]:
    """Return the name of every person by login."""
    with context.database.begin(write=False) as connection:
        return {person.login: person.name.removesuffix(_NO_LAST_NAME).strip() for person in load_people(connection)}
