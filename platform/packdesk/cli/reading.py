"""Reading packs for the commands: names in, what was loaded and compiled out."""

import json
from collections.abc import Iterable, Mapping, Sequence

from packdesk.errors import PackdeskError, Problem, Severity
from packdesk.model.model import Model
from packdesk.packs.build import build
from packdesk.packs.load import Loaded, load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import MemorySource, PackSource, find_pack
from packdesk.records.operations import installed, unknown_operations
from packdesk.runtime.compile import check

_MANIFEST = "pack.json"


def read(names: Sequence[str]) -> Loaded:
    """Load the packs, and those that they require where these are installed."""
    return load(with_required([find_pack(name) for name in names]))


def read_over(names: Sequence[str], live: Merged | None) -> Loaded:
    """Load the packs in place of, and beside, those of the live release.

    A live pack that isn't named stays as it was published: an overlay that is published never upgrades what it stands on.
    """
    sources: dict[str, PackSource] = {pack: MemorySource(pack, texts) for pack, texts in (live.sources if live is not None else {}).items()}
    sources |= {pack_id(source): source for source in (find_pack(name) for name in names)}
    return load(with_required(list(sources.values())))


def with_required(sources: Sequence[PackSource]) -> list[PackSource]:
    """Return the packs and, as far as they are installed, the packs that they require."""
    result = list(sources)
    ids = {pack_id(source) for source in result}
    for source in result:
        for need in _requires(source):
            found = None if need in ids else _installed(need)
            if found is not None:
                ids.add(need)
                result.append(found)
    return result


def pack_id(source: PackSource) -> str:
    """Return the id that a pack's manifest gives it; its name where there is no manifest that can be read."""
    return str(manifest_of(source).get("id", source.name))


def _requires(source: PackSource) -> tuple[str, ...]:
    """Return the ids of the packs that a pack requires."""
    needed = manifest_of(source).get("requires")
    return tuple(map(str, needed)) if isinstance(needed, Mapping) else ()


def manifest_of(source: PackSource) -> Mapping[str, object]:
    """Return a pack's manifest, empty where it is none: what is wrong with it, loading says better."""
    try:
        text = next((content for path, content in source.files() if path == _MANIFEST), b"{}")
        body = json.loads(text)
    except (ValueError, RecursionError, PackdeskError):
        return {}
    return body if isinstance(body, dict) else {}


def _installed(name: str) -> PackSource | None:
    """Return the installed pack of that name, or None."""
    try:
        return find_pack(name)
    except PackdeskError:
        return None


def problems_of(loaded: Loaded) -> tuple[Problem, ...]:
    """Return all problems: those of the documents, and those of the expressions and lifecycles where there is a model."""
    if loaded.merged is None:
        return tuple(loaded.problems)
    model, operations = build(loaded.merged), installed()
    return (*loaded.problems, *unknown_operations(model, operations), *check(model, operations.contracts))


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that stop a publish."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)


def checked_model(names: Sequence[str]) -> Model:
    """Return the model of packs without errors; raises ``pack_refused``."""
    loaded = read(names)
    errors = errors_of(problems_of(loaded))
    if errors or loaded.merged is None:
        raise PackdeskError("pack_refused", count=len(errors))
    return build(loaded.merged)
