"""The gallery draws every component in both languages, for those who build pages."""

import re

import pytest
from tests.integration.screens.desk import Desk


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_gallery_shows_each_component_that_its_contents_name(desk: Desk, language: str) -> None:
    page = desk.visitor("admin", language).get("/gallery")

    named = re.findall(r'class="chip" href="#(\w+)"', page.text)

    assert page.status_code == 200
    assert {"calendar", "desk", "clash"} <= set(named)
    assert [name for name in named if f'<section class="card" id="{name}"' not in page.text] == []
