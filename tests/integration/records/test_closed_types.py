"""Records of a type that none of the actor's roles shows have no name for him, wherever they are named."""

from dataclasses import replace

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import Refused
from packdesk.records.create import create
from packdesk.records.looking import looking
from packdesk.records.output import view_json
from packdesk.records.read import read
from packdesk.records.related import tabs
from packdesk.records.search import SearchCommand, search
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import Record


@pytest.fixture
def stay(small_port: Harbour) -> Record:
    """A mooring, and from then on a harbour whose dockers may not view hulls."""
    made = small_port.mooring(hull=small_port.hull(small_port.skipper(), "SECRET-1"))
    model = small_port.runtime.model
    docker = model.roles["docker"]
    narrow = replace(docker, permit={entity_type: verbs for entity_type, verbs in docker.permit.items() if entity_type != "hull"})
    small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": narrow}), 1)
    return made


def test_a_reference_to_a_closed_type_is_an_id_alone(small_port: Harbour, stay: Record) -> None:
    view = read(small_port.context("olga"), "mooring", stay.number)

    assert view_json(small_port.runtime, view)["hull"] == {"id": stay.get("hull")}
    assert "SECRET" not in view.title
    assert view_json(small_port.runtime, read(small_port.context("otto"), "mooring", stay.number))["hull"].title == "SECRET-1"  # type: ignore[attr-defined]


def test_a_list_names_nothing_of_a_closed_type(small_port: Harbour, stay: Record) -> None:
    page = search(small_port.context("olga"), "mooring", SearchCommand(expand=True))

    assert [row.id for row in page.rows] == [stay.id]
    assert ("hull", stay.get("hull")) not in page.references
    assert ("skipper", stay.get("skipper")) in page.references


def test_a_record_of_a_closed_type_cannot_be_named(small_port: Harbour, stay: Record) -> None:
    """The refusal is that of a record that never was, so that names cannot be tried."""
    refusals = []
    for name in ("SECRET-1", "SECRET-2", str(stay.get("hull"))):
        with pytest.raises(Refused) as caught:
            create(small_port.context("olga"), "mooring", {"hull": name, "assigned_user": "olga"})
        refusals.append([finding.code for finding in caught.value.findings])

    assert refusals == [["unknown_reference"]] * 3


def test_a_screen_finds_nothing_of_a_closed_type(small_port: Harbour, stay: Record) -> None:
    with looking(small_port.context("olga")) as look:
        assert look.find(("hull",), "SECRET-1") is None
        assert look.find(("hull",), str(stay.get("hull"))) is None
        assert "SECRET" not in look.title(stay)


def test_a_record_does_not_tell_what_refers_to_it_by_a_closed_field(small_port: Harbour) -> None:
    """Neither that there are any, nor how many: he who may not see which hull a mooring is for is not told on the hull's page."""
    hull = small_port.hull(small_port.skipper(), "SECRET-1")
    small_port.mooring(hull=hull)
    model = small_port.runtime.model
    docker = replace(model.roles["docker"], fields={"mooring.hull": frozenset()})
    small_port.runtime = compile_model(replace(model, roles={**model.roles, "docker": docker}), 1)

    told = {}
    for login in ("olga", "otto"):
        with looking(small_port.context(login)) as look:
            told[login] = {name: tab.count for tab in tabs(look.work, hull) for name in tab.types}

    assert "mooring" not in told["olga"]
    assert told["otto"]["mooring"] == 1
