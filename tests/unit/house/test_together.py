"""Tests of one installation keep to one worker: it is set up once, and nobody else's load is on it."""

import pytest
from tests.together import group_of

_BROWSER, _DOORS = "tests/acceptance/browser", "tests/acceptance/doors"


@pytest.mark.parametrize(
    ("nodeid", "group"),
    [
        (f"{_BROWSER}/test_lists.py::test_a_card_is_dragged[as written]", "browser as written work"),
        (f"{_BROWSER}/test_screens.py::test_pages_are_open[light-/r/{{contact}}-every id renamed]", "browser every id renamed work"),
        (f"{_BROWSER}/test_looks.py::test_print[as written]", "browser as written pages"),
        (f"{_BROWSER}/test_bad_days.py::test_a_server_stopped_in_mid_save", "browser  work"),
        (f"{_DOORS}/test_care.py::test_a_lead_is_won[on PostgreSQL-screen]", "doors on PostgreSQL"),
        ("tests/integration/web/test_requests.py::test_a_request_is_logged", "tests/integration/web/test_requests.py"),
        ("tests/acceptance/test_open_over_a_publish.py::test_a_view[as written]", "tests/acceptance/test_open_over_a_publish.py as written"),
        ("tests/unit/model/test_model.py::test_a_mark[a@b]", "tests/unit/model/test_model.py::test_a_mark[a@b]"),
    ],
)
def test_a_test_is_kept_together_with_those_of_its_installation(nodeid: str, group: str) -> None:
    assert group_of(nodeid) == group
