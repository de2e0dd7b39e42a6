"""A file that is only tried says what would become of each row, and names no record that is not there."""

import io
import re

import pytest
from tests.integration.screens.desk import SAME_ORIGIN, Desk, hidden_inputs
from werkzeug.test import TestResponse

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
