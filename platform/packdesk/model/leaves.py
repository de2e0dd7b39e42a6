"""Where the values of a model come from, by path: a node has none of its own, it is told by the leaves below it."""

from collections.abc import Mapping
from difflib import get_close_matches

from packdesk.model.nodes import Origin

_NEAR = 0.75


def told(origins: Mapping[str, Origin], path: str) -> Mapping[str, Origin]:
    """Return the origin of every value at and below a path; empty where nothing says it."""
    below = f"{path}."
    found = [known for known in origins if known == path or known.startswith(below)]
    nodes = {known[:end] for known in found for end in _ends(known)}
    return {known: origins[known] for known in found if known not in nodes}


def nothing_says(origins: Mapping[str, Origin], path: str) -> dict[str, object]:
    """Return why there is nothing to tell, with the nearest path that there is, as facts of a finding."""
    near = get_close_matches(path, origins, n=1, cutoff=_NEAR)
    return {"reason": "path_unknown_near", "near": near[0]} if near else {"reason": "path_unknown"}


def _ends(path: str) -> list[int]:
    """Return where the paths of the nodes above this one end."""
    return [at for at, letter in enumerate(path) if letter == "."]
