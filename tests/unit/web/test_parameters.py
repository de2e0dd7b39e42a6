"""Query parameters are checked by name."""

import pytest
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from packdesk.errors import PackdeskError
from packdesk.web.api.parameters import Wanted, wanted


def _request(query: str) -> Request:
    return Request(EnvironBuilder(path="/", query_string=query).get_environ())


READ = [
    ("", Wanted()),
    ("q=%20ada%20", Wanted(q="ada")),
    ("limit=200&cursor=abc", Wanted(limit=200, cursor="abc")),
    ("order=-created_at,number", Wanted(order=(("created_at", False), ("number", True)))),
    ("fields=a,%20b.c,&expand=labels&count=false", Wanted(fields=("a", "b.c"), expand=("labels",), count=False)),
]
REFUSED = [
    ("limit=0", "limit"),
    ("limit=201", "limit"),
    ("limit=-1", "limit"),
    ("limit=ten", "limit"),
    ("limit=%C2%B2", "limit"),
    ("limit=1&limit=2", "limit"),
    ("page=2", "page"),
    ("count=yes", "count"),
    ("order=a,b,c,d", "order"),
    ("q=" + "x" * 201, "q"),
    ("filter=" + "x" * 4001, "filter"),
    ("fields=" + ",".join(["a"] * 101), "fields"),
]


@pytest.mark.parametrize(("query", "expected"), READ)
def test_parameters_become_values(query: str, expected: Wanted) -> None:
    assert wanted(_request(query)) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(("query", "name"), REFUSED)
def test_a_wrong_parameter_is_refused_by_name(query: str, name: str) -> None:
    with pytest.raises(PackdeskError) as refusal:
        wanted(_request(query))  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.facts["name"]) == ("bad_parameter", name)
