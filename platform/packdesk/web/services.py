"""What every request and command needs, wired once per process and never changed."""

from dataclasses import dataclass, field

from packdesk.clock import Clock, SystemClock
from packdesk.records.kit import Kit
from packdesk.settings import Settings
from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime
from packdesk.web.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of a running system."""

    settings: Settings
    database: Database
    #: The release in force, read again when another one was published.
    live: LiveRuntime
    tokens: Tokens
    #: Effect handlers, operations and files.
    kit: Kit = field(default_factory=Kit)
    clock: Clock = field(default_factory=SystemClock)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
