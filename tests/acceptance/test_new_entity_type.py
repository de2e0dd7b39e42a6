"""T-33, the mission's main proof: an entity type that nobody in the code knows is published into a running server under load."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.doors.screen import sign_in
from tests.acceptance.load import Traffic
from tests.acceptance.running import COMPLAINTS, RENAMED, Client, Desk, open_desk

SECONDS_TO_ARRIVE = 2.0
#: Every request is a connection of its own, so that this many are answered by every process.
OFTEN = 10
#: Ids that the packs get in the course of the test.
LATER = frozenset({"channel", "in_review", "straight_to_experts"})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres), f"sqlite, {RENAMED}"])
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A server of two worker processes on a fresh database, on SQLite and on PostgreSQL, and with every id of both packs renamed."""
    kind, _, variant = request.param.partition(", ")
    with open_desk(tmp_path, variant, database_url=request.getfixturevalue(f"{kind}_url"), workers=2, later=LATER) as running:
        yield running


def _processes(desk: Desk) -> Mapping[int, int]:
    """Return the release that each process of the server works by, seen from outside on many connections."""
    seen: dict[int, int] = {}
    for _ in range(40):
        health = Client(desk.port).get("/health").json
        seen[health["process"]] = health["release"]
    return seen


def _arrives(desk: Desk, release: int) -> None:
    """Fail unless every process works by the release within two seconds."""
    deadline = time.monotonic() + SECONDS_TO_ARRIVE
    while (seen := _processes(desk)) and (set(seen.values()) != {release} or len(seen) < desk.workers):
        assert time.monotonic() < deadline, f"after {SECONDS_TO_ARRIVE} s: {seen}, expected release {release}"


def _shows(desk: Desk, login: str, *pages: tuple[str, str]) -> None:
    """Fail unless the screens of every process have the pages, each with a piece of markup that only it has."""
    browser = sign_in(desk, login)
    for path, markup in pages:
        there = desk.called(path)
        for _ in range(OFTEN):
            page = browser.ask("GET", there)
            assert page.status == 200, (path, page.status)
            assert markup in desk.renamer.back(page.body).decode(), path


def _release(desk: Desk) -> int:
    return int(Client(desk.port).get("/health").json["release"])


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    """Change a document on disk as an analyst would."""
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body, indent=2, ensure_ascii=False))


def _publish(desk: Desk, *packs: Path, decisions: Mapping[str, object] | None = None) -> str:
    """Plan and publish; return the plan's words."""
    extra: list[str | Path] = []
    if decisions is not None:
        file = desk.home / "decisions.json"
        file.write_text(json.dumps(desk.renamer.data(decisions)))
        extra = ["--decisions", file]
    there = desk.pack(*packs)
    plan = desk.command("plan", *there, *extra)
    desk.command("publish", *there, *extra, "--note", "acceptance")
    _arrives(desk, _release(desk))
    return plan


def _complain(client: Client, **values: object) -> Mapping[str, Any]:
    given = {"publicity": "private", "received_on": "2026-01-15", "description": "The box hums.", "assigned_unit": "customer_care", **values}
    return client.create("complaint", **given)


def test_a_complaint_appears_changes_and_goes_while_the_server_works(desk: Desk, tmp_path: Path) -> None:
    """T-33, T-36, GEN-24, GEN-28, M-7, M-8, T-12, T-13, T-32."""
    lena = desk.login("lena")
    admin = desk.login("admin")
    pack = tmp_path / "complaints"
    shutil.copytree(COMPLAINTS, pack)

    with Traffic(desk.login("anna")) as traffic:
        time.sleep(2)
        _appears(desk, lena, pack)
        records = _is_worked_with(desk, lena)
        before_the_drop = _changes(desk, lena, pack, records)
        _overlay_adds_a_rule(desk, lena, pack, tmp_path)
        _rolls_back(desk, lena, records, before_the_drop)
        time.sleep(1)

    assert traffic.failures == []
    assert traffic.done > 200
    assert traffic.lost() == []
    assert admin.get("/health").status == 200
    print(f"{traffic.done} requests, 0 failed, {len(traffic.written)} records compared")


def _appears(desk: Desk, lena: Client, pack: Path) -> None:
    """Nothing, then everything: API, metadata, OpenAPI, permissions, menu, list, form, search, history, import."""
    assert lena.api("GET", "/records/complaint").code == "unknown_entity_type"

    _publish(desk, pack)

    for _ in range(OFTEN):
        assert lena.api("GET", "/records/complaint").json["records"] == []
        assert lena.api("GET", "/metadata/complaint").json["label"] == "Complaint"
        assert "/records/complaint" in lena.api("GET", "/openapi.json").body.decode()
    _shows(
        desk,
        "lena",
        ("/", 'href="/r/complaint"'),
        ("/r/{complaint}", 'href="/r/complaint/new'),
        ("/r/{complaint}/new?subtype={about_staff}", 'name="publicity"'),
        ("/r/{complaint}/import", 'type="file"'),
    )
    german = Client(desk.port, token=lena.token, language="de", renamer=desk.renamer)
    assert german.api("GET", "/metadata/complaint").json["label"] == "Beschwerde"
    assert desk.login("mia").api("GET", "/records/complaint").status == 200
    assert desk.login("paul").api("POST", "/records/complaint", {}).code == "not_permitted"


def _is_worked_with(desk: Desk, lena: Client) -> list[Mapping[str, Any]]:
    """Create, refuse, move, search, history, import: what the pack says holds."""
    customer = lena.create("contact", kind="person", person={"first_name": "Ada", "last_name": "Moor"}, customer_number="ADA")
    made = _complain(lena, subtype="about_a_product", complainant=customer["number"], publicity="press")
    assert made["number"].startswith("CP")
    assert (made["rank"], made["state"], made["status"]) == ("r2", "received", "new")

    refused = lena.edit("complaint", made, rank="r1")
    assert (refused.status, refused.code) == (422, "derived_field")

    claimed = lena.act("complaint", made, "claim")
    assert claimed.status == 200
    examined = lena.act("complaint", lena.read("complaint", made["number"]), "examine")
    assert examined.status == 200
    assert lena.read("complaint", made["number"])["status"] == "under_review"

    _shows(desk, "lena", (f"/r/{{complaint}}/{made['number']}", "The box hums."), (f"/r/{{complaint}}/{made['number']}/history", "Examine"))
    changes = lena.api("GET", f"/records/complaint/{made['number']}/history").json
    assert any(entry.get("action") == "examine" for entry in changes["entries"])
    assert [row["number"] for row in lena.api("GET", "/records/complaint?q=hums").json["records"]] == [made["number"]]

    csv = "subtype,complainant,received_on,publicity,description,assigned_unit\nabout_a_product,ADA,2026-02-01,private,Imported one,customer_care\n"
    csv = csv.replace("ADA", customer["number"])
    imported = lena.request("POST", "/api/v1/records/complaint/import", csv.encode(), Content_Type="text/csv")
    assert imported.status == 200, imported.body
    second = lena.api("GET", "/records/complaint?q=Imported").json["records"][0]
    third = _complain(lena, subtype="about_staff", complainant=customer["number"], goodwill={"amount": "5.00", "currency": "EUR"})
    acknowledged = lena.edit("complaint", third, status="acknowledged")
    assert acknowledged.status == 200, acknowledged.body
    return [made, second, third]


def _changes(desk: Desk, lena: Client, pack: Path, records: list[Mapping[str, Any]]) -> int:
    """A required field with a default, a retired field, a renamed status, a dropped one: each with its count and decision."""
    made, second, third = (record["number"] for record in records)

    _edit(pack / "entity_types/complaint.json", lambda body: body["fields"].update(channel={"type": "string", "maxLength": 20, "required": True}))
    refused = desk.command("publish", *desk.pack(pack), code=1)
    assert "channel" in refused
    plan = _publish(desk, pack, decisions={"default": {"complaint.channel": "phone"}})
    assert "complaint.channel: 3 records without a value for a new required field" in plan
    assert {lena.read("complaint", number)["channel"] for number in (made, second, third)} == {"phone"}

    _edit(pack / "entity_types/complaint.json", lambda body: body["fields"].pop("goodwill"))
    _edit(pack / "actions/complaint.json", lambda body: body["settle"].pop("inputs"))
    _edit(pack / "locale/de.json", lambda body: body["labels"].pop("entity_types.complaint.fields.goodwill"))
    plan = _publish(desk, pack)
    assert "complaint.goodwill: 1 record with a value that is no longer shown" in plan
    assert "goodwill" not in lena.read("complaint", third)

    def rename(body: Any) -> None:
        body["statuses"] = {("in_review" if name == "under_review" else name): value for name, value in body["statuses"].items()}
        body["statuses"]["in_review"]["renamed_from"] = "under_review"
        for rule in body["rules"].values():
            rule["from"] = ["in_review" if name == "under_review" else name for name in rule["from"]]
            rule["to"] = "in_review" if rule["to"] == "under_review" else rule["to"]

    _edit(pack / "transitions/complaint.json", rename)
    relabel = "transitions.complaint.statuses."
    _edit(pack / "locale/de.json", lambda body: body["labels"].update({f"{relabel}in_review": body["labels"].pop(f"{relabel}under_review")}))
    plan = _publish(desk, pack)
    assert "complaint.status.under_review: 1 record now in in_review" in plan
    assert lena.read("complaint", made)["status"] == "in_review"

    def drop(body: Any) -> None:
        del body["statuses"]["acknowledged"]
        del body["rules"]["acknowledge"]
        body["rules"]["start"]["from"] = ["new"]

    _edit(pack / "transitions/complaint.json", drop)
    for gone in (f"{relabel}acknowledged", "transitions.complaint.rules.acknowledge"):
        _edit(pack / "locale/de.json", lambda body, path=gone: body["labels"].pop(path))
    before = _release(desk)
    refused = desk.command("publish", *desk.pack(pack), code=1)
    assert "acknowledged" in refused
    assert lena.read("complaint", third)["status"] == "acknowledged"
    plan = _publish(desk, pack, decisions={"map_status": {"complaint.acknowledged": "new"}})
    assert "complaint.status.acknowledged: 1 record in a removed status" in plan
    assert lena.read("complaint", third)["status"] == "new"
    told = lena.api("GET", f"/records/complaint/{third}/history").json["entries"]
    assert any(entry["kind"] == "migrated" for entry in told)
    return before


def _overlay_adds_a_rule(desk: Desk, lena: Client, pack: Path, folder: Path) -> None:
    """A customer's overlay on the pack adds a transition rule of its own."""
    overlay = folder / "overlay"
    (overlay / "transitions").mkdir(parents=True)
    manifest = {"id": "overlay", "title": "Overlay", "version": "1.0.0", "format": 1, "language": "en", "requires": {"complaints": ">=1,<2"}}
    (overlay / "pack.json").write_text(json.dumps(manifest))
    rule = {"from": ["new"], "to": "with_experts", "allow": {"roles": ["team_leader"]}}
    (overlay / "transitions/complaint.json").write_text(json.dumps({"$patch": "complaint", "rules": {"$add": {"straight_to_experts": rule}}}))
    customer = lena.api("GET", "/records/contact?q=Moor").json["records"][0]
    fresh = _complain(lena, subtype="about_a_product", complainant=customer["number"], channel="mail", assigned_user="lena")
    refused = lena.act("complaint", fresh, "examine", status="with_experts")
    assert refused.status in (403, 422), refused.body

    _publish(desk, pack, overlay)

    allowed = lena.act("complaint", lena.read("complaint", fresh["number"]), "examine", status="with_experts")
    assert allowed.status == 200, allowed.body
    explained = desk.command("explain", desk.renamer.locale_path("transitions.complaint.rules.straight_to_experts.to"))
    assert "overlay" in explained
    assert "transitions/complaint.json" in explained


def _rolls_back(desk: Desk, lena: Client, records: list[Mapping[str, Any]], before_the_drop: int) -> None:
    """Back to before the overlay, and back again to before the status was dropped: mapped values that nobody touched return."""
    third = records[2]["number"]

    desk.command("rollback")
    _arrives(desk, _release(desk))
    assert "straight_to_experts" not in lena.api("GET", "/metadata/complaint").body.decode()

    desk.command("rollback", str(before_the_drop))
    _arrives(desk, _release(desk))
    assert lena.read("complaint", third)["status"] == "acknowledged"
