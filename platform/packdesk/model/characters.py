"""Which characters a text may hold: none that no database keeps, that nobody sees, or that turn round what stands beside them.

A name with a line break forges a second line in lists, letters and logs; a direction override lets ``exe.txt`` be read as another
word. Marks that only help mixed writing along (U+200E, U+200F) and the joiners of scripts and emoji are letters like any other.
"""

import re

#: Control characters but tab and line breaks, as the inside of a class of a pattern that JSON Schema, Python and RE2 read alike.
UNSEEN = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
#: In a single line also what breaks it, and direction overrides, embeddings and isolates.
UNSEEN_IN_LINE = r"\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069"

#: A character that is no blank, control characters being none either: patterns differ in what ``\\S`` means beyond ASCII.
NO_BLANK = r"[^\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
#: What Unicode lets a reader ignore (Default_Ignorable_Code_Point), and the blanks that count as letters: fillers and an empty braille cell.
_IGNORABLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
_IGNORABLE_BEYOND = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
#: A character that somebody sees, as a pattern that JSON Schema reads too; what lies beyond 16 bits can't be written for all its readers.
SEEN = rf"[^\s{UNSEEN}{_IGNORABLE}]"
_SEEN = re.compile(rf"[^\s{UNSEEN}{_IGNORABLE}{_IGNORABLE_BEYOND}]")
_UNSEEN = re.compile(f"[{UNSEEN}]")
_UNSEEN_IN_LINE = re.compile(f"[{UNSEEN_IN_LINE}]")


def unseen(text: str, *, lines: bool) -> str:
    """Return the first character that may not stand in a text of one line or of several (``U+202E``), empty without one."""
    found = (_UNSEEN if lines else _UNSEEN_IN_LINE).search(text)
    return f"U+{ord(found[0]):04X}" if found is not None else ""


def says_nothing(text: str) -> bool:
    """Return whether nobody would see anything of the text: it is empty, or holds nothing but blanks and characters without a form."""
    return _SEEN.search(text) is None
