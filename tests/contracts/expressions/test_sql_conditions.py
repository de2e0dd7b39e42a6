"""Conditions on stored records: never null, and rows of candidates as well as of records."""

import pytest
import sqlalchemy as sa
from tests.contracts.expressions.backends import Case, Orders, sample
from tests.contracts.expressions.expression_sample import ANNA, BERLIN, NOW, environment, model

from packdesk.errors import PackdeskError
from packdesk.model.nodes import Expression
from packdesk.runtime.expressions import types
from packdesk.runtime.expressions.catalogue import Place
from packdesk.runtime.expressions.compile import Compiled, compile_expression
from packdesk.store.physical import EMPTY, extend
from packdesk.store.sql_expressions import lower
from packdesk.store.tables import Tables

TABLES = Tables(model(), extend(EMPTY, model()), "sqlite")


def condition(source: str, *, place: Place = Place.FILTER) -> Compiled:
    scope = sample()[0].scope(place, "order", candidate_type=types.record("person"))
    found = compile_expression(Expression(source, "test"), scope, types.BOOLEAN)
    assert isinstance(found, Compiled), str(found[0])
    return found


def written(found: sa.ColumnElement[bool]) -> str:
    return str(found.compile(compile_kwargs={"literal_binds": True}))


def test_equality_with_a_value_stays_visible_to_the_planner() -> None:
    found = lower(condition("record.t == 'a'").tree, TABLES, "order", actor=ANNA, now=NOW, zone=BERLIN, dialect="sqlite")

    assert written(found) == "r_order.f_t = 'a' AND r_order.f_t IS NOT NULL"


@pytest.mark.parametrize("source", ["record.owner.id in ['p1', 'p2']", "record.owner.number in ['P1']", "record.owner.number == 'P1'"])
def test_what_a_reference_names_is_looked_up_first_so_that_its_index_finds_the_rows(source: str) -> None:
    found = written(lower(condition(source).tree, TABLES, "order", actor=ANNA, now=NOW, zone=BERLIN, dialect="sqlite"))

    assert found.startswith("r_order.f_owner IN (SELECT r_person_1.id")
    assert found.endswith("AND r_order.f_owner IS NOT NULL")
    assert "r_order.f_owner = " not in found


def test_candidates_are_rows_and_the_record_is_known() -> None:
    values = {"owner": "p1"}
    orders = Orders([Case("true", values)])
    env = environment(orders.graph, orders.record(values))
    tree = condition("candidate == record.owner || candidate in record.owner.related", place=Place.OPTIONS).tree

    found = lower(tree, TABLES, "person", actor=ANNA, now=NOW, zone=BERLIN, dialect="sqlite", base="candidate", environment=env)

    assert "'p1'" in written(found)
    assert "'p2'" in written(found)
    assert "r_order" not in written(found)


def test_what_sql_cannot_say_is_refused() -> None:
    with pytest.raises(PackdeskError, match="no meaning"):
        lower(condition("lower(record.t) == 'a'").tree, TABLES, "order", actor=ANNA, now=NOW, zone=BERLIN, dialect="sqlite")
