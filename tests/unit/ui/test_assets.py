"""What the pages ask for is among what was built, and where it is not it is said what to do."""

import json
import re
from pathlib import Path

import pytest

from packdesk_ui import assets


def test_a_file_that_no_build_made_is_named_with_what_to_do() -> None:
    with pytest.raises(assets.AssetsMissing) as raised:
        assets.file_of("inter-klingon.woff2")

    assert str(raised.value) == (
        f"The screens are not built for this version: inter-klingon.woff2 missing in {assets.STATIC}. Build them with 'make assets' and start the server again."
    )


def test_what_is_demanded_at_the_start_is_what_the_pages_ask_for() -> None:
    templates = (assets.STATIC.parent / "templates").rglob("*.html")

    asked = {name for path in templates for name in re.findall(r"asset\('([^']+)'\)", path.read_text())}

    assert asked == set(assets.DEMANDED)


@pytest.mark.parametrize(
    ("built", "missing"),
    [
        pytest.param({}, "manifest.json", id="nothing"),
        pytest.param(
            {"manifest.json": {"app.css": "app.css", "app.js": "app.js"}, "app.css": {}}, "app.js, logo.svg, inter-latin.woff2", id="by an older version"
        ),
        pytest.param({"manifest.json": {name: name for name in assets.DEMANDED}, **{name: {} for name in assets.DEMANDED}}, "icons.json", id="no icons"),
    ],
)
def test_all_that_is_missing_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: dict[str, dict[str, str]], missing: str) -> None:
    for name, content in built.items():
        (tmp_path / name).write_text(json.dumps(content))
    monkeypatch.setattr(assets, "STATIC", tmp_path)

    with pytest.raises(assets.AssetsMissing) as raised:
        assets.demand()

    assert raised.value.facts["names"] == missing


def test_what_was_built_here_is_enough() -> None:
    assets.demand()
