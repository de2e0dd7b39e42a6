"""Where packs come from: a folder, a zip, memory, or an installed distribution."""

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from importlib.resources import files as resource_files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

from packdesk.errors import PackdeskError
from packdesk.packs.archive import SUFFIXES, read_archive, write_archive
from packdesk.packs.positions import MAX_BYTES

#: Names of installed packs.
ENTRY_POINTS = "packdesk.packs"
#: The file that makes a folder a pack.
MANIFEST = "pack.json"
_MAX_FILES = 5000
_MAX_DEPTH = 8


class PackSource(Protocol):
    """Gives the files of one pack."""

    @property
    def name(self) -> str:
        """Return what the pack is called before its manifest is read."""
        ...

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield path inside the pack, with forward slashes, and content of each file."""
        ...


class FolderSource:
    """A pack as a folder of files. Hidden files and links that lead out of it are left alone."""

    def __init__(self, path: Path | str) -> None:
        """Take the folder that holds ``pack.json``."""
        self._path = Path(path)
        self.name = self._path.resolve().name

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the JSON and Markdown files in order of their paths; one byte more than the limit of a huge one.

        Nothing of a folder without a manifest: it is none of a pack, and what lies below it may be a whole disk. Raises ``bad_folder``
        for one that holds more than any pack does.
        """
        root = self._path.resolve()
        if not (root / MANIFEST).is_file():
            return
        for file in sorted(_files_below(root)):
            if not file.resolve().is_relative_to(root) or not file.is_file():
                continue
            with file.open("rb") as stream:
                yield file.relative_to(root).as_posix(), stream.read(MAX_BYTES + 1)


class ArchiveSource:
    """A pack as the bytes of a zip."""

    def __init__(self, data: bytes, name: str) -> None:
        """Take the bytes and what to call the pack before its manifest is read."""
        self._data = data
        self.name = name

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files of the archive; PackdeskError ``bad_archive`` when it is refused."""
        yield from read_archive(self._data).items()


class MemorySource:
    """A pack as texts in memory, for tests and generated packs."""

    def __init__(self, name: str, texts: Mapping[str, str | bytes]) -> None:
        """Take the content per path."""
        self.name = name
        self._texts = dict(texts)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files in the given order."""
        for path, content in self._texts.items():
            yield path, content if isinstance(content, bytes) else content.encode()


class PackageSource:
    """A pack inside an installed Python package; nothing of the package is run but its ``__init__``."""

    def __init__(self, package: str, name: str) -> None:
        """Take the package's name and the pack's."""
        self.name = name
        self._package = package

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the JSON and Markdown files of the package."""
        yield from _walk(resource_files(self._package), "", 1)


def _files_below(root: Path) -> Iterator[Path]:
    """Yield the files that may belong to a pack, links among them; hidden folders and links to folders are not entered."""
    seen = 0
    for folder, folders, names in os.walk(root):
        here = Path(folder)
        deep = len(here.relative_to(root).parts) >= _MAX_DEPTH
        folders[:] = [] if deep else [name for name in folders if not name.startswith(".")]
        seen += len(folders) + len(names)
        if seen > _MAX_FILES:
            raise PackdeskError("bad_folder", folder=str(root), limit=_MAX_FILES)
        yield from (here / name for name in names if not name.startswith(".") and name.endswith(SUFFIXES))


def _walk(folder: Traversable, prefix: str, depth: int) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and depth < _MAX_DEPTH and not entry.name.startswith((".", "__")):
            yield from _walk(entry, f"{prefix}{entry.name}/", depth + 1)
        elif entry.is_file() and entry.name.endswith(SUFFIXES):
            yield f"{prefix}{entry.name}", entry.read_bytes()


def find_pack(name_or_path: str | Path) -> PackSource:
    """Return the pack at a path (folder or zip), or the installed one of that name.

    Raises PackdeskError ``unknown_pack``, so that a command can say what was looked for.
    """
    path = Path(name_or_path)
    if path.is_dir():
        return FolderSource(path)
    if path.is_file():
        return ArchiveSource(path.read_bytes(), path.stem)
    installed = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    if str(name_or_path) in installed:
        return PackageSource(installed[str(name_or_path)], str(name_or_path))
    raise PackdeskError("unknown_pack", name=str(name_or_path), installed=", ".join(sorted(installed)))


def zip_pack(source: PackSource) -> bytes:
    """Return the pack as one zip whose bytes depend on nothing but its files."""
    return write_archive(dict(source.files()))
