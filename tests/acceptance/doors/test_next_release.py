"""What a next release changes for records that are there: retired values, another matrix, statuses in use; an overlay is published."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.doors.door import Door
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.doors.passage import through
from tests.acceptance.doors.screen import ScreenDoor


def _overlay(office: Office, folder: Path, name: str, documents: Mapping[str, Json]) -> Path:
    """Write an overlay as an analyst of this installation would; ids are written as it has them."""
    manifest = {"id": name, "title": name.title(), "version": "1.0.0", "format": 1, "language": "en", "requires": {"care": ">=1,<2"}}
    folder.mkdir(parents=True)
    (folder / "pack.json").write_text(json.dumps(manifest))
    for path, body in documents.items():
        kind, *rest = path.split("/")
        target = folder.joinpath(kind, *(office.word(part) for part in rest[:-1]), f"{rest[-1]}.json")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(_renamed(office, body)))
    return folder


def _renamed(office: Office, node: Any) -> Any:
    """Return a document with its ids as this installation has them; words of the format stay."""
    kept = {"$patch", "$add", "$remove", "id", "label", "effective", "statuses", "options", "levels", "cells", "rules", "from", "to", "fields"}
    if isinstance(node, dict):
        return {(name if name in kept else office.word(name)): _renamed(office, value) for name, value in node.items()}
    if isinstance(node, list):
        return [_renamed(office, value) for value in node]
    return office.word(node) if isinstance(node, str) else node


@pytest.fixture(scope="module")
def before(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Json:
    """Records that use what the next release retires; then that release is published into the running server."""
    records = {
        "activity": office.change("lena", "activity", office.do("lena", "activity", office.activity("lena"), "start_progress"), status="on_site"),
        "contact": office.person("lena", person={"title": "dr", "first_name": office.unique("Emmy"), "last_name": "Noether"}),
        "request": office.request("lena", urgency="low", impact="extensive"),
    }
    overlay = _overlay(
        office,
        tmp_path_factory.mktemp("overlay") / "retiring",
        "retiring",
        {
            "transitions/activity": {"$patch": "activity", "statuses": {"on_site": {"effective": False}}},
            "value_lists/title": {"$patch": "title", "options": {"dr": {"effective": False}}},
            "matrices/service_request": {"$patch": "service_request", "cells": {"low": {"extensive": "p6"}}},
            "value_lists/gender": {"$patch": "gender", "options": {"diverse": {"allow": {"units": ["customer_care"]}}}},
            "categories/activity": {"$patch": "activity", "nodes": {"invoice_check": {"allow": {"units": ["customer_care"]}}}},
            "level_lists/urgency": {"$patch": "urgency", "levels": {"critical": {"allow": {"units": ["customer_care"]}}}},
        },
    )
    office.desk.command("publish", overlay, "--note", "Retire what is out of use")
    for _ in range(40):
        office.client("lena").get("/health")
    return records


@through("screen", "api", "bulk", "import")
def test_a_retired_status_is_kept_and_not_given_again(door: Door, office: Office, before: Json) -> None:
    """T-36, GEN-20, M-8: the old record stands in it and can be edited; nobody else gets it."""
    other = office.do("lena", "activity", office.activity("lena"), "start_progress")
    old = office.now("lena", "activity", before["activity"])

    edited = door.edit("lena", "activity", old, {"description": f"Edited through {door.name}."})
    refused = door.edit("lena", "activity", other, {"status": "on_site"})

    assert (edited.stored["status"], edited.stored["description"]) == ("on_site", f"Edited through {door.name}.")
    assert refused.refusals[0].field == "status"
    assert office.now("lena", "activity", other)["status"] == "under_way"


@through("screen", "api", "bulk", "import")
def test_a_retired_option_is_kept_and_not_given_again(door: Door, office: Office, before: Json) -> None:
    """T-36, GEN-20: refused by name, while unrelated edits of the old record go through."""
    other = office.person("lena")
    old = office.now("lena", "contact", before["contact"])

    edited = door.edit("lena", "contact", old, {"vip": door.name in ("screen", "bulk")})
    refused = door.edit("lena", "contact", other, {"person": {"title": "dr"}})

    assert edited.stored["person"]["title"] == "dr"
    assert refused.places == {("retired_value", "person.title")}


def test_a_retired_value_is_not_offered_any_more(office: Office, screen: ScreenDoor, before: Json) -> None:
    """T-36, GEN-20: not in the form of a new record; in that of the old one it still stands."""
    path = f"/r/{{contact}}/{before['contact']['number']}/edit"

    new = screen.offered("lena", "/r/{contact}/new", "person.title", kind="person")
    old = screen.offered("lena", path, "person.title")

    assert (new, old) == (["mr", "ms"], ["mr", "ms", "dr"])


@through("screen", "api", "bulk", "import")
def test_what_is_for_another_unit_is_not_chosen(door: Door, office: Office, before: Json) -> None:
    """GEN-22: an option, a category and a level are for the units that they name; who got one keeps it, whoever edits the record."""
    contact, activity, request = office.person("lena"), office.activity("lena", "paperwork"), office.request("lena", urgency="low")

    refused = door.edit("admin", "contact", contact, {"person": {"gender": "diverse"}})
    unsorted = door.edit("admin", "activity", activity, {"category": "invoice_check"})
    raised = door.edit("admin", "service_request", request, {"urgency": "critical"})
    chosen = door.edit("lena", "contact", office.now("lena", "contact", contact), {"person": {"gender": "diverse"}})
    sorted_ = door.edit("lena", "activity", office.now("lena", "activity", activity), {"category": "invoice_check"})
    kept = door.edit("admin", "contact", office.now("admin", "contact", contact), {"vip": True})

    assert refused.places == {("not_selectable", "person.gender")}
    assert refused.rules == {"value_lists.gender.options.diverse.allow"}
    assert unsorted.places == {("not_selectable", "category")}
    assert (raised.places, raised.rules) == ({("not_selectable", "urgency")}, {"level_lists.urgency.levels.critical.allow"})
    assert chosen.stored["person"]["gender"] == "diverse"
    assert sorted_.stored["category"] == "invoice_check"
    assert (kept.stored["vip"], kept.stored["person"]["gender"]) == (True, "diverse")


@pytest.mark.usefixtures("before")
def test_what_is_for_another_unit_is_not_offered(office: Office, screen: ScreenDoor) -> None:
    """GEN-22: not in the form, and the API says whose it is."""
    offered = {login: screen.offered(login, "/r/{contact}/new", "person.gender", kind="person") for login in ("lena", "admin")}
    described = office.call("admin", "GET", "/metadata/{contact}").json["fields"]["person.gender"]["options"]

    assert offered == {"lena": ["female", "male", "diverse"], "admin": ["female", "male"]}
    assert [option.get("allow") for option in described] == [None, None, {"units": ["customer_care"], "users": [], "roles": []}]


def test_a_changed_matrix_applies_to_later_changes_only(office: Office, before: Json) -> None:
    """T-14, GEN-28: publishing rewrites no record."""
    unchanged = office.now("lena", "service_request", before["request"])
    fresh = office.request("lena", urgency="low", impact="extensive")

    assert (unchanged["priority"], unchanged["version"]) == ("p5", before["request"]["version"])
    assert fresh["priority"] == "p6"


@pytest.mark.parametrize(
    ("name", "documents", "told"),
    [
        (
            "stranger",
            {
                "subtypes/service_request/information_request": {
                    "$patch": "information_request",
                    "rules": {"$add": {"around": {"from": ["new"], "to": "workaround"}}},
                }
            },
            "workaround",
        ),
        (
            "stuck",
            {
                "subtypes/service_request/information_request": {
                    "$patch": "information_request",
                    "rules": {"$add": {"answer": {"from": ["new"], "to": "answered"}}},
                }
            },
            "answered",
        ),
        ("backwards", {"transitions/lead": {"$patch": "lead", "rules": {"$add": {"reopen": {"from": ["won"], "to": "offered"}}}}}, "won"),
    ],
)
def test_faulty_rules_are_not_published(office: Office, tmp_path: Path, name: str, documents: Mapping[str, Json], told: str) -> None:
    """T-13, CARE-30: a status that the type does not have, a status without a way out, a way out of the end."""
    release = office.client("lena").get("/health").json["release"]

    said = office.desk.command("publish", _overlay(office, tmp_path / name, name, documents), code=1)

    assert office.word(told) in said
    assert office.client("lena").get("/health").json["release"] == release


IN_USE = [
    ("status", "retiring", {"transitions/activity": {"$patch": "activity", "statuses": {"$remove": ["on_site"]}}}, "map_status.activity.on_site"),
    ("option", "removing", {"value_lists/e": {"$patch": "email_type", "options": {"$remove": ["office"]}}}, "map_value.contact.emails.type.office"),
    ("category", "removing", {"categories/c": {"$patch": "communication", "nodes": {"$remove": ["support"]}}}, "map_value.communication.category.support"),
    (
        "type",
        "removing",
        {"subtypes/activity/a": {"$remove": ["paperwork"]}, "scenarios/s": {"$remove": ["an_activity_is_called_off_with_a_reason"]}},
        "map_value.activity.subtype.paperwork",
    ),
]


@pytest.fixture(scope="module")
def users_of_items(office: Office, before: Json) -> None:
    """Open records that use one item of every kind; the status is that of the activity from before."""
    office.person("lena", emails=[{"type": "office", "address": "ada@example.org"}])
    office.message("lena", category="support")
    office.activity("lena", subtype="paperwork")


@pytest.mark.usefixtures("users_of_items")
@pytest.mark.parametrize(("name", "documents", "decision"), [row[1:] for row in IN_USE], ids=[row[0] for row in IN_USE])
def test_what_is_in_use_is_not_removed_without_a_decision(office: Office, tmp_path: Path, name: str, documents: Mapping[str, Json], decision: str) -> None:
    """GEN-19, GEN-28: records that are not final use it, so that somebody has to say what they get."""
    overlay = _overlay(office, tmp_path / name, name, documents)
    release = office.client("lena").get("/health").json["release"]

    planned = office.desk.command("plan", overlay, code=1)
    said = office.desk.command("publish", overlay, code=1)

    assert f"{office.word(decision)}: " in planned
    assert office.word(decision) in said
    assert office.client("lena").get("/health").json["release"] == release


ALLOWED = [
    ("status", "transitions/service_request", {"$patch": "service_request", "statuses": {"$remove": ["waiting_for_customer"]}}, "still_allowed"),
    ("category", "categories/service_request", {"$patch": "service_request", "nodes": {"$remove": ["delivery_damage"]}}, "still_allowed"),
    ("reason", "value_lists/lost_reason", {"$patch": "lost_reason", "options": {"$remove": ["no_budget"]}}, "still_allowed"),
    ("type", "subtypes/activity/none", {"$remove": ["technical_visit"]}, "still_allowed"),
    ("level", "level_lists/source_type", {"$patch": "source_type", "levels": {"$remove": ["website"]}}, "closed_list"),
]


@pytest.mark.parametrize(("path", "document", "code"), [row[1:] for row in ALLOWED], ids=[row[0] for row in ALLOWED])
def test_what_a_type_allows_is_not_removed(office: Office, tmp_path: Path, path: str, document: Json, code: str) -> None:
    """GEN-16, GEN-19: it stands in the allowed list of a type, used by a record or not."""
    release = office.client("lena").get("/health").json["release"]

    said = office.desk.command("publish", _overlay(office, tmp_path / "removing", "removing", {path: document}), code=1)

    assert code in said
    assert office.client("lena").get("/health").json["release"] == release
