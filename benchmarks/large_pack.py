"""Five hundred entity types: how long a process takes to start, what publishing one more field takes, what publishes leave behind."""

import gc
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.installation import postgresql
from benchmarks.measure import Row
from packdesk.clock import SystemClock
from packdesk.packs.load import load
from packdesk.packs.merged import Merged
from packdesk.packs.sources import MemorySource
from packdesk.store import migrations
from packdesk.store.database import Database
from packdesk.store.live import LiveRuntime
from packdesk.store.planning import plan
from packdesk.store.publishing import publish

TYPES = 500
#: Types of the pack that is published again and again.
_OFTEN_PUBLISHED = 30
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


def _publish(database: Database, merged: Merged) -> float:
    """Publish and return the seconds from applying the plan to the end."""
    planned = plan(database, merged, SystemClock())
    started = time.perf_counter()
    publish(database, planned, None, actor="benchmark", note="", clock=SystemClock())
    return time.perf_counter() - started


def rows(publishes: int, wanted: int = 200, types: int = TYPES) -> list[Row]:
    """Return startup, publishing one field and growth over so many publishes (scaled to those wanted)."""
    # First, while the process is small: what large packs leave free later would hide what grows.
    repeated = min(types, _OFTEN_PUBLISHED)
    grown = _growth(publishes, repeated) * wanted / publishes
    with tempfile.TemporaryDirectory(prefix="packdesk-bench-") as name, postgresql(Path(name)) as url:
        database = Database(url)
        migrations.upgrade(database)
        _publish(database, _merged(count=types))
        started = time.perf_counter()
        live = LiveRuntime(Database(url))
        runtime = live.current().runtime
        runtime.type("type_0")
        startup = time.perf_counter() - started
        one_field = _publish(database, _merged(1, types))
        started = time.perf_counter()
        live.current()
        reload = time.perf_counter() - started
        database.close()
    scaled = f"{publishes} publishes of {repeated} types" + ("" if publishes == wanted else f", scaled to {wanted}")
    return [
        Row(f"startup with {types} entity types", f"{startup:.2f} s", "from the stored release to its first type", "at most 4 s", startup <= 4),
        Row(
            "publish one added field among them",
            f"{one_field:.2f} s",
            f"from apply; a running process follows in {reload:.2f} s",
            "at most 2 s",
            one_field <= 2,
        ),
        Row(f"growth by {wanted} publishes", f"{grown:.1f} MB", scaled, "at most 20 MB", grown <= 20),
    ]


def _growth(publishes: int, types: int) -> float:
    """Return by how many MB this process grows while it follows so many publishes of a pack of so many types, without the first ten."""
    with tempfile.TemporaryDirectory(prefix="packdesk-bench-") as name, postgresql(Path(name)) as url:
        database = Database(url)
        migrations.upgrade(database)
        live = LiveRuntime(database)
        before = 0.0
        for index in range(publishes + 10):
            _publish(database, _merged(index % 2 + 1, types))
            pinned = live.current()
            for entity_type in pinned.runtime.types:
                pinned.runtime.type(entity_type)
                pinned.tables.record(entity_type)
            if index == 9:
                before = _resident()
        after = _resident()
        database.close()
    return after - before


def _resident() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / _MEGABYTE
