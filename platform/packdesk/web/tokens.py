"""Bearer tokens: a login goes in, a signed token comes out, and back; nothing is kept on the server.

A token, like a session, carries a mark of the password that it was got with, so that it ends when the password changes.
"""

import hashlib
import hmac
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

import jwt
from jwt.types import Options

LIFETIME = timedelta(hours=8)
_ALGORITHM = "HS256"
_AUDIENCE = "packdesk-api"
_MARK = "pwd"
_MARK_LENGTH = 32
_REMEMBERED = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Whom a token or a session speaks for, and the mark of the password that it was got with."""

    login: str
    mark: str


class Tokens:
    """Makes and reads the tokens of one installation; remembers the signatures it has verified, not whether they still hold."""

    def __init__(self, key: str) -> None:
        """Take the installation's key."""
        self._key = key
        self._verified: OrderedDict[str, tuple[Proof, float]] = OrderedDict()
        self._lock = Lock()

    def mark(self, password_hash: str) -> str:
        """Return what stands for a stored password outside of the database; it changes with the password, and tells nothing of it."""
        return hmac.new(self._key.encode(), b"password:" + password_hash.encode(), hashlib.sha256).hexdigest()[:_MARK_LENGTH]

    def make(self, proof: Proof, now: datetime) -> str:
        """Return a token for the login, good for eight hours or until the password changes."""
        claims = {"sub": proof.login, _MARK: proof.mark, "iat": int(now.timestamp()), "exp": int((now + LIFETIME).timestamp()), "aud": _AUDIENCE}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def proof(self, token: str, now: datetime) -> Proof | None:
        """Return what the token says, None for one that is forged or too old; whether its mark still holds is not known here."""
        found = self._verified.get(token) or self._verify(token)
        return found[0] if found is not None and found[1] > now.timestamp() else None

    def _verify(self, token: str) -> tuple[Proof, float] | None:
        """Return proof and expiry of a token whose signature is ours, else None."""
        options: Options = {"require": ["sub", _MARK, "exp", "aud"], "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=options)
            found = (Proof(login=str(claims["sub"]), mark=str(claims[_MARK])), float(claims["exp"]))
        except (jwt.PyJWTError, ValueError, TypeError):
            return None
        with self._lock:
            self._verified[token] = found
            while len(self._verified) > _REMEMBERED:
                self._verified.popitem(last=False)
        return found
