"""The dates by which something has to be done: those that a derived yes or no compares with the clock."""

from datetime import UTC, date, datetime

import pytest

from packdesk.model.entity_types import Kind
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.header import deadline_paths, deadlines
from packdesk.runtime.values import Record

DAY = date(2026, 7, 1)
MOMENT = datetime(2026, 6, 1, 12, tzinfo=UTC)


def _runtime(make, **flags: str) -> Runtime:
    """Return a type with two dates and derived flags."""
    derived = tuple(make.field(Kind.BOOLEAN, name, derived=make.expression(source)) for name, source in flags.items())
    return compile_model(
        make.model(make.entity("thing", (make.field(Kind.DATE, "day"), make.field(Kind.DATETIME, "moment"), make.field(Kind.BOOLEAN, "open"), *derived)))
    )


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("now > record.moment", "moment"),
        ("record.moment <= now", "moment"),
        ("now >= record.moment + duration('2 days')", ""),
        ("now < record.moment", ""),
        ("record.open == true && now > record.moment", "moment"),
        ("record.open == true || now > record.moment", ""),
        ("now == record.moment", ""),
        ("record.moment > now", ""),
        ("record.moment < record.created_at", ""),
    ],
)
def test_a_deadline_is_a_date_that_the_clock_is_compared_with(make, source: str, path: str) -> None:
    entity = _runtime(make, late=source).type("thing")

    assert deadline_paths(entity) == (((path, "late"),) if path else ())


def test_the_deadlines_that_are_set_come_earliest_first(make) -> None:
    entity = _runtime(make, late="now > record.moment", overdue="now >= record.updated_at").type("thing")
    record = Record("thing", {"moment": MOMENT, "updated_at": datetime(2026, 5, 1, tzinfo=UTC), "late": True, "overdue": False})

    found = deadlines(entity, record)

    assert [(one.path, one.late_path, one.late, one.stopped) for one in found] == [("updated_at", "overdue", False, False), ("moment", "late", True, False)]
    assert deadlines(entity, record.having({"moment": None, "updated_at": None})) == ()
