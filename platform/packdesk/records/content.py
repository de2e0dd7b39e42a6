"""What attached files are: their size within the limit, the type that the bytes themselves show, a name without surprises."""

import codecs
from typing import BinaryIO

from packdesk.errors import PackdeskError

LIMIT = 25 * 1024 * 1024

#: First bytes -> type. What is not here and is no clean text is served as bytes without meaning.
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"{\\rtf", "application/rtf"),
)
_CONTAINERS = {(b"RIFF", b"WEBP"): "image/webp", (b"RIFF", b"WAVE"): "audio/wav"}
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13, 27}


def media_type(head: bytes) -> str:
    """Return the type of a file from its first bytes; its name says nothing."""
    found = next((kind for start, kind in _SIGNATURES if head.startswith(start)), "") or _CONTAINERS.get((head[:4], head[8:12]), "")
    if found == "application/zip":
        return next((kind for folder, kind in _OFFICE.items() if b"[Content_Types].xml" in head and folder in head), found)
    if found:
        return found
    return "text/plain" if _is_text(head) else "application/octet-stream"


def limited(stream: BinaryIO, limit: int = LIMIT) -> bytes:
    """Return all bytes of a stream; raises ``body_too_large`` as soon as there are more than the limit."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise PackdeskError("body_too_large", limit=limit)
    return data


def safe_name(name: str) -> str:
    """Return the file's name without folders and control characters, at most 200 characters, its ending kept."""
    bare = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable()).strip(" .")
    stem, dot, ending = bare.rpartition(".")
    if len(bare) > 200:
        bare = f"{stem[: 199 - len(ending)]}{dot}{ending}" if stem and len(ending) < 20 else bare[:200]
    return bare or "file"


def _is_text(head: bytes) -> bool:
    if not _CONTROL.isdisjoint(head):
        return False
    try:
        # A character cut in two by the end of the chunk is still text.
        codecs.getincrementaldecoder("utf-8")().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True
