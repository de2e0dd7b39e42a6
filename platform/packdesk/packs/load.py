"""The way in: packs from anywhere to merged documents, or every problem at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from packdesk.errors import PackdeskError, Problem, Severity
from packdesk.packs.checks import check_tree
from packdesk.packs.merge import merge
from packdesk.packs.merged import Merged
from packdesk.packs.read import Pack, ordered, read_pack
from packdesk.packs.sources import MemorySource, PackSource

#: Where files of entity types lie.
_TYPES = "entity_types/"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading gave: the merged documents when no error stands in the way, and all problems."""

    merged: Merged | None
    problems: tuple[Problem, ...]


def load(sources: Sequence[PackSource]) -> Loaded:
    """Read, check and merge packs; whatever is wrong in them is a problem, never an exception."""
    problems: list[Problem] = []
    packs: list[Pack] = []
    texts: dict[str, dict[str, str]] = {}
    unread: dict[str, str] = {}
    for source in sources:
        try:
            files = dict(source.files())
            pack, found = read_pack(MemorySource(source.name, files))
        except PackdeskError as error:
            files, pack, found = {}, None, (Problem(code=error.code, message=str(error), pack=source.name),)
        problems.extend(found)
        if pack is not None:
            packs.append(pack)
            texts[pack.info.id] = {path: data.decode(errors="replace") for path, data in files.items()}
            read = {document.node.source.file for document in pack.documents}
            unread |= {PurePosixPath(one.file).stem: texts[pack.info.id][one.file] for one in found if one.file.startswith(_TYPES) and one.file not in read}
    in_order, found_order = ordered(packs)
    problems.extend(found_order)
    if found_order or len(packs) < len(sources):
        return Loaded(None, _sorted(problems))
    tree, found_merge = merge(in_order)
    problems.extend(found_merge)
    problems.extend(check_tree(tree, unread))
    if any(problem.severity is Severity.ERROR for problem in problems):
        return Loaded(None, _sorted(problems))
    return Loaded(Merged.from_tree(tree, [pack.info for pack in in_order], texts), _sorted(problems))


def _sorted(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    unique = dict.fromkeys(problems)
    return tuple(sorted(unique, key=lambda problem: (problem.pack, problem.file, problem.line, problem.column, problem.code, problem.message)))
