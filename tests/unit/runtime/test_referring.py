"""What refers to a type without a relation that says so."""

from packdesk.model.entity_types import Kind
from packdesk.runtime.referring import referring


def test_each_type_refers_once_by_the_field_of_its_party_or_else_by_its_first(make) -> None:
    def refers(name: str, **to: str) -> object:
        return make.field(Kind.REFERENCE, name, path=f"entity_types.x.fields.{name}", **to)

    model = make.model(
        make.entity("person", (make.field(Kind.STRING, "name"),)),
        make.entity("visit", (refers("guide", to="person"), refers("guest", to="person")), party="guest"),
        make.entity("bill", (refers("visit", to="visit"), refers("payer", to="person"), refers("sender", to="person"))),
    )

    found = {(way.holder, way.stored, way.how, way.many) for way in referring(model, "person")}

    assert found == {("visit", "guest", "field", True), ("bill", "payer", "field", True)}
    assert [way.id for way in referring(model, "bill")] == []
