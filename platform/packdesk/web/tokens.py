"""Bearer tokens: a login goes in, a signed token comes out, and back; nothing is kept on the server."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import jwt
from jwt.types import Options

LIFETIME = timedelta(hours=8)
_ALGORITHM = "HS256"
_AUDIENCE = "packdesk-api"
_REMEMBERED = 1024


class Tokens:
    """Makes and reads the tokens of one installation; remembers the signatures it has verified, not whether they still hold."""

    def __init__(self, key: str) -> None:
        """Take the installation's key."""
        self._key = key
        self._verified: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lock = Lock()

    def make(self, login: str, now: datetime) -> str:
        """Return a token for the login, good for eight hours."""
        claims = {"sub": login, "iat": int(now.timestamp()), "exp": int((now + LIFETIME).timestamp()), "aud": _AUDIENCE}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def login(self, token: str, now: datetime) -> str:
        """Return the login that the token speaks for; empty for one that is forged or too old."""
        found = self._verified.get(token) or self._verify(token)
        return found[0] if found is not None and found[1] > now.timestamp() else ""

    def _verify(self, token: str) -> tuple[str, float] | None:
        """Return login and expiry of a token whose signature is ours, else None."""
        options: Options = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=options)
            found = (str(claims["sub"]), float(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        with self._lock:
            self._verified[token] = found
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        return found
