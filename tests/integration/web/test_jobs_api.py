"""Changes of many records through the API as jobs: made, followed, stopped, taken back (QUALITY 15, 16)."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.integration.web.installation import Caller, build, caller, close

from packdesk.web.background import runner_of
from packdesk.web.request_context import EXTENSION
from packdesk.worker.jobs import Runner


def _runner(app: Flask) -> Runner:
    return runner_of(app.extensions[EXTENSION], 1)._runner


def _work(app: Flask) -> None:
    runner = _runner(app)
    while runner.run_once():
        pass


def _books(kim: Caller, *names: str) -> list[str]:
    return [kim.made("book", name=name, pages=10)["number"] for name in names]


@pytest.fixture(scope="module")
def changed(app: Flask, kim: Caller) -> tuple[list[str], dict[str, Any]]:
    """Two books of three that a job has changed, and the job."""
    books = _books(kim, "Job one", "Job two")
    made = kim.post("/records/book/bulk", {"records": [*books, "B99999999"], "values": {"pages": 77}}, headers={"Prefer": "wait=1, respond-async"})
    assert (made.status_code, made.headers["Preference-Applied"]) == (202, "respond-async")
    assert made.headers["Location"].endswith(f"/api/v1/jobs/{made.get_json()['id']}")
    assert made.get_json()["state"] == "waiting"
    _work(app)
    return books, made.get_json()


def test_a_job_says_how_far_it_is_and_what_became_of_each_record(kim: Caller, changed: tuple[list[str], dict[str, Any]]) -> None:
    books, made = changed

    job = kim.get(f"/jobs/{made['id']}").get_json()
    rows = kim.get(f"/jobs/{made['id']}/rows").get_json()
    refused = kim.get(f"/jobs/{made['id']}/rows?state=refused,failed").get_json()["rows"]

    assert {name: job[name] for name in ("kind", "state", "total", "waiting", "changed", "skipped", "refused")} == {
        "kind": "bulk",
        "state": "done",
        "total": 3,
        "waiting": 0,
        "changed": 2,
        "skipped": 0,
        "refused": 1,
    }
    assert [(row["row"], row["number"], row["done"]) for row in rows["rows"]] == [
        (1, books[0], "updated"),
        (2, books[1], "updated"),
        (3, "B99999999", "refused"),
    ]
    assert rows["next_cursor"] is None
    assert [finding["code"] for finding in refused[0]["findings"]] == ["unknown_record"]
    assert refused[0]["findings"][0]["message"]
    assert kim.get(f"/records/book/{books[0]}").get_json()["pages"] == 77


def test_rows_come_in_pages(kim: Caller, changed: tuple[list[str], dict[str, Any]]) -> None:
    address = f"/jobs/{changed[1]['id']}/rows?limit=2"

    first = kim.get(address).get_json()
    second = kim.get(f"{address}&cursor={first['next_cursor']}").get_json()

    assert [row["row"] for row in (*first["rows"], *second["rows"])] == [1, 2, 3]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "code"), [("?state=lost", "bad_parameter"), ("?cursor=x", "bad_cursor"), ("?limit=0", "bad_parameter"), ("?x=1", "bad_parameter")]
)
def test_rows_are_asked_for_in_words_that_are_known(kim: Caller, changed: tuple[list[str], dict[str, Any]], query: str, code: str) -> None:
    response = kim.get(f"/jobs/{changed[1]['id']}/rows{query}")

    assert (response.status_code, response.get_json()["code"]) == (400, code)


def test_a_job_is_its_owners_alone(nobody: Caller, sven: Caller, changed: tuple[list[str], dict[str, Any]]) -> None:
    calls = [("GET", ""), ("GET", "/rows"), ("POST", "/stop"), ("POST", "/undo")]

    for method, rest in calls:
        foreign = sven.request(method, f"/jobs/{changed[1]['id']}{rest}")
        assert (foreign.status_code, foreign.get_json()["code"]) == (404, "unknown_job")
        assert nobody.request(method, f"/jobs/{changed[1]['id']}{rest}").status_code == 401
    assert sven.get("/jobs").get_json()["jobs"] == []


def test_jobs_are_listed_newest_first_in_pages(app: Flask, kim: Caller, changed: tuple[list[str], dict[str, Any]]) -> None:
    kim.post("/records/book/bulk", {"records": changed[0], "values": {"pages": 77}}, headers={"Prefer": "respond-async"})
    _work(app)

    first = kim.get("/jobs?limit=1").get_json()
    second = kim.get(f"/jobs?limit=200&cursor={first['next_cursor']}").get_json()

    ids = [job["id"] for job in (*first["jobs"], *second["jobs"])]
    assert changed[1]["id"] in ids
    assert ids == sorted(ids, reverse=True)
    assert (first["jobs"][0]["skipped"], first["jobs"][0]["changed"]) == (2, 0)


def test_many_records_and_all_that_match_are_always_a_job(app: Flask, kim: Caller) -> None:
    _books(kim, "Match one", "Match two", "Other")

    many = kim.post("/records/book/bulk", {"records": [f"B{number:08}" for number in range(101)], "values": {"pages": 5}, "preview": True})
    matching = kim.post("/records/book/bulk", {"matching": {"filter": "record.pages == 10", "q": "Match"}, "values": {"pages": 11}})
    _work(app)
    tried = kim.get(f"/jobs/{many.get_json()['id']}").get_json()
    done = kim.get(f"/jobs/{matching.get_json()['id']}").get_json()

    assert (many.status_code, tried["kind"], tried["total"]) == (202, "preview", 101)
    assert (matching.status_code, done["kind"], done["changed"]) == (202, "bulk", 2)
    assert [book["pages"] for book in kim.get("/records/book?q=Match").get_json()["records"]] == [11, 11]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"matching": {"filter": "record.nothing"}, "values": {"pages": 1}}, "bad_filter"),
        ({"matching": {"colour": "red"}, "values": {"pages": 1}}, "bad_parameter"),
        ({"matching": {}, "records": ["B1"], "values": {"pages": 1}}, "bad_parameter"),
        ({"matching": {}}, "bad_parameter"),
        ({"records": [str(number) for number in range(10_001)], "values": {"pages": 1}}, "too_many_records"),
    ],
)
def test_a_job_that_cannot_be_meant_is_not_made(kim: Caller, body: dict[str, object], code: str) -> None:
    before = len(kim.get("/jobs?limit=200").get_json()["jobs"])

    response = kim.post("/records/book/bulk", body)

    assert response.get_json()["code"] == code
    assert len(kim.get("/jobs?limit=200").get_json()["jobs"]) == before


def test_a_job_is_stopped_and_one_that_is_over_stays_as_it_is(kim: Caller, changed: tuple[list[str], dict[str, Any]]) -> None:
    made = kim.post("/records/book/bulk", {"matching": {}, "values": {"pages": 3}}).get_json()

    stopped = kim.post(f"/jobs/{made['id']}/stop").get_json()
    over = kim.post(f"/jobs/{changed[1]['id']}/stop").get_json()

    assert (stopped["state"], stopped["changed"], stopped["waiting"]) == ("stopped", 0, stopped["total"])
    assert over["state"] == "done"


def test_a_job_that_is_sent_twice_is_made_once_and_taken_back_once(tmp_path: Path, database_url: str) -> None:
    app = build(tmp_path / "home", database_url)
    kim = caller(app, "kim")
    (book,) = _books(kim, "Once")
    command = {"records": [book], "values": {"pages": 20}}
    once = {"Prefer": "respond-async", "Idempotency-Key": "a"}

    first, second = (kim.post("/records/book/bulk", command, headers=once) for _ in range(2))
    early = kim.post(f"/jobs/{first.get_json()['id']}/undo")
    _work(app)
    offered = kim.get(f"/jobs/{first.get_json()['id']}").get_json()["undo_until"]
    back, again = (kim.post(f"/jobs/{first.get_json()['id']}/undo", headers={"Idempotency-Key": "b"}) for _ in range(2))
    other = kim.post(f"/jobs/{first.get_json()['id']}/undo")
    _work(app)
    entries = kim.get(f"/records/book/{book}/history").get_json()["entries"]
    close(app)

    assert first.get_json()["id"] == second.get_json()["id"]
    assert early.get_json()["code"] == "job_running"
    assert offered is not None
    assert (back.status_code, back.get_json()["id"], back.get_json()["undoes"]) == (202, again.get_json()["id"], first.get_json()["id"])
    assert other.get_json()["code"] == "undo_done"
    assert [(entry["kind"], entry["door"]) for entry in entries] == [("undone", "bulk"), ("updated", "bulk"), ("created", "api")]


def test_the_description_tells_of_jobs(kim: Caller) -> None:
    document = kim.get("/openapi.json").get_json()

    assert {"/jobs", "/jobs/{job}", "/jobs/{job}/rows", "/jobs/{job}/stop", "/jobs/{job}/undo"} <= document["paths"].keys()
    assert document["paths"]["/records/book/bulk"]["post"]["responses"]["202"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Job"}
    assert document["paths"]["/jobs/{job}/undo"]["post"]["responses"].keys() == {"202", "default"}
