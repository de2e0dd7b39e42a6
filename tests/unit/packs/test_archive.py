"""Zips are read without extracting; hostile ones are refused; writing is byte-identical."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from packdesk.errors import PackdeskError
from packdesk.packs import archive as limits
from packdesk.packs.archive import read_archive, write_archive
from packdesk.packs.load import load
from packdesk.packs.sources import ArchiveSource, MemorySource, zip_pack

FILES = {"pack.json": b'{"id": "sample", "version": "1.0.0", "format": 1}', "README.md": b"# Sample\n", "roles/r.json": b'{"agent": {}}'}


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip with the entries as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    """Return an entry with a file mode."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def encrypted() -> bytes:
    """Return a zip whose entry says that it is encrypted."""
    data = bytearray(zipped(("a.json", b"{}"), compression=zipfile.ZIP_STORED))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", 1)
    return bytes(data)


def twice() -> bytes:
    """Return a zip with two entries of one name."""
    return zipped(("a.json", b"{}"), ("b.json", b"{}")).replace(b"b.json", b"a.json")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "no zip": lambda: b"not a zip",
    "cut off": lambda: write_archive(FILES)[:-30],
    "damaged": lambda: zipped(("a.json", b'{"a": 1}'), compression=zipfile.ZIP_STORED).replace(b'{"a": 1}', b'{"a": 2}'),
    "leaves": lambda: zipped(("../a.json", b"{}")),
    "leaves inside": lambda: zipped(("roles/../../a.json", b"{}")),
    "absolute": lambda: zipped(("/etc/a.json", b"{}")),
    "drive": lambda: zipped(("c:a.json", b"{}")),
    "backslash": lambda: zipped(("a\\b.json", b"{}")),
    "empty part": lambda: zipped(("a//b.json", b"{}")),
    "dot": lambda: zipped(("./a.json", b"{}")),
    "link": lambda: zipped((entry("a.json", stat.S_IFLNK | 0o777), b"/etc/passwd")),
    "device": lambda: zipped((entry("a.json", stat.S_IFCHR | 0o666), b"")),
    "twice": twice,
    "letters": lambda: zipped(("roles/a.json", b"{}"), ("Roles/A.json", b"{}")),
    "encrypted": encrypted,
    "method": lambda: zipped(("a.json", b"{}"), compression=zipfile.ZIP_BZIP2),
    "python": lambda: zipped(("run.py", b"print()")),
    "deep": lambda: zipped(("a/b/c/d/e/f/g/h.json", b"{}")),
    "many": lambda: zipped(*((f"a{number}.json", b"{}") for number in range(limits.MAX_FILES + 1))),
    "bomb": lambda: zipped(("a.json", b" " * 30_000_000)),
    "bombs": lambda: zipped(*((f"a{number}.json", bytes(range(256)) * 400) for number in range(600))),
    "packed": lambda: b"PK" + b"x" * (limits.MAX_PACKED + 1),
    "control": lambda: zipped(("a\x07.json", b"{}")),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_with_a_reason(name: str) -> None:
    """M-9, M-10: nothing but plain files of a pack gets in, and no program."""
    data = HOSTILE[name]()

    with pytest.raises(PackdeskError) as refused:
        read_archive(data)

    assert refused.value.code == "bad_archive"
    assert str(refused.value.facts["reason"])


def test_loading_a_hostile_archive_is_a_problem_not_an_exception() -> None:
    loaded = load([ArchiveSource(HOSTILE["leaves"](), "upload")])

    assert loaded.merged is None
    assert [problem.code for problem in loaded.problems] == ["bad_archive"]


def test_sizes_are_counted_while_reading_not_believed() -> None:
    honest = zipped(("a.json", b" " * 200_000), compression=zipfile.ZIP_DEFLATED)
    at = honest.index(b"PK\x01\x02") + 24
    lying = honest[:at] + struct.pack("<I", 10) + honest[at + 4 :]

    with pytest.raises(PackdeskError):
        read_archive(lying)


def test_export_after_import_is_byte_identical() -> None:
    """M-9: export(import(x)) == x."""
    exported = zip_pack(MemorySource("sample", dict(reversed(FILES.items()))))

    again = zip_pack(ArchiveSource(exported, "sample"))

    assert again == exported
    assert dict(read_archive(exported)) == dict(sorted(FILES.items()))
