"""The screens as a person without scripts uses them: forms are fetched, filled in and sent; refusals are read from the page."""

import contextlib
import http.client
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from tests.acceptance.doors.door import Outcome, Refusal, flat
from tests.acceptance.doors.office import Json, Office
from tests.acceptance.running import Answer, Desk

_ASSIGNMENT = {"assigned_unit", "assigned_user"}


@dataclass(slots=True)
class Form:
    """A form of a page as a browser would send it."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    #: Input name -> what a select offers.
    offers: dict[str, list[str]] = field(default_factory=dict)

    def fill(self, name: str, value: str) -> None:
        """Type a value, also into a field that the form does not show: that is what a hostile person does."""
        self.values[name] = [value]


class _Reader(HTMLParser):
    """Collects forms, refusals and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.refusals: list[Refusal] = []
        self.links: list[str] = []
        #: How many headings of the first level there are.
        self.titles = 0
        self._select = ""
        self._area = ""
        self._silent = False
        self._template = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the tag says."""
        given = {name: value or "" for name, value in attrs}
        if given.get("data-code"):
            parts = {part: given.get(f"data-{part}", "") for part in ("code", "field", "action", "rule")}
            self.refusals.append(Refusal(**parts))
        self.titles += tag == "h1"
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "template":
            self._template += 1
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        if not self.forms or self._template:
            return
        silent = "disabled" in given
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name and not silent:
            ticked = "checked" in given or given.get("type") not in ("checkbox", "radio")
            if ticked and given.get("type") != "file":
                form.values.setdefault(name, []).append(given.get("value", ""))
        elif tag == "select" and name:
            self._select = name
            self._silent = silent
            form.offers[name] = []
        elif tag == "option" and self._select:
            form.offers[self._select].append(given.get("value", ""))
            if "selected" in given and not self._silent:
                form.values.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea" and name and not silent:
            self._area = name
            form.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        """Leave a select, a text or a pattern."""
        if tag == "select" and self._select:
            if not self._silent:
                self.forms[-1].values.setdefault(self._select, [""])
            self._select = ""
        if tag == "textarea":
            self._area = ""
        if tag == "template":
            self._template -= 1

    def handle_data(self, data: str) -> None:
        """Take the text of a textarea."""
        if self._area and not self._template:
            self.forms[-1].values[self._area][0] += data.removeprefix("\n")


def read_page(answer: Answer) -> _Reader:
    """Return forms, refusals and links of a page."""
    reader = _Reader()
    reader.feed(answer.body.decode())
    return reader


@dataclass(slots=True)
class Browser:
    """Somebody's browser: it keeps cookies and says where its requests come from."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: bytes | None = None, content_type: str = "application/x-www-form-urlencoded") -> Answer:
        """Send one request; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Accept": "text/html", "Accept-Language": "en", "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": content_type, "Sec-Fetch-Site": "same-origin"}
        try:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer may come before the whole body was read
                connection.request(method, path, body, headers)
            got = connection.getresponse()
            for name, value in got.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.partition(";")[0]
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()

    def send(self, form: Form, path: str) -> Answer:
        """Send a form."""
        return self.ask("POST", form.action or path, urlencode(form.values, doseq=True).encode())


def sign_in(desk: Desk, login: str) -> Browser:
    """Return a browser in which somebody logged in through the form."""
    browser = Browser(desk.port)
    form = next(form for form in read_page(browser.ask("GET", "/login/")).forms if "password" in form.values)
    form.fill("username", login)
    form.fill("password", desk.password)
    done = browser.send(form, "/login/")
    assert done.status in (302, 303), (done.status, done.body)
    return browser


@dataclass(slots=True)
class ScreenDoor:
    """The screens."""

    office: Office
    name: str = "screen"
    _browsers: dict[str, Browser] = field(default_factory=dict)

    def browser(self, login: str) -> Browser:
        """Return the browser of a person, logged in once through the login form."""
        if login not in self._browsers:
            self._browsers[login] = sign_in(self.office.desk, self.office.word(login))
        return self._browsers[login]

    def open(self, login: str, path: str) -> Answer:
        """Open a page below ``/r``; ids stand in braces."""
        return self.browser(login).ask("GET", self.path(path))

    def path(self, path: str) -> str:
        """Return an address; ids stand in braces."""
        head, *parts = path.split("{")
        return head + "".join(self.office.word(part.partition("}")[0]) + part.partition("}")[2] for part in parts)

    def create(self, login: str, entity_type: str, values: Json) -> Outcome:
        """Fill in the form for a new record; the subtype is asked for by the address even where it is not offered."""
        subtype = str(values.get("subtype", ""))
        path = f"/r/{{{entity_type}}}/new" + (f"?subtype={{{subtype}}}" if subtype else "")
        return self._fill_in(login, entity_type, path, values)

    def edit(self, login: str, entity_type: str, record: Json, values: Json) -> Outcome:
        """Fill in the form of the record; who is responsible has a form of its own."""
        form = "assign" if set(values) <= _ASSIGNMENT else "edit"
        return self._fill_in(login, entity_type, f"/r/{{{entity_type}}}/{record['number']}/{form}", values, record)

    def act(self, login: str, entity_type: str, record: Json, action: str, inputs: Json) -> Outcome:
        """Fill in the form of the action, also where the page does not offer it."""
        return self._fill_in(login, entity_type, f"/r/{{{entity_type}}}/{record['number']}/actions/{{{action}}}", inputs, record)

    def delete(self, login: str, entity_type: str, record: Json) -> Outcome:
        """Confirm the deletion."""
        outcome = self._fill_in(login, entity_type, f"/r/{{{entity_type}}}/{record['number']}/delete", {}, record)
        return outcome if outcome.refusals else Outcome(record=record)

    def offered(self, login: str, path: str, name: str, **chosen: str) -> list[str]:
        """Return what a select of a form offers, once other fields were chosen and the form was asked for as they make it."""
        page = self.open(login, path)
        if chosen:
            form = next(form for form in read_page(page).forms if "_key" in form.values)
            for field_name, value in self._typed(chosen).items():
                form.fill(field_name, value)
            form.fill("_line", "refresh")
            page = self.browser(login).send(form, self.path(path))
        found = [form.offers[self.office.word(name)] for form in read_page(page).forms if self.office.word(name) in form.offers]
        assert found, f"no select {name} at {path}"
        return [self.office.back(value.encode()).decode() for value in found[0] if value]

    def _fill_in(self, login: str, entity_type: str, path: str, values: Json, record: Json | None = None) -> Outcome:
        page = self.open(login, path)
        if page.status >= 400:
            return self._refused(page)
        form = next(form for form in read_page(page).forms if "_key" in form.values)
        for name, value in self._typed(values).items():
            form.fill(name, value)
        answer = self.browser(login).send(form, self.path(path))
        if answer.status != 303:
            return self._refused(answer)
        number = answer.headers["location"].rpartition("/")[2]
        return self._stored(login, entity_type, record["number"] if record is not None else number)

    def _typed(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what a person types, by input name."""
        found: dict[str, str] = {}
        for name, value in self.office.renamer.data(dict(values)).items():
            if isinstance(value, list):
                found |= {f"{name}[{index}].{path}": text for index, row in enumerate(value) for path, text in flat(row).items()}
            else:
                found |= flat({name: value})
        return found

    def _stored(self, login: str, entity_type: str, number: str) -> Outcome:
        answer = self.office.call(login, "GET", f"/records/{{{entity_type}}}/{number}")
        return Outcome(record=answer.json if answer.status == 200 else {"number": number})

    def _refused(self, answer: Answer) -> Outcome:
        """Read why from the page."""
        assert 400 <= answer.status < 500, (answer.status, answer.headers, answer.body[:3000])
        reader = _Reader()
        reader.feed(self.office.back(answer.body).decode())
        assert reader.refusals, answer.body.decode()
        return Outcome(refusals=tuple(reader.refusals))
