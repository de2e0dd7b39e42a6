"""Repeats what somebody sent only as far as it helps him to find it: a key of a megabyte is answered in a line."""

import re

WORD = 200
TEXT = 4_000

_LONG_WORD = re.compile(rf"\S{{{WORD + 1},}}")


def shortened(text: str) -> str:
    """Return the text with words, and itself, cut where they are longer than anything that has a meaning here."""
    if len(text) <= WORD:
        return text
    shorter = _LONG_WORD.sub(lambda word: _cut(word[0], WORD), text)
    return _cut(shorter, TEXT) if len(shorter) > TEXT else shorter


def _cut(text: str, limit: int) -> str:
    return f"{text[: limit - 1]}…"
