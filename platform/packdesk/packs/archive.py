"""Packs as one zip: read without extracting anything, refuse what a hostile archive may hold, write byte-identically."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping

from packdesk.errors import PackdeskError

MAX_PACKED = 5_000_000
MAX_UNPACKED = 50_000_000
MAX_RATIO = 100
MAX_FILES = 2000
MAX_DEPTH = 6
SUFFIXES = (".json", ".md")
_CHUNK = 65536
#: Ratios are asked from here on: a few repeated bytes pack well and harm nobody.
_RATIO_FROM = 100_000
_EPOCH = (1980, 1, 1, 0, 0, 0)


def _refuse(reason: str) -> PackdeskError:
    return PackdeskError("bad_archive", reason=reason)


def read_archive(data: bytes) -> Mapping[str, bytes]:
    """Return the files of a zip by path, counted while they are read.

    Raises PackdeskError ``bad_archive`` with the reason when it is no zip, too large, or holds anything but plain files.
    """
    if len(data) > MAX_PACKED:
        raise _refuse(f"it has {len(data)} bytes, at most {MAX_PACKED} are read")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise _refuse("zip_unreadable") from error


def _read(archive: zipfile.ZipFile) -> Mapping[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise _refuse(f"it holds {len(entries)} entries, at most {MAX_FILES} are read")
    result: dict[str, bytes] = {}
    seen: set[str] = set()
    total = 0
    for entry in entries:
        _check_entry(entry, seen)
        if entry.is_dir():
            continue
        content = _content(archive, entry, MAX_UNPACKED - total)
        total += len(content)
        result[entry.filename] = content
    return result


def _check_entry(entry: zipfile.ZipInfo, seen: set[str]) -> None:
    name = entry.filename
    plain = name.rstrip("/")
    mode = entry.external_attr >> 16
    parts = plain.split("/")
    checks = {
        "has an absolute path": name.startswith(("/", "\\")) or (len(name) > 1 and name[1] == ":"),
        "leaves the archive": any(part in ("..", ".", "") for part in parts),
        "has a name with control characters or backslashes": "\\" in name or not name.isprintable() or entry.orig_filename != name,
        "is a link or a device": stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR),
        "is encrypted": bool(entry.flag_bits & 0x41),
        f"lies deeper than {MAX_DEPTH} folders": len(parts) > MAX_DEPTH + (0 if entry.is_dir() else 1),
        f"is no {' or '.join(SUFFIXES)} file": not entry.is_dir() and not name.endswith(SUFFIXES),
        "is packed by a method other than store and deflate": entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED),
        "is there twice, perhaps in other letters": plain.casefold() in seen,
    }
    for reason, wrong in checks.items():
        if wrong:
            raise _refuse(f"the entry '{name[:120]}' {reason}")
    seen.add(plain.casefold())


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> bytes:
    read = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            read += chunk
            if len(read) > room:
                raise _refuse(f"it unpacks to more than {MAX_UNPACKED} bytes")
            if len(read) > _RATIO_FROM and len(read) > MAX_RATIO * max(1, entry.compress_size):
                raise _refuse(f"the entry '{entry.filename[:120]}' unpacks to more than {MAX_RATIO} times its size")
    return bytes(read)


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return the files as a zip: sorted, without times and owners, each deflated alike."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path], compresslevel=9)
    return buffer.getvalue()
