"""Typed settings, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packdesk.errors import PackdeskError

#: What a setting may say that is on or off.
_SWITCH = {"": False, "no": False, "0": False, "false": False, "off": False, "yes": True, "1": True, "true": True, "on": True}
LOGINS_PER_ACCOUNT = 10
LOGINS_PER_ADDRESS = 60
_REDIS = ("redis://", "rediss://", "redis+unix://", "redis+sentinel://", "redis+cluster://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where this installation keeps its data and what it listens to; without any variable it runs from one folder."""

    #: Data folder: SQLite file, uploaded files, secret key.
    home: Path
    #: SQLAlchemy URL; SQLite in ``home`` when not set.
    database_url: str
    #: Redis URL, or empty: then the relay runs in a thread of the server.
    redis_url: str = ""
    #: Signs sessions and tokens; empty: made on first start and kept in ``home``.
    secret_key: str = ""
    #: Folders or installed names of the packs that a first start publishes, in layer order.
    packs: tuple[str, ...] = ()
    #: People reach the server by https alone, which something in front of it ends: cookies travel no other way.
    https: bool = False
    #: How often a minute somebody may try to log in to one account, and from one address; a centre behind one address needs more.
    logins_per_account: int = LOGINS_PER_ACCOUNT
    logins_per_address: int = LOGINS_PER_ADDRESS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read ``PACKDESK_*``; raises ``bad_setting`` for a value that cannot be used."""
        home = Path(environment.get("PACKDESK_HOME") or Path.home() / ".packdesk").expanduser().resolve()
        url = environment.get("PACKDESK_DATABASE_URL") or f"sqlite:///{home / 'packdesk.sqlite3'}"
        if not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            raise PackdeskError("bad_setting", name="PACKDESK_DATABASE_URL", reason="it must begin with sqlite: or postgresql:")
        redis = environment.get("PACKDESK_REDIS_URL", "")
        if redis and not redis.startswith(_REDIS):
            raise PackdeskError("bad_setting", name="PACKDESK_REDIS_URL", reason=f"it must begin with {', '.join(_REDIS[:-1])} or {_REDIS[-1]}")
        https = environment.get("PACKDESK_HTTPS", "").strip().lower()
        if https not in _SWITCH:
            raise PackdeskError("bad_setting", name="PACKDESK_HTTPS", reason="it must be yes or no")
        return cls(
            home=home,
            database_url=url.replace("postgresql://", "postgresql+psycopg://", 1),
            redis_url=redis,
            secret_key=environment.get("PACKDESK_SECRET_KEY", ""),
            packs=tuple(part for part in environment.get("PACKDESK_PACKS", "").split(os.pathsep) if part),
            https=_SWITCH[https],
            logins_per_account=_count(environment, "PACKDESK_LOGINS_PER_ACCOUNT", LOGINS_PER_ACCOUNT),
            logins_per_address=_count(environment, "PACKDESK_LOGINS_PER_ADDRESS", LOGINS_PER_ADDRESS),
        )


def _count(environment: Mapping[str, str], name: str, usual: int) -> int:
    """Return a setting that says how many; raises ``bad_setting`` where it isn't a number above zero."""
    said = environment.get(name, "").strip()
    if not said:
        return usual
    if not (said.isascii() and said.isdecimal() and 0 < int(said[:10]) < 10**9):
        raise PackdeskError("bad_setting", name=name, reason="it must be a whole number from 1 to 999999999")
    return int(said)
