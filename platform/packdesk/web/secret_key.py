"""The key that signs sessions and tokens: from the settings, else made on the first start and kept in the data folder."""

import contextlib
import os
import secrets
from pathlib import Path

from packdesk.errors import PackdeskError
from packdesk.settings import Settings

_FILE = "secret_key"
_LENGTH = 32


def secret_key(settings: Settings) -> str:
    """Return the installation's key; makes and keeps one, readable by its owner alone, where there is none yet."""
    if kept := kept_key(settings):
        return kept
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / _FILE
    _make(path)
    return _read(path)


def kept_key(settings: Settings) -> str:
    """Return the installation's key as it was set or kept, empty where there is none yet; makes nothing."""
    if settings.secret_key:
        if len(settings.secret_key) < _LENGTH:
            raise PackdeskError("bad_setting", name="PACKDESK_SECRET_KEY", reason=f"it needs at least {_LENGTH} characters")
        return settings.secret_key
    path = settings.home / _FILE
    return _read(path) if path.exists() else ""


def _read(path: Path) -> str:
    """Return the key that was kept; raises ``bad_setting`` for a damaged one, with which anybody could sign."""
    key = path.read_bytes().decode("ascii", errors="replace").strip()
    if len(key) < _LENGTH or not key.isascii() or not key.isprintable():
        raise PackdeskError("bad_setting", name=str(path), reason="the file is damaged; put the key back, or delete the file and everybody logs in again")
    return key


def _make(path: Path) -> None:
    """Write a fresh key and link it into place, so that of two first starts both use the one that came first."""
    candidate = path.with_name(f"{_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(candidate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        with contextlib.suppress(FileExistsError):
            os.link(candidate, path)
    finally:
        candidate.unlink()
