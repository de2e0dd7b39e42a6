"""One running installation as its people use it, whether the pack is as written or has every id renamed; records to work on."""

import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.acceptance.running import Answer, Client, Desk
from tests.renaming import Renamer

_ID = re.compile(r"\{([a-z0-9_]+)\}")
#: How a label begins that was made of a renamed id.
_LABEL = re.compile(rb"\bZz ([a-z])")
Json = Mapping[str, Any]


@dataclass(slots=True)
class Office:
    """A desk, how its ids are called there, and who is logged in."""

    desk: Desk
    renamer: Renamer = field(default_factory=Renamer)
    _clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def word(self, text: str) -> str:
        """Return an id, or a path of ids, as this installation calls it."""
        return self.renamer.word(text)

    def client(self, login: str, language: str = "en") -> Client:
        """Return the API client of a person, logged in once."""
        if (login, "en") not in self._clients:
            self._clients[login, "en"] = self.desk.login(self.word(login))
        token = self._clients[login, "en"].token
        return self._clients.setdefault((login, language), Client(self.desk.port, token=token, language=language))

    def call(
        self, login: str, method: str, path: str, body: object = None, *, query: Mapping[str, str] | None = None, language: str = "en", **headers: str
    ) -> Answer:
        """Send a request to the API; ids stand in braces in the path, and come back as the pack writes them."""
        target = _ID.sub(lambda match: self.word(match[1]), path)
        if query:
            target += "?" + urlencode({name: self._asked(name, value) for name, value in query.items()}, quote_via=quote)
        sent = body if isinstance(body, bytes) else self.renamer.data(body)
        answer = self.client(login, language).api(method, target, sent, **headers)
        return Answer(answer.status, answer.headers, self.back(answer.body))

    def back(self, body: bytes) -> bytes:
        """Return what was received as the pack as written would have it; labels that were made of ids are put right as well."""
        return _LABEL.sub(lambda match: match[1].upper(), self.renamer.back(body)) if self.renamer.ids else body

    def _asked(self, name: str, value: str) -> str:
        if name == "filter":
            return self.renamer.expression(value)
        if name in ("order", "fields", "key"):
            return ",".join("-" * part.startswith("-") + self.word(part.removeprefix("-")) for part in value.split(","))
        return value

    # records ----------------------------------------------------------------------------------------------------------------

    def unique(self, text: str = "X") -> str:
        """Return a text that no other record has."""
        return f"{text} {next(self._count)}Q"

    def create(self, login: str, entity_type: str, **values: object) -> Json:
        """Create a record; fails the test when it is refused."""
        answer = self.call(login, "POST", f"/records/{{{entity_type}}}", values)
        assert answer.status == 201, (answer.status, answer.body)
        return answer.json  # type: ignore[no-any-return]

    def read(self, login: str, entity_type: str, number: str) -> Json:
        """Return a record as a person sees it now."""
        answer = self.call(login, "GET", f"/records/{{{entity_type}}}/{number}")
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json  # type: ignore[no-any-return]

    def now(self, login: str, entity_type: str, record: Json) -> Json:
        """Return the record as it stands now."""
        return self.read(login, entity_type, str(record["number"]))

    def do(self, login: str, entity_type: str, record: Json, action: str, **inputs: object) -> Json:
        """Perform an action and return the record as it is then; fails the test when it is refused."""
        answer = self.act(login, entity_type, record, action, **inputs)
        assert answer.status == 200, (answer.status, answer.body)
        return self.now(login, entity_type, record)

    def act(self, login: str, entity_type: str, record: Json, action: str, **inputs: object) -> Answer:
        """Ask for an action on the version that was read."""
        address = f"/records/{{{entity_type}}}/{record['number']}/actions/{{{action}}}"
        return self.call(login, "POST", address, inputs, If_Match=f'"{record["version"]}"')

    def edit(self, login: str, entity_type: str, record: Json, **values: object) -> Answer:
        """Ask for an edit of the version that was read."""
        return self.call(login, "PATCH", f"/records/{{{entity_type}}}/{record['number']}", values, If_Match=f'"{record["version"]}"')

    def change(self, login: str, entity_type: str, record: Json, **values: object) -> Json:
        """Edit a record and return it; fails the test when it is refused."""
        answer = self.edit(login, entity_type, record, **values)
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json  # type: ignore[no-any-return]

    def note(self, login: str, entity_type: str, record: Json, text: str) -> Answer:
        """Add a note; its text stays as it is."""
        return self.call(login, "POST", f"/records/{{{entity_type}}}/{record['number']}/notes", {"text": text})

    def find(self, login: str, entity_type: str, **query: str) -> list[str]:
        """Return the numbers that a list gives."""
        answer = self.call(login, "GET", f"/records/{{{entity_type}}}", query={"limit": "200", **query})
        assert answer.status == 200, (answer.status, answer.body)
        return [row["number"] for row in answer.json["records"]]

    def history(self, login: str, entity_type: str, record: Json) -> list[Json]:
        """Return what happened to a record, newest first."""
        answer = self.call(login, "GET", f"/records/{{{entity_type}}}/{record['number']}/history")
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json["entries"]  # type: ignore[no-any-return]

    def person(self, login: str = "anna", **values: object) -> Json:
        """Create a contact."""
        return self.create(login, "contact", **{"kind": "person", "person": {"first_name": self.unique("Ada"), "last_name": "Test"}, **values})

    def account(self, login: str = "anna", owner: Json | None = None) -> Json:
        """Create a contact with an account and return the account."""
        return self.create(login, "account", owner=(owner or self.person(login))["number"], classification="private", credit_rating="b")

    def request(self, login: str = "anna", subtype: str = "information_request", account: Json | None = None, **values: object) -> Json:
        """Create a service request."""
        given = {"assigned_user": login} if not {"assigned_unit", "assigned_user"} & set(values) else {}
        return self.create(login, "service_request", subtype=subtype, account=(account or self.account(login))["number"], **given, **values)

    def activity(self, login: str = "anna", subtype: str = "call_back", contact: Json | None = None, **values: object) -> Json:
        """Create an activity."""
        given = {"assigned_user": login} if not {"assigned_unit", "assigned_user"} & set(values) else {}
        return self.create(login, "activity", subtype=subtype, contact=(contact or self.person(login))["number"], **given, **values)

    def lead(self, login: str = "lena", subtype: str = "new_business", contact: Json | None = None, **values: object) -> Json:
        """Create a lead."""
        given = {"assigned_user": login} if not {"assigned_unit", "assigned_user"} & set(values) else {}
        return self.create(login, "lead", subtype=subtype, contact=(contact or self.person(login))["number"], **given, **values)

    def message(self, login: str = "anna", contact: Json | None = None, **values: object) -> Json:
        """Create a communication."""
        given = {"direction": "incoming", "media": "phone"}
        return self.create(login, "communication", contact=(contact or self.person(login))["number"], **{**given, **values})

    def parent(self, entity_type: str, record: Json) -> Json:
        """Return a record as the other end of a relation that several types may stand at."""
        return {"entity_type": entity_type, "record": record["number"]}
