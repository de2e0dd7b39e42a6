"""The only source of ids: UUIDs of version 7 (RFC 9562), so that ids sort by the time they were made."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 74

#: Makes one id for a record made at the given moment.
IdSource = Callable[[datetime], str]


def new_id(moment: datetime) -> str:
    """Return a fresh UUIDv7 in its canonical 36-character form: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = int(moment.timestamp() * 1000)
    random = secrets.randbits(_RANDOM_BITS)
    value = milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=value))
