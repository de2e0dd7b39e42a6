"""Whoever removes a user or switches his login off is told of his work; removed, he leaves none behind that nobody can do (CARE-17, CARE-23)."""

import re
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from tests.integration.screens.desk import PASSWORD, Desk, Visitor, texts

from packdesk.records import leaving
from packdesk.records.read import read
from packdesk.runtime.values import Record
from packdesk.store.platform_tables import ab_user
from packdesk.web import members


def _joined(desk: Desk, login: str) -> int:
    members.add(desk.app, [members.Member(login=login, name=f"{login.title()} Leaving", password=PASSWORD, roles=("agent",), units=("first_line",))])
    with desk.services.database.begin(write=False) as connection:
        return int(connection.scalar(sa.select(ab_user.c.id).where(ab_user.c.username == login)) or 0)


def _keeper(desk: Desk, login: str, language: str = "en") -> Visitor:
    """Return somebody who administers users."""
    members.add(desk.app, [members.Member(login=login, name="Kim Keeper", password=PASSWORD, admin=True)])
    return desk.visitor(login, language)


def _request(desk: Desk, login: str) -> Record:
    contact = desk.made("contact", kind="company", company={"name": f"Left by {login} Ltd"})
    account = desk.made("account", owner=contact.number, classification="private", credit_rating="a")
    return desk.made("service_request", subtype="information_request", account=account.number, description="Who now?", assigned_user=login)


@pytest.mark.parametrize(
    ("language", "asked", "done"),
    [
        ("en", "1 open record is assigned to this person. Removing takes it away", "1 open record was taken away and waits in its unit."),
        ("de", "1 offener Datensatz ist dieser Person zugewiesen.", "1 offener Datensatz wurde abgenommen und wartet in seiner Einheit."),
    ],
)
def test_removing_somebody_says_what_is_assigned_to_him_and_takes_it_from_him(desk: Desk, language: str, asked: str, done: str) -> None:
    number = _joined(desk, f"zoe{language}")
    request = _request(desk, f"zoe{language}")
    admin = _keeper(desk, f"kim{language}", language)

    question = texts(admin.get(f"/users/delete/{number}").get_data(as_text=True))
    answer = admin.post(f"/users/delete/{number}", {"_key": f"remove-{language}"})
    shown = texts(admin.get("/users/list/").get_data(as_text=True))

    record = read(desk.context(), "service_request", request.number).record
    assert asked in question
    assert (answer.status_code, done in shown) == (303, True)
    assert (record.get("assigned_user"), record.get("assigned_unit")) == (None, "first_line")
    page = texts(desk.visitor("anna", language).get(f"/r/service_request/{request.number}").get_data(as_text=True))
    assert "somebody who was removed" not in page


def test_nobody_is_removed_while_work_is_left_and_the_page_says_how_much(desk: Desk) -> None:
    number = _joined(desk, "xena")
    request = _request(desk, "xena")
    admin = _keeper(desk, "kimlate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaving, "unassign", partial(leaving.unassign, patience=timedelta(seconds=-1)))
        refused = admin.post(f"/users/delete/{number}", {"_key": "too-late"})

    again = admin.post(f"/users/delete/{number}", {"_key": "in-time"})

    said = "Not removed yet: 0 records were taken away, 1 open record is still assigned. Remove again to go on."
    assert (refused.status_code, said in texts(refused.get_data(as_text=True))) == (409, True)
    assert (again.status_code, admin.get(f"/users/show/{number}").status_code) == (303, 404)
    assert read(desk.context(), "service_request", request.number).record.get("assigned_user") is None


def test_switching_a_login_off_tells_of_the_work_and_leaves_it(desk: Desk) -> None:
    number = _joined(desk, "yara")
    request = _request(desk, "yara")
    admin = _keeper(desk, "kimoff")

    form = admin.get(f"/users/edit/{number}").get_data(as_text=True)
    values = {"first_name": "Yara", "last_name": "Leaving", "email": "yara@desk.example", "active": "false", "roles": "agent", "default_unit": "first_line"}
    answer = admin.post(f"/users/edit/{number}", values)
    shown = texts(admin.get("/users/list/").get_data(as_text=True))

    assert "1 open record is assigned to this person and stays so when the login is switched off." in texts(form)
    assert (answer.status_code, "1 open record is still assigned to this person: give it to somebody else." in shown) == (303, True)
    assert read(desk.context(), "service_request", request.number).record.get("assigned_user") == "yara"


def test_a_sentence_names_nobody_by_login_who_is_gone(desk: Desk) -> None:
    number = _joined(desk, "gone")
    request = _request(desk, "gone")
    with desk.services.database.begin(write=True) as connection:
        connection.execute(ab_user.delete().where(ab_user.c.id == number))
        connection.execute(sa.text("UPDATE active_release SET security_epoch = security_epoch + 1"))

    page = texts(desk.visitor("anna").get(f"/r/service_request/{request.number}").get_data(as_text=True))

    assert "Only somebody who was removed may do this." in page
    assert not re.search(r"Only gone\b", page)
