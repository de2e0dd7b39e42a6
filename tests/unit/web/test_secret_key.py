"""The installation's key is made once and kept to itself."""

import stat
from pathlib import Path

import pytest

from packdesk.errors import PackdeskError
from packdesk.settings import Settings
from packdesk.web.secret_key import secret_key


def _settings(home: Path, key: str = "") -> Settings:
    return Settings(home=home, database_url="sqlite://", secret_key=key)


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"

    first, second = secret_key(_settings(home)), secret_key(_settings(home))

    assert first == second
    assert len(first) >= 48
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert secret_key(_settings(tmp_path / "a")) != secret_key(_settings(tmp_path / "b"))


def test_a_key_of_the_settings_is_taken(tmp_path: Path) -> None:
    assert secret_key(_settings(tmp_path, "s" * 32)) == "s" * 32


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackdeskError) as refusal:
        secret_key(_settings(tmp_path, "short"))

    assert refusal.value.code == "bad_setting"
    assert "short" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe" + b"a" * 40, b"\0" * 64])
def test_a_damaged_key_is_refused_by_the_name_of_its_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(PackdeskError) as caught:
        secret_key(_settings(tmp_path))

    assert (caught.value.code, caught.value.facts["name"]) == ("bad_setting", str(tmp_path / "secret_key"))
