"""What is refused is told with the names of people and the labels of fields; programs get logins and paths."""

from tests.integration.screens.desk import Desk, texts

from packdesk.records.update import update


def test_a_step_that_is_somebody_elses_names_him(desk: Desk) -> None:
    account = desk.made(
        "account", owner=desk.made("contact", kind="company", company={"name": "Named Ltd"}).number, classification="private", credit_rating="a"
    )
    given = {"account": account.number, "description": "Whose is it?", "assigned_user": "lena"}
    request = desk.made("service_request", subtype="information_request", **given)
    name = desk.actor("lena").name

    english, german = (texts(desk.visitor("anna", language).get(f"/r/service_request/{request.number}").get_data(as_text=True)) for language in ("en", "de"))

    assert name not in ("", "lena")
    assert f"Only {name} may do this." in english
    assert f"Das darf nur {name}." in german
    assert "Only lena" not in english


def test_a_conflict_names_who_changed_what(desk: Desk) -> None:
    contact = desk.made("contact", kind="company", company={"name": "Conflict Ltd"})
    anna, lena = desk.actor("anna"), desk.visitor("lena")
    update(desk.context("anna"), "contact", contact.number, {"customer_number": "C-1"}, int(str(contact.get("version"))))

    refused = lena.post(f"/r/contact/{contact.number}/delete", {"_version": contact.get("version"), "_key": "conflict-names-who"})

    told = texts(refused.get_data(as_text=True))
    assert f"The record was changed meanwhile by {anna.name}: Customer number." in told
