"""Days and moments of the base pack as people type them: what is refused is said with what they type, in their language."""

import pytest
from tests.integration.screens.desk import Desk


@pytest.mark.parametrize(
    ("language", "said", "example"),
    [("en", "Born on cannot be after today.", "22 Nov 1985"), ("de", "Geboren am darf nicht nach heute liegen.", "22.11.1985")],
)
def test_nobody_is_born_after_today(desk: Desk, language: str, said: str, example: str) -> None:
    lena = desk.visitor("lena", language)

    answer = lena.post("/r/contact/check", {"kind": "person", "person.born_on": "+3d", "_left": "person.born_on"})
    page = lena.get("/r/contact/new?kind=person").text

    assert answer.get_json()["fields"]["person.born_on"]["faults"] == [said]
    assert f'placeholder="{example}"' in page.partition(' name="person.born_on"')[2].partition(">")[0]
