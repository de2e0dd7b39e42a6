"""The doors of the system behind one face: what is asked for goes in, the stored record or the refusal's stable parts come out."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.acceptance.doors.office import Json, Office
from tests.acceptance.running import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason, as every door gives it."""

    code: str
    field: str = ""
    action: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a change."""

    record: Json | None = None
    refusals: tuple[Refusal, ...] = ()

    @property
    def stored(self) -> Json:
        """Return the stored record; fails the test when the change was refused."""
        assert self.record is not None, self.refusals
        return self.record

    @property
    def code(self) -> str:
        """Return the code of the first reason, or nothing."""
        return self.refusals[0].code if self.refusals else ""

    @property
    def places(self) -> set[tuple[str, str]]:
        """Return code and field of every reason."""
        return {(one.code, one.field) for one in self.refusals}

    @property
    def rules(self) -> set[str]:
        """Return the ids of the rules that refused."""
        return {one.rule for one in self.refusals}


class Door(Protocol):
    """A way in for changes to records."""

    name: str
    office: Office

    def create(self, login: str, entity_type: str, values: Json) -> Outcome:
        """Create a record."""

    def edit(self, login: str, entity_type: str, record: Json, values: Json) -> Outcome:
        """Change a record."""

    def act(self, login: str, entity_type: str, record: Json, action: str, inputs: Json) -> Outcome:
        """Perform an action."""

    def delete(self, login: str, entity_type: str, record: Json) -> Outcome:
        """Delete a record; the outcome's record is the one that is gone."""


def refusals(findings: Iterable[Mapping[str, Any]]) -> tuple[Refusal, ...]:
    """Return the findings of an answer of the API."""
    return tuple(Refusal(code=one["code"], field=one.get("field", ""), action=one.get("action", ""), rule=one.get("rule", "")) for one in findings)


def refused(answer: Answer) -> Outcome:
    """Return the refusal that a problem document describes; what is no refusal but a failure fails the test."""
    assert 400 <= answer.status < 500, (answer.status, answer.body)
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.headers
    return Outcome(refusals=refusals(answer.json["findings"]))


@dataclass(slots=True)
class ApiDoor:
    """The REST API."""

    office: Office
    name: str = "api"

    def create(self, login: str, entity_type: str, values: Json) -> Outcome:
        """Create a record."""
        answer = self.office.call(login, "POST", f"/records/{{{entity_type}}}", dict(values))
        return Outcome(record=answer.json) if answer.status == 201 else refused(answer)

    def edit(self, login: str, entity_type: str, record: Json, values: Json) -> Outcome:
        """Change a record."""
        answer = self.office.edit(login, entity_type, record, **values)
        return Outcome(record=answer.json) if answer.status == 200 else refused(answer)

    def act(self, login: str, entity_type: str, record: Json, action: str, inputs: Json) -> Outcome:
        """Perform an action."""
        answer = self.office.act(login, entity_type, record, action, **inputs)
        return Outcome(record=answer.json) if answer.status == 200 else refused(answer)

    def delete(self, login: str, entity_type: str, record: Json) -> Outcome:
        """Delete a record."""
        answer = self.office.call(login, "DELETE", f"/records/{{{entity_type}}}/{record['number']}", If_Match=f'"{record["version"]}"')
        return Outcome(record=record) if answer.status == 204 else refused(answer)


@dataclass(slots=True)
class BulkDoor:
    """Many records at once, here with one of them."""

    office: Office
    name: str = "bulk"

    def create(self, login: str, entity_type: str, values: Json) -> Outcome:
        """Say that this door makes nothing."""
        raise AssertionError("nothing is created in bulk")

    def edit(self, login: str, entity_type: str, record: Json, values: Json) -> Outcome:
        """Change a record."""
        return self._one(login, entity_type, record, {"values": dict(values)})

    def act(self, login: str, entity_type: str, record: Json, action: str, inputs: Json) -> Outcome:
        """Perform an action."""
        return self._one(login, entity_type, record, {"action": action, "inputs": dict(inputs)})

    def delete(self, login: str, entity_type: str, record: Json) -> Outcome:
        """Delete a record."""
        return self._one(login, entity_type, record, {"delete": True})

    def _one(self, login: str, entity_type: str, record: Json, what: Json) -> Outcome:
        """Do it to one record: the preview and the real thing must agree."""
        number = str(record["number"])
        body = {"records": [number], "versions": {number: record["version"]}, **what}
        address = f"/records/{{{entity_type}}}/bulk"
        foreseen = self.office.call(login, "POST", address, {**body, "preview": True})
        answer = self.office.call(login, "POST", address, body)
        if answer.status != 200:
            return refused(answer)
        (row,) = answer.json["rows"]
        assert [one["code"] for one in foreseen.json["rows"][0]["findings"]] == [one["code"] for one in row["findings"]], (foreseen.body, answer.body)
        if row["findings"]:
            return Outcome(refusals=refusals(row["findings"]))
        return Outcome(record=record if row["done"] == "deleted" else self.office.read(login, entity_type, number))


@dataclass(slots=True)
class ImportDoor:
    """A CSV file with one row."""

    office: Office
    name: str = "import"

    def create(self, login: str, entity_type: str, values: Json) -> Outcome:
        """Import a new record."""
        return self._row(login, entity_type, values, {})

    def edit(self, login: str, entity_type: str, record: Json, values: Json) -> Outcome:
        """Import a row for a record that is there."""
        return self._row(login, entity_type, {"number": record["number"], **values}, {"key": "number", "update_existing": "true"})

    def act(self, login: str, entity_type: str, record: Json, action: str, inputs: Json) -> Outcome:
        """Say that this door does nothing but values."""
        raise AssertionError("a file has no actions")

    def delete(self, login: str, entity_type: str, record: Json) -> Outcome:
        """Say that this door removes nothing."""
        raise AssertionError("a file deletes nothing")

    def _row(self, login: str, entity_type: str, values: Json, query: Mapping[str, str]) -> Outcome:
        cells = flat(self.office.renamer.data(dict(values)))
        text = io.StringIO()
        csv.writer(text).writerows([list(cells), list(cells.values())])
        address = f"/records/{{{entity_type}}}/import"
        answer = self.office.call(login, "POST", address, text.getvalue().encode(), query=query, Content_Type="text/csv")
        if answer.status != 200:
            return refused(answer)
        (row,) = answer.json["rows"]
        return Outcome(refusals=refusals(row["findings"])) if row["findings"] else Outcome(record=self.office.read(login, entity_type, row["number"]))


def flat(values: Mapping[str, Any], above: str = "") -> dict[str, str]:
    """Return values by field path, as texts; the fields of a section by their path, a line group by the fields of its only line."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, list):
            found |= flat(value[0], f"{name}.") if value else {}
        elif isinstance(value, dict):
            found |= {above + name: str(value["record"])} if "record" in value else flat(value, f"{name}.")
        else:
            found[above + name] = {True: "true", False: "false", None: ""}.get(value, str(value)) if isinstance(value, bool | None) else str(value)
    return found
