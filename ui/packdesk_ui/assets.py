"""The built styles, scripts and icons: which file has which name today, and what an icon is drawn with."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from packdesk.errors import PackdeskError

STATIC = Path(__file__).resolve().parent / "static"
#: Drawn where a pack names an icon that does not exist.
UNKNOWN_ICON = "file-text"
#: Ending of a file as browsers get it that take Brotli.
PACKED = ".br"


#: What every page asks for.
DEMANDED = ("app.css", "app.js", "logo.svg", "inter-latin.woff2")


class AssetsMissing(PackdeskError):
    """The styles and scripts were not built, or by an older version that made others; ``make assets`` builds them."""

    def __init__(self, *names: str) -> None:
        """Name the files that are missing."""
        super().__init__("assets_missing", names=", ".join(names), folder=str(STATIC))


def demand() -> None:
    """Raise ``AssetsMissing`` unless everything is there that each page asks for, so that a server says it before its pages do."""
    known = _read("manifest.json")
    if missing := tuple(name for name in DEMANDED if name not in known or not (STATIC / known[name]).is_file()):
        raise AssetsMissing(*missing)
    _read("icons.json")


def file_of(name: str) -> str:
    """Return the hashed file name of an asset."""
    found = manifest().get(name)
    if found is None:
        raise AssetsMissing(name)
    return found


@cache
def manifest() -> Mapping[str, str]:
    """Return the hashed file name of each asset."""
    return _read("manifest.json")


@cache
def icons() -> Mapping[str, str]:
    """Return the inside of each icon's ``<svg>`` by name."""
    return _read("icons.json")


@cache
def packed() -> frozenset[str]:
    """Return the names of the files that the build packed."""
    return frozenset(path.name for path in STATIC.glob(f"*{PACKED}"))


def outline(name: str) -> str:
    """Return what the icon is drawn with; that of a plain document for an unknown one."""
    known = icons()
    return known.get(name) or known[UNKNOWN_ICON]


def _read(name: str) -> Mapping[str, str]:
    path = STATIC / name
    if not path.is_file():
        raise AssetsMissing(name)
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content
