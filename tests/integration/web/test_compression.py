"""Pages and files travel compressed to browsers that take them so, and are the same to those that don't."""

import gzip

import pytest
from flask import Flask
from tests.integration.web.installation import Caller

from packdesk_ui import assets


def _page(app: Flask, accepted: str) -> tuple[bytes, str, str]:
    """Return the body of the login page, how it is encoded, and by what it varies."""
    response = app.test_client().get("/login/", headers={"Accept-Encoding": accepted})

    assert response.status_code == 200
    return response.data, response.headers.get("Content-Encoding", ""), response.headers["Vary"]


def test_a_page_is_compressed_for_a_browser_that_takes_it(app: Flask) -> None:
    plain, packed = _page(app, "identity"), _page(app, "gzip, br")

    assert (plain[1], packed[1]) == ("", "gzip")
    assert "Accept-Encoding" in plain[2]
    assert "Accept-Encoding" in packed[2]
    assert b"<!doctype html>" in gzip.decompress(packed[0])
    assert len(packed[0]) < len(plain[0]) / 2


@pytest.mark.parametrize("refused", ["gzip;q=0", "", "deflate"])
def test_who_does_not_take_it_gets_the_page_as_it_is(app: Flask, refused: str) -> None:
    body, encoding, _ = _page(app, refused)

    assert encoding == ""
    assert body.startswith(b"<!doctype html>")


def test_answers_of_the_api_are_never_compressed(kim: Caller) -> None:
    """Their entity tag is the record's version, whatever the encoding."""
    response = kim.get("/metadata/book", headers={"Accept-Encoding": "gzip"})

    assert len(response.data) > 1400
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("name", ["app.css", "app.js"])
def test_styles_and_scripts_come_as_the_build_packed_them(app: Flask, name: str) -> None:
    address = f"/static/ui/{assets.manifest()[name]}"

    with (
        app.test_client() as client,
        client.get(address, headers={"Accept-Encoding": "gzip"}) as plain,
        client.get(address, headers={"Accept-Encoding": "br"}) as packed,
    ):
        plain_size, packed_size = len(plain.data), len(packed.data)

    assert (plain.status_code, packed.status_code) == (200, 200)
    assert (plain.headers.get("Content-Encoding"), packed.headers.get("Content-Encoding")) == (None, "br")
    assert packed.content_type == plain.content_type
    assert packed.headers["Cache-Control"] == plain.headers["Cache-Control"]
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert packed_size < plain_size / 2
