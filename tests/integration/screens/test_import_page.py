"""A file that is only tried says what would become of each row, and names no record that is not there."""

import io
import re
from html import unescape

import pytest
from tests.integration.screens.desk import SAME_ORIGIN, Desk, hidden_inputs
from werkzeug.test import TestResponse

from packdesk.records.columns import targets

PAGE = "/r/contact/import"
FILE = "kind,person.first_name,person.last_name\nperson,Grace,{name}\nperson,Ada,\n"


@pytest.mark.parametrize(("run", "result", "linked"), [("try", "will be created", 0), ("run", "created", 1)], ids=["tried", "imported"])
def test_what_was_tried_is_told_as_what_would_be(desk: Desk, run: str, result: str, linked: int) -> None:
    lena = desk.visitor("lena")
    key = hidden_inputs(lena.get(PAGE))["_key"]
    file = (io.BytesIO(FILE.format(name=f"Hopper {run}").encode()), "contacts.csv")

    answer: TestResponse = lena.client.post(PAGE, data={"_key": key, "_run": run, "file": file}, headers=SAME_ORIGIN)

    assert re.findall(r'class="badge[^"]*"[^>]*>([^<]+)<', answer.text) == [result, "refused"]
    assert len(re.findall(r'href="/r/contact/CO\d+"', answer.text)) == linked


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_column_is_offered_by_a_label_that_a_file_may_use(desk: Desk, language: str) -> None:
    shown: dict[str, dict[str, str]] = {}
    for entity_type in ("contact", "service_request", "activity"):
        page = desk.visitor("lena", language).get(f"/r/{entity_type}/import")
        found = re.findall(r"<li>(?:<span>([^<]*)</span> )?<code>([^<]*)</code></li>", page.text)
        shown[entity_type] = {path: unescape(label) for label, path in found}

    for entity_type, columns in shown.items():
        labelled = {path: label for path, label in columns.items() if label}
        read = targets(desk.runtime.model.entity_types[entity_type], tuple(labelled.values()), language=language)
        assert [target.path for target in read] == list(labelled)
        assert len(labelled) == len(columns) > 3
    assert shown["contact"]["phones.number"] == {"en": "Phones Number", "de": "Telefonnummern Nummer"}[language]
    assert shown["contact"]["person.first_name"] == {"en": "First name", "de": "Vorname"}[language]


def test_a_file_is_read_by_the_labels_that_the_page_shows(desk: Desk) -> None:
    lena = desk.visitor("lena", "de")
    key = hidden_inputs(lena.get(PAGE))["_key"]
    file = (io.BytesIO(b"Art;Vorname;Nachname;Geboren am\nperson;Gerda;Labelled;22.11.1985\n"), "leute.csv")

    answer: TestResponse = lena.client.post(PAGE, data={"_key": key, "_run": "try", "file": file}, headers=SAME_ORIGIN)

    assert "1 Zeile würde importiert, 0 abgelehnt" in unescape(answer.text)
