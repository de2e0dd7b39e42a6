"""Bearer tokens: a login goes in, a signed token comes out, and back; nothing is kept on the server."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import jwt

from packdesk.errors import PackdeskError

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

    def read(self, token: str, now: datetime) -> str:
        """Return the login that the token speaks for; raises ``not_authenticated`` for one that is forged or too old."""
        known = self._verified.get(token)
        login, expires = known if known is not None else self._verify(token)
        if expires <= now.timestamp():
            raise PackdeskError("not_authenticated")
        return login

    def _verify(self, token: str) -> tuple[str, float]:
        """Return login and expiry of a token whose signature is ours."""
        options = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=options)
            found = (str(claims["sub"]), float(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError):
            raise PackdeskError("not_authenticated") from None
        with self._lock:
            self._verified[token] = found
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        return found
