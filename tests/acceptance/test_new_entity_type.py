"""T-33, the mission's main proof: an entity type that nobody in the code knows is published into a running server under load."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.doors.screen import Browser, sign_in
from tests.acceptance.load import Kind, Traffic
from tests.acceptance.processes import Watch, everywhere
from tests.acceptance.running import COMPLAINTS, RENAMED, Client, Desk, open_desk

SECONDS_TO_ARRIVE = 2.0
#: Turns per second that traffic must have reached while commands published.
LEAST_RATE = 18.0
#: Ids that the packs get in the course of the test.
LATER = frozenset({"channel", "in_review", "straight_to_experts"})
_POSTGRESQL = pytest.mark.postgres
_VARIANTS = ["sqlite", pytest.param("postgresql", marks=_POSTGRESQL), f"sqlite, {RENAMED}"]
if os.environ.get("PACKDESK_SOAK"):
    _VARIANTS.append(pytest.param(f"postgresql, {RENAMED}", marks=_POSTGRESQL))


@pytest.fixture(params=_VARIANTS)
def desk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A server of two worker processes on a fresh database, on SQLite and on PostgreSQL, and with every id of both packs renamed."""
    kind, _, variant = request.param.partition(", ")
    with open_desk(tmp_path, variant, database_url=request.getfixturevalue(f"{kind}_url"), workers=2, later=LATER) as running:
        yield running


@dataclass(slots=True, kw_only=True)
class Expected:
    """What must be true of the complaints of the traffic, as far as publishes and not their writers decide it."""

    #: Number -> the status that it has; one that is published anew meanwhile may be either.
    statuses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: When the publish of the field ``channel`` began and when it had arrived; before and after, it is known what is in it.
    began: float | None = None
    arrived: float | None = None

    def __call__(self, found: Mapping[str, Any], made: float) -> str:
        """Return what is wrong with a complaint as it was read."""
        allowed = self.statuses.get(found["number"], ("new",))
        if found["status"] not in allowed:
            return f"status {found['status']}, expected {allowed}"
        if self.began is None or self.arrived is None:
            return ""
        channels = ("phone",) if made < self.began else ("mail",) if made > self.arrived else ("phone", "mail")
        return "" if found.get("channel") in channels else f"channel {found.get('channel')}, expected {channels}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everybody and everything of the test."""

    desk: Desk
    lena: Client
    screen: Browser
    traffic: Traffic
    watch: Watch
    pack: Path
    expected: Expected = field(default_factory=Expected)
    #: Releases in the order in which they were made live.
    published: list[int] = field(default_factory=list)
    #: Complaints that the test made itself, by what they are for.
    own: dict[str, str] = field(default_factory=dict)

    def publish(self, *packs: Path, decisions: Mapping[str, object] | None = None) -> str:
        """Publish, wait until it arrived in every process, and return what the plan said about records."""
        extra: list[str | Path] = []
        if decisions is not None:
            file = self.desk.home / "decisions.json"
            file.write_text(json.dumps(self.desk.renamer.data(decisions)))
            extra = ["--decisions", file]
        return self._make_live("publish", *self.desk.pack(*packs), *extra, "--note", "acceptance")

    def rollback(self, *release: str) -> None:
        """Roll back and wait until it arrived in every process."""
        self._make_live("rollback", *release)

    def _make_live(self, *command: str | Path) -> str:
        """Run a command that makes a release live: which one is what the command printed, not what the server says."""
        with self.traffic.measured():
            said = self.desk.command(*command, "--format", "json")
        result, _ = json.JSONDecoder().raw_decode(said)
        self.watch.arrives(result["release"], SECONDS_TO_ARRIVE)
        self.published.append(result["release"])
        return "\n".join(f"  {impact['about']}: {impact['sentence']}" for impact in result.get("impacts", ()))

    def complaints_at_least(self) -> int:
        """Return how many complaints there are for sure."""
        return len(self.own) + sum(record.entity_type == "complaint" for record in list(self.traffic.kept))

    def complaints_at_most(self) -> int:
        """Return how many complaints there are if those whose making was asked for are made."""
        return self.complaints_at_least() + self.traffic.to("complaint")["create"]

    def read(self, name: str) -> Mapping[str, Any]:
        """Return one of the test's own complaints."""
        return self.lena.read("complaint", self.own[name])

    def edit(self, path: str, change: Callable[[Any], None]) -> None:
        """Change a document of the pack as an analyst would."""
        body = json.loads((self.pack / path).read_text())
        change(body)
        (self.pack / path).write_text(json.dumps(body, indent=2, ensure_ascii=False))


def _impact(plan: str, about: str, sentence: str) -> int:
    """Return the count of an impact in the plan's words; fails when the plan does not show it."""
    begin = f"  {about}: "
    (found,) = [line.removeprefix(begin) for line in plan.splitlines() if line.startswith(begin) and sentence in line]
    return int(found.split()[0])


def _contact(word: str) -> Mapping[str, object]:
    return {"kind": "person", "person": {"first_name": word, "last_name": f"of {word}"}, "customer_number": f"N{word}"}


def _complaint(customer: str, **values: object) -> Mapping[str, object]:
    given = {"subtype": "about_a_product", "complainant": customer, "publicity": "private", "received_on": "2026-01-15"}
    return {**given, "description": "The box hums.", "assigned_unit": "first_line", **values}


def test_a_complaint_appears_changes_and_goes_while_the_server_works(desk: Desk, tmp_path: Path) -> None:
    """T-33, T-36, GEN-24, GEN-28, M-7, M-8, T-12, T-13, T-32."""
    pack = tmp_path / "complaints"
    shutil.copytree(COMPLAINTS, pack)
    contacts = Kind(entity_type="contact", draft=_contact, edited="customer_number", text=lambda word, number: f"E{number}{word}")

    with Watch(desk) as watch, Traffic(desk.login("anna"), contacts) as traffic:
        scene = Scene(desk=desk, lena=desk.login("lena"), screen=sign_in(desk, "lena"), traffic=traffic, watch=watch, pack=pack)
        time.sleep(1)
        _appears(scene)
        _is_worked_with(scene)
        _is_part_of_the_traffic(scene)
        _gets_a_required_field(scene)
        _loses_a_field(scene)
        _gets_a_status_renamed(scene)
        before_the_drop = scene.published[-1]
        _loses_a_status(scene)
        _gets_a_rule_by_an_overlay(scene, tmp_path)
        _rolls_back(scene, before_the_drop)
        time.sleep(1)

    assert traffic.failures == []
    assert traffic.lost() == []
    assert traffic.reads * 2 == traffic.writes * 3
    assert traffic.rate >= LEAST_RATE
    _all_turns_went_to_both(traffic)
    late = _late(scene)
    print(f"{traffic.sent.total()} requests, {traffic.rate:.1f}/s while publishing, compared {dict(traffic.compared)}, arrived after {late}")


def _late(scene: Scene) -> list[str]:
    """Return for each release how long after the flip the slowest process was seen on it; fails beyond two seconds."""
    said = json.JSONDecoder().raw_decode(scene.desk.command("releases", "--format", "json"))[0]
    flipped = {row["number"]: datetime.fromisoformat(row["created_at"]).timestamp() for row in said}
    delays = {release: [at - flipped[release] for at in scene.watch.on(release).values()] for release in scene.published}

    assert {release: len(seen) for release, seen in delays.items()} == dict.fromkeys(scene.published, scene.desk.workers)
    assert {release: seen for release, seen in delays.items() if max(seen) > SECONDS_TO_ARRIVE} == {}
    return [f"{max(seen):.2f} s" for seen in delays.values()]


def _all_turns_went_to_both(traffic: Traffic) -> None:
    """Fail unless both entity types got every turn, and lists, searches and single reads of both were compared."""
    for entity_type in ("contact", "complaint"):
        sent = traffic.to(entity_type)
        assert sorted(sent) == ["create", "edit", "get", "list", "search"]
        assert min(sent.values()) > 20
        for turn in ("list", "get", "search"):
            assert traffic.compared[f"{turn} {entity_type}"] > 20, turn


def _appears(scene: Scene) -> None:
    """Nothing, then everything, in every process: API, metadata, OpenAPI, permissions, menu, list, form, import."""
    desk, lena = scene.desk, scene.lena
    assert lena.api("GET", "/records/complaint").code == "unknown_entity_type"

    scene.publish(scene.pack)

    with everywhere(desk, lena, scene.screen) as asked:
        assert [answer.json["records"] for answer in asked.api("GET", "/records/complaint")] == [[], []]
        assert [answer.json["label"] for answer in asked.api("GET", "/metadata/complaint")] == ["Complaint", "Complaint"]
        german = asked.api("GET", "/metadata/complaint", Accept_Language="de")
        assert [answer.json["label"] for answer in german] == ["Beschwerde", "Beschwerde"]
        for answer in asked.api("GET", "/openapi.json"):
            assert "/records/complaint" in answer.body.decode()
        for answer in asked.api("GET", "/me"):
            assert set(answer.json["permit"]["complaint"]) >= {"view", "create", "edit", "import"}
        for path, markup in (
            ("/", 'href="/r/complaint"'),
            ("/r/{complaint}", 'href="/r/complaint/new'),
            ("/r/{complaint}/new?subtype={about_staff}", 'name="publicity"'),
            ("/r/{complaint}/import", 'type="file"'),
        ):
            for page in asked.page(path):
                assert markup in page, path
    with everywhere(desk, desk.login("mia"), scene.screen) as asked:
        assert [answer.status for answer in asked.api("GET", "/records/complaint")] == [200, 200]
    with everywhere(desk, desk.login("paul"), scene.screen) as asked:
        assert [answer.code for answer in asked.api("POST", "/records/complaint", {})] == ["not_permitted", "not_permitted"]


def _is_worked_with(scene: Scene) -> None:
    """Create, refuse, move, search, history, import: what the pack says holds, in every process."""
    lena = scene.lena
    customer = lena.create("contact", kind="person", person={"first_name": "Ada", "last_name": "Moor"}, customer_number="ADA")["number"]
    made = lena.create("complaint", **_complaint(customer, publicity="press", assigned_unit="customer_care"))
    assert made["number"].startswith("CP")
    assert (made["rank"], made["state"], made["status"]) == ("r2", "received", "new")

    refused = lena.edit("complaint", made, rank="r1")
    assert (refused.status, refused.code) == (422, "derived_field")

    claimed = lena.act("complaint", made, "claim")
    assert claimed.status == 200
    examined = lena.act("complaint", claimed.json, "examine")
    assert examined.status == 200
    assert lena.read("complaint", made["number"])["status"] == "under_review"

    with everywhere(scene.desk, lena, scene.screen) as asked:
        for page in asked.page(f"/r/{{complaint}}/{made['number']}"):
            assert "The box hums." in page
        for page in asked.page(f"/r/{{complaint}}/{made['number']}/history"):
            assert "Examine" in page
        for answer in asked.api("GET", f"/records/complaint/{made['number']}/history"):
            assert any(entry.get("action") == "examine" for entry in answer.json["entries"])
        for answer in asked.api("GET", "/records/complaint?q=hums"):
            assert [row["number"] for row in answer.json["records"]] == [made["number"]]
        csv = "subtype,complainant,received_on,publicity,description,assigned_unit\n"
        csv += f"about_a_product,{customer},2026-02-01,private,Imported one,customer_care\n"
        for answer in asked.api("POST", "/records/complaint/import", csv.encode(), Content_Type="text/csv"):
            assert answer.status == 200, answer.body
        for answer in asked.api("GET", "/records/complaint?q=Imported"):
            first, second = (row["number"] for row in answer.json["records"])
    third = lena.create("complaint", **_complaint(customer, subtype="about_staff", goodwill={"amount": "7.25", "currency": "EUR"}))
    acknowledged = lena.edit("complaint", third, status="acknowledged")
    assert acknowledged.status == 200, acknowledged.body
    scene.own.update(customer=customer, examined=made["number"], imported=first, imported_too=second, acknowledged=third["number"])


def _is_part_of_the_traffic(scene: Scene) -> None:
    """From now on every other cycle goes to complaints; some of them stand in the statuses that later releases change."""
    traffic, anna, customer = scene.traffic, scene.traffic.client, scene.own.pop("customer")
    complaints = Kind(
        entity_type="complaint",
        draft=lambda word: _complaint(customer, description=f"{word} hums"),
        edited="description",
        text=lambda word, number: f"{word} hums louder {number}",
        expects=scene.expected,
    )

    first, second, *_others = traffic.also(complaints)

    with traffic.held(first):
        scene.expected.statuses[first.number] = ("acknowledged",)
        acknowledged = anna.edit("complaint", anna.read("complaint", first.number), status="acknowledged")
        assert acknowledged.status == 200, acknowledged.body
    with traffic.held(second):
        scene.expected.statuses[second.number] = ("under_review",)
        claimed = anna.act("complaint", anna.read("complaint", second.number), "claim")
        examined = anna.act("complaint", claimed.json, "examine")
        assert examined.status == 200, examined.body


def _gets_a_required_field(scene: Scene) -> None:
    """New records get the field's default, those that are there what was decided; while it is published, one or the other."""
    field_ = {"type": "string", "maxLength": 20, "required": True}
    scene.edit("entity_types/complaint.json", lambda body: body["fields"].update(channel=field_))
    refused = scene.desk.command("publish", *scene.desk.pack(scene.pack), code=1)
    assert "channel" in refused
    scene.edit("entity_types/complaint.json", lambda body: body["fields"].update(channel={**field_, "default": "mail"}))
    least = scene.complaints_at_least()

    scene.expected.began = time.monotonic()
    plan = scene.publish(scene.pack, decisions={"default": {"complaint.channel": "phone"}})
    scene.expected.arrived = time.monotonic()

    assert least <= _impact(plan, "complaint.channel", "without a value for a new required field") <= scene.complaints_at_most()
    assert {scene.read(name)["channel"] for name in scene.own} == {"phone"}


def _loses_a_field(scene: Scene) -> None:
    assert scene.read("acknowledged")["goodwill"] == {"amount": "7.25", "currency": "EUR"}
    scene.edit("entity_types/complaint.json", lambda body: body["fields"].pop("goodwill"))
    scene.edit("actions/complaint.json", lambda body: body["settle"].pop("inputs"))
    scene.edit("locale/de.json", lambda body: body["labels"].pop("entity_types.complaint.fields.goodwill"))

    plan = scene.publish(scene.pack)

    assert _impact(plan, "complaint.goodwill", "with a value that is no longer shown") == 1
    assert "goodwill" not in scene.read("acknowledged")


def _gets_a_status_renamed(scene: Scene) -> None:
    def rename(body: Any) -> None:
        body["statuses"] = {("in_review" if name == "under_review" else name): value for name, value in body["statuses"].items()}
        body["statuses"]["in_review"]["renamed_from"] = "under_review"
        for rule in body["rules"].values():
            rule["from"] = ["in_review" if name == "under_review" else name for name in rule["from"]]
            rule["to"] = "in_review" if rule["to"] == "under_review" else rule["to"]

    scene.edit("transitions/complaint.json", rename)
    statuses = "transitions.complaint.statuses."
    scene.edit("locale/de.json", lambda body: body["labels"].update({f"{statuses}in_review": body["labels"].pop(f"{statuses}under_review")}))

    with _meanwhile(scene, "under_review", "in_review"):
        plan = scene.publish(scene.pack)

    assert _impact(plan, "complaint.status.under_review", "now in in_review") == 2
    assert scene.read("examined")["status"] == "in_review"


def _loses_a_status(scene: Scene) -> None:
    """The plan refuses without a mapping, and nothing changes; with one the records go where it says."""

    def drop(body: Any) -> None:
        del body["statuses"]["acknowledged"]
        del body["rules"]["acknowledge"]
        body["rules"]["start"]["from"] = ["new"]

    scene.edit("transitions/complaint.json", drop)
    for gone in ("statuses.acknowledged", "rules.acknowledge"):
        scene.edit("locale/de.json", lambda body, path=gone: body["labels"].pop(f"transitions.complaint.{path}"))
    refused = scene.desk.command("publish", *scene.desk.pack(scene.pack), code=1)
    assert "acknowledged" in refused
    assert scene.read("acknowledged")["status"] == "acknowledged"

    with _meanwhile(scene, "acknowledged", "new"):
        plan = scene.publish(scene.pack, decisions={"map_status": {"complaint.acknowledged": "new"}})

    assert _impact(plan, "complaint.status.acknowledged", "in a removed status") == 2
    assert scene.read("acknowledged")["status"] == "new"
    told = scene.lena.api("GET", f"/records/complaint/{scene.own['acknowledged']}/history").json["entries"]
    assert any(entry["kind"] == "migrated" for entry in told)


@contextmanager
def _meanwhile(scene: Scene, *changes: str) -> Iterator[None]:
    """Expect of the traffic's complaints one status or the other while the change is published, and the new one once it has arrived.

    Statuses are given in pairs, old and new.
    """
    pairs = dict(zip(changes[::2], changes[1::2], strict=True))
    affected = {number: old for number, (old,) in scene.expected.statuses.items() if old in pairs}
    for number, old in affected.items():
        scene.expected.statuses[number] = (old, pairs[old])
    yield
    for number, old in affected.items():
        scene.expected.statuses[number] = (pairs[old],)


def _gets_a_rule_by_an_overlay(scene: Scene, folder: Path) -> None:
    """A customer's overlay on the pack adds a transition rule of its own; the plan says how many records it is for."""
    desk, lena = scene.desk, scene.lena
    overlay = folder / "overlay"
    (overlay / "transitions").mkdir(parents=True)
    manifest = {"id": "overlay", "title": "Overlay", "version": "1.0.0", "format": 1, "language": "en", "requires": {"complaints": ">=1,<2"}}
    (overlay / "pack.json").write_text(json.dumps(manifest))
    rule = {"from": ["new"], "to": "with_experts", "allow": {"roles": ["team_leader"]}}
    (overlay / "transitions/complaint.json").write_text(json.dumps({"$patch": "complaint", "rules": {"$add": {"straight_to_experts": rule}}}))
    customer = lena.api("GET", "/records/contact?q=Moor").json["records"][0]["number"]
    fresh = lena.create("complaint", **_complaint(customer, channel="mail", assigned_user="lena", assigned_unit="customer_care"))
    scene.own["fresh"] = fresh["number"]
    refused = lena.act("complaint", fresh, "examine", status="with_experts")
    assert refused.status in (403, 422), refused.body
    # All but the two that are examined stand in the status from which the rule leads.
    least = scene.complaints_at_least() - 2

    plan = scene.publish(scene.pack, overlay)

    assert least <= _impact(plan, "complaint.rules.straight_to_experts", "in a status that the new rule leads on from") <= scene.complaints_at_most()
    allowed = lena.act("complaint", scene.read("fresh"), "examine", status="with_experts")
    assert allowed.status == 200, allowed.body
    explained = desk.command("explain", desk.renamer.locale_path("transitions.complaint.rules.straight_to_experts.to"))
    assert "overlay" in explained
    assert "transitions/complaint.json" in explained


def _rolls_back(scene: Scene, before_the_drop: int) -> None:
    """Back to before the overlay, to before the status was dropped, and to the pack as it first was: what nobody touched returns."""
    lena, expected = scene.lena, scene.expected

    scene.rollback()

    assert "straight_to_experts" not in lena.api("GET", "/metadata/complaint").body.decode()
    assert scene.read("fresh")["status"] == "with_experts"

    first = next(number for number, status in expected.statuses.items() if status == ("new",))
    expected.statuses[first] = ("new", "acknowledged")
    scene.rollback(str(before_the_drop))
    expected.statuses[first] = ("acknowledged",)

    assert scene.read("acknowledged")["status"] == "acknowledged"
    assert "goodwill" not in scene.read("acknowledged")

    expected.began = expected.arrived = None
    with _meanwhile(scene, "in_review", "under_review"):
        scene.rollback(str(scene.published[0]))

    assert scene.read("examined")["status"] == "under_review"
    assert scene.read("acknowledged")["status"] == "acknowledged"
    assert scene.read("acknowledged")["goodwill"] == {"amount": "7.25", "currency": "EUR"}
    described = lena.api("GET", "/metadata/complaint").body.decode()
    for gone in ("channel", "in_review", "straight_to_experts"):
        assert f'"{gone}"' not in described
    assert "channel" not in scene.read("examined")
    refused = lena.edit("complaint", scene.read("examined"), channel="mail")
    assert (refused.status, refused.code) == (422, "unknown_field")
