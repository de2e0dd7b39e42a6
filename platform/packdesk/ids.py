"""The only source of ids: UUIDs of version 7 (RFC 9562), so that ids sort by the time they were made."""

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

_RANDOM_BITS = 62

#: Makes one id for a record made at the given moment.
IdSource = Callable[[datetime], str]


def new_id(moment: datetime) -> str:
    """Return a fresh UUIDv7 in its canonical 36-character form: 48 bits of milliseconds, 12 of their fraction, 62 random bits."""
    milliseconds, fraction = divmod(int(moment.timestamp()) * 1_000_000 + moment.microsecond, 1000)
    value = milliseconds << 80 | 0x7 << 76 | (fraction * 4096 // 1000) << 64 | 0b10 << 62 | secrets.randbits(_RANDOM_BITS)
    return str(UUID(int=value))


def following(previous: str, made: str) -> str:
    """Return the id that was made, or the one that comes next where it does not sort behind the previous one of the same moment."""
    return made if made > previous else str(UUID(int=UUID(previous).int + 1))
