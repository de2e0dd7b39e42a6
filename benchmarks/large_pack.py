"""Five hundred entity types: how long a process takes to start, what publishing one more field takes, what publishes leave behind."""

import gc
import json
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.installation import installation, postgresql
from benchmarks.measure import Row
from benchmarks.running_process import running_process
from benchmarks.wsgi import caller
from packdesk.clock import SystemClock
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import MemorySource, find_pack
from packdesk.store import migrations
from packdesk.store.database import Database
from packdesk.store.planning import plan
from packdesk.store.publishing import publish
from packdesk.web.startup import BASE_PACK

TYPES = 500
API = "/api/v1"
#: How often a process is started and a field published.
_TURNS = 3
_MEGABYTE = 1024 * 1024


def files(count: int, extra: int = 0) -> Mapping[str, str]:
    """Return a pack of so many types with lifecycles; the first has ``extra`` more fields."""
    found = {"pack.json": '{"id": "big", "version": "1.0.0", "format": 1}', "value_lists/l.json": '{"size": {"options": {"small": {}, "large": {}}}}'}
    states = {"open": {"kind": "initial"}, "work": {"kind": "open"}, "done": {"kind": "final"}}
    moves = {"start": {"from": ["open"], "to": "work"}, "finish": {"from": ["work"], "to": "done"}}
    for number in range(count):
        fields: dict[str, object] = {f"field_{index}": {"type": "string", "maxLength": 100, "searchable": True} for index in range(10)}
        fields["size"] = {"type": "option", "list": "size"}
        fields["next"] = {"type": "reference", "to": f"type_{(number + 1) % count}"}
        fields |= {f"added_{index}": {"type": "string"} for index in range(extra if number == 0 else 0)}
        entity = {"id": f"type_{number}", "number": {"prefix": f"T{number}X"}, "title": "record.number + ' ' + record.field_1", "fields": fields}
        found[f"entity_types/t{number}.json"] = json.dumps({**entity, "capabilities": ["notes", "assignment"]})
        found[f"transitions/t{number}.json"] = json.dumps({"id": f"type_{number}", "states": states, "moves": moves})
    return found


def _merged(extra: int = 0, count: int = TYPES) -> Merged:
    loaded = load([MemorySource("big", files(count, extra))])
    if loaded.merged is None:
        raise AssertionError(loaded.problems)
    return loaded.merged


@dataclass(frozen=True, slots=True)
class _Published:
    """Seconds that one publish took."""

    planning: float
    #: From applying the plan to the end.
    applying: float


def _publish(database: Database, merged: Merged) -> _Published:
    started = time.perf_counter()
    planned = plan(database, merged, SystemClock())
    between = time.perf_counter()
    publish(database, planned, None, actor="benchmark", note="", clock=SystemClock())
    return _Published(between - started, time.perf_counter() - between)


def rows(publishes: int, wanted: int = 200, types: int = TYPES) -> list[Row]:
    """Return startup, publishing one field and growth over so many publishes (scaled to those wanted)."""
    # First, while the process is small: what large packs leave free later would hide what grows.
    grown = _growth(publishes) * wanted / publishes
    scaled = f"{publishes} publishes of the base pack, every type read after each" + ("" if publishes == wanted else f", scaled to {wanted}")
    return [*_times(types), Row(f"growth by {wanted} publishes", f"{grown:.1f} MB", scaled, "at most 20 MB", grown <= 20)]


def _times(types: int) -> list[Row]:
    """Return what a process waits for that starts, and that follows a publish of one more field; each the median of some."""
    with tempfile.TemporaryDirectory(prefix="packdesk-bench-") as name, postgresql(Path(name)) as url:
        database, home = Database(url), Path(name) / "home"
        migrations.upgrade(database)
        _publish(database, _merged(count=types))
        starts = []
        for _turn in range(_TURNS):
            with running_process(url, home) as process:
                starts.append(process)
        published, followed = [], []
        with running_process(url, home) as process:
            for turn in range(_TURNS):
                published.append(_publish(database, _merged(turn + 1, types)))
                followed.append(process.follow())
        database.close()
    whole, prepared = median(start.whole for start in starts), median(start.prepared for start in starts)
    planning, applying = median(one.planning for one in published), median(one.applying for one in published)
    return [
        Row(
            f"startup with {types} entity types",
            f"{whole:.2f} s",
            f"a process and its imports; {prepared:.2f} s of it from the stored release to its first type",
            "at most 4 s",
            whole <= 4,
        ),
        Row("publish one added field among them", f"{applying:.2f} s", f"from apply; planned in {planning:.2f} s before", "at most 2 s", applying <= 2),
        Row(
            "a running process follows",
            f"{median(followed):.2f} s",
            "its first request after the publish, up to its type",
            "at most 2 s",
            median(followed) <= 2,
        ),
    ]


def _growth(publishes: int) -> float:
    """Return by how many MB a server grows that answers requests about every type after each of so many publishes, without the first ten."""
    with installation() as at:
        base = load([find_pack(BASE_PACK)]).merged
        if base is None:
            raise AssertionError(BASE_PACK)
        paths = [f"{API}/records/{entity_type}?limit=25" for entity_type in base.documents["entity_types"]]
        requests = [caller(at.app, "GET", path, at.token) for path in (*paths, f"{API}/openapi.json")]
        before = 0.0
        for index in range(publishes + 10):
            _publish(at.services.database, _relabelled(base, f"Label {index}"))
            for request in requests:
                request()
            if index == 9:
                before = _resident()
        return _resident() - before


def _relabelled(merged: Merged, label: str) -> Merged:
    """Return the packs with another label for their first entity type: the least that makes another release."""
    entity_types = dict(merged.documents["entity_types"])
    first = next(iter(entity_types))
    return replace(merged, documents={**merged.documents, "entity_types": {**entity_types, first: {**entity_types[first], "label": label}}})


def _resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / _MEGABYTE
