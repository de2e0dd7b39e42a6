"""Who a person is while his job is worked on: looked up anew whenever rights or releases may have changed."""

from packdesk.runtime.values import Actor
from packdesk.store import people
from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime

_REMEMBERED = 1_000


class People:
    """Remembers who is who; what it knows dies with the security epoch and with the release."""

    def __init__(self, database: Database, live: LiveRuntime) -> None:
        """Start knowing nobody."""
        self._database = database
        self._live = live
        self._known: dict[tuple[str, int, int], Actor] = {}

    def __call__(self, login: str) -> Actor:
        """Return the person with the rights that he has now; one without any where there is no such account, or it was closed."""
        release = self._live.current()
        key = (login, release.security_epoch, release.release)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            with self._database.reading() as connection:
                self._known[key] = people.load_actor(connection, login, release.runtime) or Actor(login=login)
        return self._known[key]
