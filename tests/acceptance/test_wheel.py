"""The wheel is whole: built from the tree, installed in a fresh environment, it serves and examines itself from another folder."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from tests.acceptance.running import Client, free_port

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git knows plus the built assets."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "ui" / "packdesk_ui" / "static", source / "ui" / "packdesk_ui" / "static")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return next(folder.glob("packdesk-*.whl"))


def test_the_wheel_contains_packs_templates_assets_and_migrations(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    wanted = ("packdesk_basepack/pack.json", "packdesk_basepack/transitions/lead.json", "packdesk_ui/static/manifest.json", "packdesk/cli/main.py")
    assert [name for name in wanted if name not in names] == []
    assert any(re.fullmatch(r"packdesk_ui/templates/.+\.html", name) for name in names)
    assert any(re.fullmatch(r"packdesk_migrations/versions/\d+.*\.py", name) for name in names)
    assert [name for name in names if name.startswith(("platform/", "tests/", "node_modules/"))] == []


def test_the_installed_wheel_serves_and_examines_itself_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """DESIGN 2: nothing depends on the source tree, and the standard library's ``platform`` is not shadowed."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel)], check=True, capture_output=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PACKDESK_"))}
    clean |= {"PACKDESK_HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    port = free_port()

    server = subprocess.Popen(
        [str(environment / "bin" / "packdesk"), "serve", "--port", str(port)],
        cwd=elsewhere,
        env=clean,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answer = _wait_for(port, server)
        doctor = subprocess.run([str(environment / "bin" / "packdesk"), "doctor"], cwd="/", env=clean, capture_output=True, text=True, check=False)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)
    shadow = subprocess.run(
        [str(python), "-c", "import platform, packdesk; print(platform.system())"], cwd="/", env=clean, capture_output=True, text=True, check=False
    )

    assert answer["status"] == "ok"
    assert (doctor.returncode, doctor.stderr) == (0, ""), doctor.stdout
    assert shadow.stdout.strip() == "Linux"


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> dict[str, object]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            answer = Client(port).get("/health")
        except OSError:
            time.sleep(0.2)
            continue
        if answer.status == 200:
            return answer.json  # type: ignore[no-any-return]
    raise AssertionError("the server does not answer")
