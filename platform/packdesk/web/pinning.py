"""One release from the first line of a request to its last; only a writer that a publish overtook goes on with the newest."""

from packdesk.store.live import LiveRuntime, Pinned


class Pinning:
    """Gives the use cases of one request their release."""

    def __init__(self, live: LiveRuntime, pinned: Pinned) -> None:
        """Take the release that the request began with."""
        self._live = live
        self._pinned = pinned

    def current(self) -> Pinned:
        """Return the release to work with."""
        return self._pinned

    def latest(self) -> Pinned:
        """Return the newest release, and work with it from now on."""
        self._pinned = self._live.latest()
        return self._pinned
