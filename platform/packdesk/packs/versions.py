"""Semantic versions and ranges such as ``>=1,<2``."""

import re

_VERSION = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-[0-9A-Za-z.-]+)?\Z")
_PART = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\S+)\s*\Z")
_Key = tuple[int, int, int, bool, str]


def _key(version: str) -> _Key | None:
    match = _VERSION.match(version)
    if match is None:
        return None
    return int(match[1]), int(match[2] or 0), int(match[3] or 0), match[4] is None, match[4] or ""


def is_range(text: str) -> bool:
    """Return whether the text is bounds joined by commas, such as ``>=1,<2``."""
    return _bounds(text) is not None


def satisfies(version: str, wanted: str) -> bool:
    """Return whether the version lies in the range; False when either cannot be read."""
    key, bounds = _key(version), _bounds(wanted)
    return key is not None and bounds is not None and all(_holds(key, sign, bound) for sign, bound in bounds)


def _bounds(text: str) -> tuple[tuple[str, _Key], ...] | None:
    found = []
    for part in text.split(","):
        match = _PART.match(part)
        bound = _key(match[2]) if match else None
        if match is None or bound is None:
            return None
        found.append((match[1], bound))
    return tuple(found)


def _holds(key: _Key, sign: str, bound: _Key) -> bool:
    return {">=": key >= bound, "<=": key <= bound, "==": key == bound, "!=": key != bound, ">": key > bound, "<": key < bound}[sign]
