"""Files by content: each under the SHA-256 of its bytes, written and flushed before any row names it."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from packdesk.errors import PackdeskError

_FOLDER = "files"


class Blobs:
    """The content-addressed store under the data folder; the same bytes are kept once."""

    def __init__(self, home: Path) -> None:
        """Keep files under ``home/files``."""
        self._folder = home / _FOLDER

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their digest; on return they are on the disk."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if path.exists():
            path.touch()
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        _flush(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes; raises ``unknown_attachment`` when they are gone."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise PackdeskError("unknown_attachment") from error

    def digests(self, before: datetime) -> Iterator[str]:
        """Yield what is kept and was last written before the moment: a file younger than that may still get its row."""
        for path in sorted(self._folder.glob("??/*")):
            if not path.name.startswith(".") and path.stat().st_mtime < before.timestamp():
                yield path.name

    def remove(self, digest: str) -> None:
        """Forget the bytes."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        if len(digest) != 64 or not digest.isalnum():
            raise PackdeskError("unknown_attachment")
        return self._folder / digest[:2] / digest


def _flush(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
