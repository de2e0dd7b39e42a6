"""What the running program wires into the use cases: effect handlers, operations, and where files lie."""

import dataclasses
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packdesk.records.effects.protocol import EffectHandler
from packdesk.records.operations import Operations
from packdesk.store.blobs import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Values chosen by whoever starts the program."""

    #: Handlers of floors above for what leaves the system, beside those of ``records.effects``.
    handlers: Mapping[str, EffectHandler] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    operations: Operations = dataclasses.field(default_factory=Operations)
    #: Content-addressed store of files; None: attachments are refused.
    files: Blobs | None = None
    #: Rung when a job was made or is to stop; who works on jobs in the same process hears it at once.
    bell: threading.Event = dataclasses.field(default_factory=threading.Event, compare=False)
    #: Logins of those who made a job in this process, whichever door they took: all others need not be asked about in the database.
    makers: set[str] = dataclasses.field(default_factory=set, compare=False)
