"""Words about names: the nearest one to a typo, labels from ids, plurals, initials, lists of names in a sentence."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

ID = re.compile(r"[a-z][a-z0-9_]*\Z")
MAX_ID = 60


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the existing name that looks most like the given one, or an empty text."""
    found = get_close_matches(name, sorted(names), n=1, cutoff=0.6)
    return found[0] if found else ""


def is_id(text: str) -> bool:
    """Return whether the text is snake_case and short enough to name a column."""
    return len(text) <= MAX_ID and ID.match(text) is not None


def label_from_id(identifier: str) -> str:
    """Return ``Faulty item`` for ``faulty_item``."""
    words = identifier.rpartition(".")[2].replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def plural_of(label: str) -> str:
    """Return the English plural of a label."""
    if re.search(r"[^aeiouAEIOU]y\Z", label):
        return label[:-1] + "ies"
    return label + ("es" if re.search(r"(?:s|x|z|ch|sh)\Z", label) else "s")


def initials(label: str) -> str:
    """Return the first letter or digit of each word in capitals: ``FIR`` for ``Faulty item replacement``."""
    return "".join(word[0].upper() for word in re.findall(r"[^\W_]+", label)) or "X"


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Return the names for a sentence, the rest counted."""
    known = list(names)
    shown = ", ".join(known[:limit])
    return f"{shown} and {len(known) - limit} more" if len(known) > limit else shown or "none"
