"""The built styles, scripts and icons: which file has which name today, and what an icon is drawn with."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
#: Drawn where a pack names an icon that does not exist.
UNKNOWN_ICON = "file-text"
#: Ending of a file as browsers get it that take Brotli.
PACKED = ".br"


class AssetsMissing(RuntimeError):
    """The styles and scripts were not built; ``python -m packdesk_ui.build`` does it."""


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
        raise AssetsMissing(f"{path} is missing; build it: python -m packdesk_ui.build")
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content
