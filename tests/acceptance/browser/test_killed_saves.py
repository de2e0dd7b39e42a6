"""The server is killed in the middle of a save that a browser sent: right before its commit, and right after it, before anybody was answered.

It is started again, and what was typed is sent again from the page where it stayed: either way it counts once.
"""

import itertools
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.acceptance.running import ROOT, Client, Desk
from tests.servers import postgresql_database

DYING = (sys.executable, str(ROOT / "tests" / "faults" / "dying_server.py"))
#: How long the server may take to be killed, and to come up again.
_SECONDS = 30
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """A form that is filled in: what was typed and where, what sends it, and what is to be seen once it was stored."""

    page: Page
    text: Locator
    button: str
    done: Locator


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A kind of save: its form, where it stores the text, and all that happened to the record by then, each a version of it."""

    form: Callable[[Page, Client, str], Save]
    entity_type: str
    path: str
    past: tuple[str, ...]


def _creation(page: Page, lena: Client, text: str) -> Save:
    page.goto(f"http://127.0.0.1:{lena.port}/r/contact/new?kind=company")
    return Save(page=page, text=page.get_by_label("Company name"), button="Create", done=page.get_by_role("heading", level=1, name=text, exact=True))


def _change(page: Page, lena: Client, text: str) -> Save:
    number = lena.create("contact", kind="company", company={"name": f"{text}, before"})["number"]
    page.goto(f"http://127.0.0.1:{lena.port}/r/contact/{number}/edit")
    return Save(page=page, text=page.get_by_label("Company name"), button="Save", done=page.get_by_role("heading", level=1, name=text, exact=True))


def _request(lena: Client, text: str) -> str:
    contact = lena.create("contact", kind="company", company={"name": f"{text}, asking"})
    account = lena.create("account", owner=contact["number"], classification="private", credit_rating="a")
    given = {"subtype": "information_request", "account": account["number"], "description": "Where is it?", "assigned_user": "lena"}
    return str(lena.create("service_request", **given)["number"])


def _step(page: Page, lena: Client, text: str) -> Save:
    page.goto(f"http://127.0.0.1:{lena.port}/r/service_request/{_request(lena, text)}/actions/respond")
    answered = page.locator(".path [aria-current=step]", has_text="Answered")
    return Save(page=page, text=page.get_by_label("Description"), button="Respond", done=answered)


CASES = {
    "creation": Case(form=_creation, entity_type="contact", path="company.name", past=("created",)),
    "change": Case(form=_change, entity_type="contact", path="company.name", past=("created", "updated")),
    "step": Case(form=_step, entity_type="service_request", path="response.description", past=("created", "respond")),
}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.long])])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An installation whose server dies when it is told to."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql_database(request.getfixturevalue("postgresql_server"))) if request.param == "postgresql" else ""
        running = Desk(tmp_path_factory.mktemp("dying"), url, program=DYING)
        stack.callback(running.stop)
        yield running.start()


@pytest.fixture(scope="module")
def lena(house: Desk) -> Client:
    """A team leader at the API; who she is outlives the server."""
    return house.login("lena")


@pytest.fixture(scope="module")
def context(browser: Browser, house: Desk) -> Iterator[BrowserContext]:
    """The same at a screen."""
    made = browser.new_context(locale="en-GB")
    page = made.new_page()
    page.goto(f"http://127.0.0.1:{house.port}/login/")
    page.fill("#username", "lena")
    page.fill("#password", house.password)
    page.locator("form[name=login] button").click()
    page.wait_for_url(f"http://127.0.0.1:{house.port}/")
    page.close()
    yield made
    made.close()


def _killed(house: Desk) -> bool:
    assert house.process is not None
    return house.process.wait(_SECONDS) == -signal.SIGKILL


def _stored(lena: Client, case: Case, text: str) -> list[str]:
    """Return the numbers of the records that hold the text."""
    condition = quote(f"record.{case.path} == '{text}'")
    found = lena.api("GET", f"/records/{case.entity_type}?filter={condition}").json
    return [record["number"] for record in found["records"]]


def _once(lena: Client, case: Case, text: str) -> list[str]:
    """Return the numbers of the records that hold the text, after a look at whether each of them went through no more than it should have."""
    numbers = _stored(lena, case, text)
    for number in numbers:
        entries = lena.api("GET", f"/records/{case.entity_type}/{number}/history").json["entries"]
        assert sorted(entry.get("action") or entry["kind"] for entry in entries) == sorted(case.past), json.dumps(entries)
        assert lena.read(case.entity_type, number)["version"] == len(case.past)
    return numbers


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", CASES)
def test_a_save_whose_server_is_killed_around_its_commit_counts_once(house: Desk, lena: Client, context: BrowserContext, kind: str, moment: str) -> None:
    """QUALITY B 27, GEN-20: the text stays, a banner says what is, and what is sent again makes one record, one version and one entry."""
    case, text = CASES[kind], f"Killed {moment} its commit {next(_NUMBERS):03d}"
    page = context.new_page()
    save = case.form(page, lena, text)
    notices = page.locator("[data-notices]")
    save.text.fill(text)
    page.wait_for_load_state("networkidle")

    (house.home / "dies").write_text(moment)
    page.get_by_role("button", name=save.button, exact=True).click()
    killed = _killed(house)
    expect(notices).to_contain_text("Packdesk can't be reached. What you typed stays here; nothing is lost.")
    expect(save.text).to_have_value(text)
    house.start()
    left = _stored(lena, case, text)
    expect(notices).to_contain_text("Packdesk can be reached again.", timeout=1000 * _SECONDS)
    expect(save.text).to_have_value(text)
    page.get_by_role("button", name="Send again").click()
    expect(save.done).to_be_visible(timeout=1000 * _SECONDS)

    assert killed
    assert left == (_once(lena, case, text) if moment == "after" else [])
    assert len(_once(lena, case, text)) == 1
    page.close()


@pytest.mark.parametrize("moment", [pytest.param("before", marks=pytest.mark.long), "after"])
def test_a_step_in_a_window_whose_server_is_killed_around_its_commit_counts_once(house: Desk, lena: Client, context: BrowserContext, moment: str) -> None:
    """QUALITY B 27: behind a window no banner could be pressed; the window says what is, and its own button sends again."""
    case, text = CASES["step"], f"Killed {moment} its commit {next(_NUMBERS):03d}"
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{lena.port}/r/service_request/{_request(lena, text)}")
    page.locator("[data-action=respond]").get_by_role("link").click()
    window = page.get_by_role("dialog")
    window.get_by_label("Description").fill(text)

    (house.home / "dies").write_text(moment)
    window.get_by_role("button", name="Respond").click()
    killed = _killed(house)
    expect(window.get_by_role("alert")).to_contain_text("Packdesk can't be reached. What you typed stays here; nothing is lost.")
    expect(window.get_by_label("Description")).to_have_value(text)
    house.start()
    left = _stored(lena, case, text)
    window.get_by_role("button", name="Respond").click()
    expect(page.locator(".path [aria-current=step]", has_text="Answered")).to_be_visible(timeout=1000 * _SECONDS)

    assert killed
    assert left == (_once(lena, case, text) if moment == "after" else [])
    assert len(_once(lena, case, text)) == 1
    page.close()
