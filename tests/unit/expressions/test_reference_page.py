"""The reference page says what the code does."""

import re
from pathlib import Path

from packdesk.runtime.expressions.faults import CODES
from packdesk.runtime.expressions.functions import FUNCTIONS

PAGE = (Path(__file__).parents[3] / "docs/reference/expressions.md").read_text(encoding="utf-8")


def test_page_lists_every_function_as_the_code_has_it() -> None:
    """X-3: a table in the docs says per function where it is allowed."""
    listed = re.findall(r"^\| `([^`]+)` \| (.+) \| (yes|no) \| (yes|no) \|$", PAGE, re.MULTILINE)

    assert listed == [(f.signature, f.meaning, "yes" if f.sql else "no", "yes") for f in FUNCTIONS.values()]


def test_page_lists_every_fault() -> None:
    assert tuple(code for code in re.findall(r"^\| `([a-z_]+)` \| [^|]+ \|$", PAGE, re.MULTILINE) if code in CODES) == CODES
