"""Many at once: no update is lost, one claim wins; and how many statements a use case costs."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.records.conftest import Harbour
from tests.statements import listening

from packdesk.errors import PackdeskError
from packdesk.records.act import act
from packdesk.records.claim import claim
from packdesk.records.create import create
from packdesk.records.delete import delete
from packdesk.records.history import history
from packdesk.records.read import read
from packdesk.records.search import SearchCommand, search
from packdesk.records.update import update

THREADS = 16
UPDATES = 500 if os.environ.get("PACKDESK_SOAK") == "1" else 25


def test_no_update_is_lost_when_sixteen_write_the_same_record(port: Harbour) -> None:
    """GEN-26: everybody adds one to a counter, beginning anew whenever somebody was faster."""
    skipper = port.skipper(crew=0)
    olga = port.context("olga")
    rounds = THREADS * UPDATES

    def count_up() -> None:
        for _ in range(UPDATES):
            while True:
                seen = read(olga, "skipper", skipper.number).record
                try:
                    update(olga, "skipper", skipper.number, {"memo": str(int(str(seen.get("memo") or 0)) + 1)}, int(str(seen.get("version"))))
                except PackdeskError as error:
                    assert error.code in ("version_conflict", "busy")  # noqa: PT017 - the loop goes on after it
                else:
                    break

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(count_up) for _ in range(THREADS)]:
            done.result()

    record = read(olga, "skipper", skipper.number).record
    assert record.get("memo") == str(rounds)
    assert record.get("version") == rounds + 1


def test_all_who_add_to_one_parent_at_once_succeed(port: Harbour) -> None:
    """The parent counts its open children: each creation changes it, and waits for its turn instead of being refused."""
    stay = port.mooring()
    chore = {"subtype": "sweeping", "skipper": stay.get("skipper"), "assigned_user": "olga", "parent": [{"entity_type": "mooring", "record": stay.number}]}

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: create(port.context("olga"), "chore", chore).record.number, range(8)))

    assert len(set(made)) == 8
    assert read(port.context("olga"), "mooring", stay.number).record.get("open_chores") == 8


def test_exactly_one_of_two_claims_wins(port: Harbour) -> None:
    """T-30: whatever the timing, one gets the record, the other hears who has it."""
    for _ in range(5):
        stay = port.mooring(assigned_user=None, assigned_unit="crane_crew")
        start = threading.Barrier(2)

        def take(login: str, number: str = stay.number, start: threading.Barrier = start) -> str:
            start.wait()
            try:
                return str(claim(port.context(login), "mooring", number).record.get("assigned_user"))
            except PackdeskError as error:
                return f"{error.code} {error.facts['user']}"

        with ThreadPoolExecutor(2) as pool:
            said = sorted(pool.map(take, ("olga", "pete")))

        holder = str(read(port.context("olga"), "mooring", stay.number).record.get("assigned_user"))
        assert said == sorted([f"already_claimed {holder}", holder])
        assert len(history(port.context("olga"), "mooring", stay.number).events) == 2


@pytest.mark.parametrize(
    ("what", "limit"),
    [("create", 9), ("create with references", 13), ("update", 9), ("act", 12), ("delete", 30), ("read", 8), ("search", 3)],
)
def test_a_use_case_costs_a_bounded_number_of_statements(small_port: Harbour, what: str, limit: int) -> None:
    """No statement per row: guards, history and all."""
    port = small_port
    olga, otto = port.context("olga"), port.context("otto")
    stay, ship = port.mooring(), port.hull(port.skipper())
    for _ in range(5):
        port.mooring()
    work: dict[str, Callable[[], object]] = {
        "create": lambda: create(olga, "skipper", {"kind": "shipping_line", "firm": {"name": "X"}, "radios": [{"band": "mobile", "call": "030 1"}]}),
        "create with references": lambda: create(olga, "mooring", {"hull": ship.number, "assigned_user": "olga", "cargo": [{"goods": "grain"}]}),
        "update": lambda: update(olga, "mooring", stay.number, {"remark": "x", "swell": "high"}),
        "act": lambda: act(olga, "mooring", stay.number, "clear"),
        "delete": lambda: delete(otto, "mooring", stay.number),
        "read": lambda: read(olga, "mooring", stay.number),
        "search": lambda: search(olga, "mooring", SearchCommand(limit=5, expand=False)),
    }

    with listening(port.database) as statements:
        work[what]()

    assert len(statements) <= limit, "\n".join(statement.split("\n")[0][:150] for statement in statements)
