"""The shape of a catalogue of words."""

from collections.abc import Mapping
from typing import TypeAlias

#: Key -> (English, German).
Texts: TypeAlias = Mapping[str, tuple[str, str]]
