"""M-13: demo records, loaded on request."""

from dataclasses import replace
from types import MappingProxyType

from tests.integration.records.conftest import Harbour

from packdesk.records.context import Fixed
from packdesk.records.demo import load_records
from packdesk.records.read import read
from packdesk.records.search import SearchCommand, search
from packdesk.runtime.compile import compile as compile_model


def test_demo_records_name_others_by_their_documents_in_any_order(small_port: Harbour) -> None:
    model = replace(
        small_port.runtime.model,
        demo_records=MappingProxyType(
            {
                "mooring": ({"hull": "gull", "assigned_user": "olga"},),
                "hull": ({"callsign": "GULL", "owner": "berta"}, {"callsign": "TERN", "owner": "BL-1"}),
                "skipper": ({"kind": "shipping_line", "firm": {"name": "Berta Lines"}, "licence": "BL-1"},),
            }
        ),
        demo_names=MappingProxyType({"mooring": ("stay",), "hull": ("gull", "tern"), "skipper": ("berta",)}),
    )
    system = replace(small_port.context(), live=Fixed(compile_model(model, 1), small_port.tables))

    made = load_records(system)

    (stay,) = search(system, "mooring", SearchCommand()).rows
    (berta,) = search(system, "skipper", SearchCommand()).rows
    hulls = search(system, "hull", SearchCommand()).rows
    assert made == 4
    assert {hull.get("owner") for hull in hulls} == {berta.id}
    assert read(system, "hull", str(stay.get("hull"))).record.get("callsign") == "GULL"
