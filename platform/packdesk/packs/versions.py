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
    """Return whether the text is a range of versions."""
    return all((match := _PART.match(part)) is not None and _key(match[2]) is not None for part in text.split(","))


def satisfies(version: str, wanted: str) -> bool:
    """Return whether the version lies in the range; False when either cannot be read."""
    key = _key(version)
    if key is None or not is_range(wanted):
        return False
    return all(_holds(key, part) for part in wanted.split(","))


def _holds(key: _Key, part: str) -> bool:
    match = _PART.match(part)
    bound = _key(match[2]) if match else None
    if match is None or bound is None:
        return False
    return {">=": key >= bound, "<=": key <= bound, "==": key == bound, "!=": key != bound, ">": key > bound, "<": key < bound}[match[1]]
