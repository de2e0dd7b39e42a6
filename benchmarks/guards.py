"""What one guard costs: a transition rule with a condition and an action's availability, evaluated as for every button."""

import time

from benchmarks.data import REQUEST
from benchmarks.installation import LOGIN, Installation
from benchmarks.measure import Row
from packdesk.runtime.lifecycle import allowed
from packdesk.store import people
from packdesk.store.unit_of_work import UnitOfWork

_TIMES = 2000
_MICRO = 1_000_000


def rows(at: Installation) -> list[Row]:
    """Return what judging one action of a service request takes, reasons included."""
    pinned = at.services.live.current()
    with at.services.database.begin() as connection:
        actor = people.load_actor(connection, LOGIN, pinned.runtime)
    if actor is None:
        raise AssertionError("there is no agent")
    with UnitOfWork(at.services.database, pinned.runtime, pinned.tables, at.services.clock, actor, write=False) as unit:
        record = unit.get("service_request", REQUEST)
        if record is None:
            raise AssertionError("there is no request")
        now = at.services.clock.now()
        judged = len(allowed(pinned.runtime, record, actor, unit, now))
        started = time.process_time()
        for _ in range(_TIMES):
            allowed(pinned.runtime, record, actor, unit, now)
        spent = (time.process_time() - started) / _TIMES * _MICRO
    return [
        Row("a guard", f"{spent / judged:.1f} us", f"all {judged} actions of a request with reasons: {spent:.0f} us", "at most 5 us", spent / judged <= 5),
    ]
