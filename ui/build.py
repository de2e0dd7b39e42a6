"""Builds the screens' assets without anything installed: ``python ui/build.py``."""

import runpy
from pathlib import Path

runpy.run_path(str(Path(__file__).resolve().parent / "packdesk_ui" / "build.py"), run_name="__main__")
