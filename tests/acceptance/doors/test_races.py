"""Many at once against two worker processes: exactly one accepts, no update is lost, and who is too late learns why."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.acceptance.doors.door import Door, Outcome
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through

ROUNDS = 5
WRITERS = 16
UPDATES = 625 if os.environ.get("PACKDESK_SOAK") else 25
RECORDS = 4
LOGINS = ("anna", "lena", "tom", "admin")


def _at_once(*doings: Callable[[], Outcome]) -> list[Outcome]:
    """Do several things at the same moment."""
    barrier = threading.Barrier(len(doings))

    def begin(doing: Callable[[], Outcome]) -> Outcome:
        barrier.wait(10)
        return doing()

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(begin, doings))


@through("screen", "api", without={"bulk": "one at a time by nature", "import": "a file has values, no actions"})
def test_of_two_who_accept_at_once_exactly_one_wins(door: Door, office: Office) -> None:
    """T-30, CARE-17, CARE-18: the other one is told who was faster, on a form that knows its version also what he overlooked."""
    office.client("anna")
    for _ in range(ROUNDS):
        request = office.request("lena", assigned_unit="customer_care")

        outcomes = _at_once(
            lambda: door.act("anna", "service_request", request, "claim", {}),  # noqa: B023 - done before the next round
            lambda: door.act("lena", "service_request", request, "claim", {}),  # noqa: B023 - done before the next round
        )

        codes = sorted(outcome.code for outcome in outcomes)
        winner = "anna" if outcomes[0].code == "" else "lena"
        assert codes in (["", "already_claimed"], ["", "version_conflict"])
        assert office.now("lena", "service_request", request)["assigned_user"] == winner
        told = office.history("lena", "service_request", request)
        assert [entry["by"] for entry in told if entry["action"] == "claim"] == [winner]


class _Writer:
    """Counts one record up again and again, each time from what it read; who is too late reads again."""

    def __init__(self, office: Office, login: str, record: Json) -> None:
        self.office, self.login, self.record = office, login, record
        self.late = 0
        self.faults: list[str] = []

    def run(self, times: int) -> None:
        """Count up so many times."""
        for _ in range(times):
            while not self._once():
                self.late += 1

    def _once(self) -> bool:
        read = self.office.now(self.login, "contact", self.record)
        head, _, count = str(read["customer_number"]).rpartition("-")
        answer = self.office.edit(self.login, "contact", read, customer_number=f"{head}-{int(count) + 1}")
        if answer.status == 200:
            return True
        facts = answer.json["facts"]
        if (answer.status, answer.code) != (412, "version_conflict") or facts["fields"] != ["customer_number"] or not set(facts["authors"]) <= set(LOGINS):
            self.faults.append(f"{answer.status} {answer.body[:300]!r}")
        return False


def test_no_update_is_lost_among_many_writers(office: Office) -> None:
    """GEN-26: 16 writers, two processes, 0 lost updates; every refusal names the fields and the authors."""
    records = [office.person("lena", customer_number=office.unique("N").replace(" ", "") + "-0") for _ in range(RECORDS)]
    writers = [_Writer(office, LOGINS[index % 4], records[index // 4]) for index in range(WRITERS)]
    for login in LOGINS:
        office.client(login)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda writer: writer.run(UPDATES), writers))

    counts = [int(office.now("lena", "contact", record)["customer_number"].rpartition("-")[2]) for record in records]
    versions = [office.now("lena", "contact", record)["version"] for record in records]
    assert [fault for writer in writers for fault in writer.faults] == []
    assert counts == [UPDATES * WRITERS // RECORDS] * RECORDS
    assert versions == [count + 1 for count in counts]
    assert sum(writer.late for writer in writers) > 0
