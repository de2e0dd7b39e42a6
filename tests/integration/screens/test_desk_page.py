"""The page of a record for the desk: what stands in its tabs, what it costs, and that what is done there leads back there (CC-10..18, GEN-13)."""

import re
from html import unescape

import pytest
from tests.integration.screens.desk import Desk, Visitor, texts
from tests.statements import listening

from packdesk.runtime.values import Record

#: The release, the person's record with the people, the counts of all tabs, a page of one of them, and what row actions ask.
MOST = 12


@pytest.fixture(scope="module")
def anna(desk: Desk) -> Visitor:
    """An agent of the first line."""
    return desk.visitor("anna")


def _contact(desk: Desk, first: str, **values: object) -> Record:
    return desk.made("contact", kind="person", person={"first_name": first, "last_name": "Desk"}, **values)


def _activities(desk: Desk, contact: Record, count: int, unit: str = "first_line") -> list[Record]:
    return [desk.made("activity", subtype="call_back", contact=contact.number, assigned_unit=unit) for _ in range(count)]


def _address(contact: Record, tab: str = "") -> str:
    return f"/r/contact/{contact.number}/desk" + (f"?tab={tab}" if tab else "")


def _rows(html: str) -> list[str]:
    return re.findall(r'<tr data-row="(\w+)"', html)


def _tabs(html: str) -> dict[str, str]:
    """Return the labels of the tabs and how many records each leads to."""
    found = re.findall(r'<a href="[^"]*" id="desk-\w+"[^>]*>([^<]*?)\s*(?:<span class="count">([^<]*)</span>)?</a>', html)
    return dict(found)


def _open_tab(html: str) -> str:
    return re.findall(r'id="desk-(\w+)" aria-current="page"', html)[0]


def test_a_contact_has_its_values_on_top_and_what_belongs_to_it_in_counted_tabs(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Topped", vip=True, customer_number="K7", phones=[{"type": "mobile", "number": "+49 30 55501"}])
    _activities(desk, contact, 2)
    desk.made("communication", media="phone", direction="incoming", contact=contact.number, content="Rang.")

    html = anna.get(_address(contact)).text

    assert _tabs(html) == {"Contact information": "", "Communications": "1", "Service requests": "0", "Activities": "2", "Leads": "0", "Accounts": "0"}
    assert _open_tab(html) == "contact_information"
    assert "Topped" in texts(html.partition("desk-values")[2])
    assert '<span class="badge tone-blue">VIP</span>' in html
    assert re.search(r'<a class="btn btn-plain" href="tel:\+493055501">.*\(Mobile\)', html)
    assert f'href="{_address(contact)}"' in anna.get(f"/r/contact/{contact.number}").text


def test_a_tab_lists_its_records_in_pages_and_the_address_names_it(desk: Desk, anna: Visitor) -> None:
    contact, other = _contact(desk, "Paged"), _contact(desk, "Paged other")
    made, strange = _activities(desk, contact, 23), _activities(desk, other, 1)
    page = _address(contact, "activities")

    first = anna.get(page)
    seen, form = _rows(first.text), first.text
    for _ in range(2):
        sent = {"_trail": unescape(re.findall(r'name="_trail" value="([^"]*)"', form)[0]), "_cursor": re.findall(r'name="_cursor" value="([^"]*)"', form)[0]}
        form = anna.post(page, sent).text
        seen += _rows(form)
    back = anna.post(page, {"_trail": unescape(re.findall(r'name="_trail" value="([^"]*)"', form)[0]), "_previous": "1"}).text

    assert _open_tab(first.text) == "activities"
    assert sorted(seen) == sorted(one.number for one in made)
    assert strange[0].number not in seen
    assert len(_rows(form)) == 3
    assert "page 3" in texts(form)
    assert _rows(back) == seen[10:20]
    assert "Contact</th>" not in first.text.partition("<thead>")[2].partition("</thead>")[0]


def test_only_the_inside_of_a_tab_is_sent_to_who_opens_another(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Lazy")
    _activities(desk, contact, 1)

    part = anna.get(_address(contact, "activities"), HX_Request="true", HX_Target="desk-inside").text

    assert len(_rows(part)) == 1
    assert "<html" not in part
    assert "desk-facts" not in part


def test_a_tab_without_records_says_so_and_offers_a_new_one_that_belongs_here(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Empty")

    html = anna.get(_address(contact, "leads")).text
    new = unescape(re.findall(r'<a class="btn btn-solid" href="(/r/lead/new[^"]*)"', html)[0])

    assert "Nothing here yet." in texts(html)
    assert new == f"/r/lead/new?contact={contact.number}&_fixed=contact"


def test_a_page_costs_few_statements_however_much_belongs_to_the_record(desk: Desk, anna: Visitor) -> None:
    few, many = _contact(desk, "Few"), _contact(desk, "Many")
    _activities(desk, few, 1)
    _activities(desk, many, 40)
    costs = {}

    for contact in (few, many):
        for tab in ("activities", "contact_information", "leads"):
            anna.get(_address(contact, tab))
            with listening(desk.services.database) as statements:
                assert anna.get(_address(contact, tab)).status_code == 200
            costs[contact.number, tab] = len(statements)

    assert max(costs.values()) <= MOST, costs
    assert costs[few.number, "activities"] == costs[many.number, "activities"]


def test_what_belongs_to_others_is_neither_listed_nor_counted(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Shared")
    seen, unseen = _activities(desk, contact, 2)
    desk.put(unseen, owner_unit="sales")

    html = anna.get(_address(contact, "activities")).text

    assert _rows(html) == [seen.number]
    assert _tabs(html)["Activities"] == "1"


def test_an_action_of_a_row_is_done_from_the_desk_and_leads_back_to_it(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Acting")
    (activity,) = _activities(desk, contact, 1)
    page = _address(contact, "activities")
    html = anna.get(page).text
    action = re.findall(rf'formaction="(/r/activity/{activity.number}/actions/claim)" name="_key" value="([^"]*)"', html)[0]

    done = anna.post(action[0], {"_key": action[1], "_origin": unescape(re.findall(r'name="_origin" value="([^"]*)"', html)[0])})

    assert (done.status_code, done.location) == (303, page)
    assert f"{activity.number}: Done" in texts(anna.get(page).text)


def test_an_action_that_something_blocks_is_shown_with_its_reason(desk: Desk, anna: Visitor) -> None:
    """GEN-13: as on the record's page; a list leaves it out."""
    contact = _contact(desk, "Blocked")
    (activity,) = _activities(desk, contact, 1)

    html = anna.get(_address(contact, "activities")).text
    blocked = re.findall(r'<details class="why blocked">(.*?)</details>', html, re.DOTALL)

    assert blocked
    assert any("Start progress" in one and activity.number in one for one in blocked)
    assert all(texts(one.partition('class="why-body"')[2]) for one in blocked)


def test_a_new_record_and_the_whole_form_lead_back_to_the_desk(desk: Desk, anna: Visitor) -> None:
    """CC-16, CC-28: the form stands in a window on top of the desk, which is as it was, with what was stored."""
    contact = _contact(desk, "Returning")
    page = _address(contact, "leads")
    window = {"HX_Request": "true", "HX_Target": "modal-inside", "Packdesk_Origin": page}
    kinds = anna.get(f"/r/activity/new?contact={contact.number}&_fixed=contact", **window).text
    whole = anna.get(f"/r/contact/{contact.number}/edit", **window).text
    base = unescape(re.findall(r'name="_base" value="([^"]*)"', whole)[0])
    version = re.findall(r'name="_version" value="([^"]*)"', whole)[0]

    made = anna.post("/r/activity/new", {"subtype": "call_back", "contact": contact.number, "assigned_unit": "first_line"}, **window)
    saved = anna.post(f"/r/contact/{contact.number}/edit", {"_base": base, "_version": version, "customer_number": "K99"}, **window)

    assert 'hx-target="#modal-inside"' in kinds
    assert 'hx-post="' in whole
    assert made.headers["HX-Redirect"] == page
    assert saved.headers["HX-Redirect"] == page
    assert "K99" in anna.get(page).text


@pytest.mark.parametrize(
    "origin",
    [
        "https://elsewhere.example/r/contact/{number}/desk",
        "//elsewhere.example/r/contact/{number}/desk",
        "/r/contact/{number}/desk/../../../logout",
        "/r/contact//desk",
        "/r/contact/{number}",
        "/r/contact/{number}/desk" + "x" * 3000,
        "javascript:alert(1)",
    ],
)
def test_nothing_but_a_desk_of_ours_is_led_back_to(desk: Desk, anna: Visitor, origin: str) -> None:
    contact = _contact(desk, "Forged")
    (activity,) = _activities(desk, contact, 1)

    done = anna.post(f"/r/activity/{activity.number}/actions/claim", {"_origin": origin.replace("{number}", contact.number)})

    assert done.location == f"/r/activity/{activity.number}"


def test_of_an_address_only_the_tab_is_kept(desk: Desk, anna: Visitor) -> None:
    contact = _contact(desk, "Kept")
    (activity,) = _activities(desk, contact, 1)

    done = anna.post(f"/r/activity/{activity.number}/actions/claim", {"_origin": f"{_address(contact, 'activities')}&next=https://elsewhere.example"})

    assert done.location == _address(contact, "activities")


def test_a_deleted_record_leads_to_the_list_and_not_to_its_own_desk(desk: Desk) -> None:
    lena, contact = desk.visitor("lena"), _contact(desk, "Deleted")

    done = lena.post(f"/r/contact/{contact.number}/delete", {"_version": "1", "_origin": _address(contact)})

    assert done.location == "/r/contact"


@pytest.mark.parametrize(("path", "status"), [("/r/activity/AC00000001/desk", 404), ("/r/contact/CO99999999/desk", 404), ("/r/nothing/N1/desk", 404)])
def test_there_is_a_desk_for_records_of_types_that_are_laid_out_so(anna: Visitor, path: str, status: int) -> None:
    assert anna.get(path, Accept="text/html").status_code == status


def test_an_unknown_tab_is_the_first(desk: Desk, anna: Visitor) -> None:
    assert _open_tab(anna.get(_address(_contact(desk, "Lost"), "no_such_tab")).text) == "contact_information"


def test_the_desk_speaks_german(desk: Desk) -> None:
    contact = _contact(desk, "Deutsch")
    html = desk.visitor("tom", "de").get(_address(contact)).text

    assert {"Kontaktdaten", "Serviceanfragen", "Konten"} <= set(_tabs(html))
    assert "Angaben ergänzen" in html
    assert "Ganzer Datensatz" in html
