"""Tags in the sentences of packs are filled in as people read the fields, and never walk further than a field."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from packdesk.errors import sentence
from packdesk.model.durations import Duration, Unit
from packdesk.model.entity_types import Kind
from packdesk.model.nodes import Check
from packdesk.runtime.compile import check
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.situation import situation
from packdesk.runtime.tags import fill
from packdesk.runtime.validation import check_record
from packdesk.runtime.values import Actor, Line, Record

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANN = Actor(login="ann")
AT = "entity_types.job.lines.parts.checks.least"


def _check(make, message: str) -> Check:
    return Check(id="least", path=AT, that=make.expression("line.spent >= line.least"), message=make.text(message))


def _model(make, message: str):
    """Return a type whose lines name another record and demand a length of time."""
    parts = make.lines(
        "parts",
        make.field(Kind.REFERENCE, "other", to="job"),
        make.field(Kind.DURATION, "least"),
        make.field(Kind.DURATION, "spent"),
        checks={"least": _check(make, message)},
    )
    return make.model(make.entity("job", (make.field(Kind.STRING, "name"), make.field(Kind.INTEGER, "size")), lines={"parts": parts}))


def _environment(runtime, record, graph):
    return situation(runtime.type("job"), record, ANN, graph, NOW).environment


def test_a_check_of_a_line_says_what_the_line_holds(make, graph):
    runtime = compile_model(_model(make, "At least #line.least must be spent on #line.other."))
    graph.records = (Record("job", {"id": "9", "number": "JO9", "name": "Wash"}),)
    line = Line("a", {"other": "9", "least": Duration(30, Unit.MINUTES), "spent": Duration(5, Unit.MINUTES)})
    record = Record("job", {"id": "1", "number": "JO1"}, {"parts": (line,)})
    environment = replace(_environment(runtime, record, graph), naming=lambda _, record_id: f"Wash ({record_id})")

    (found,) = check_record(runtime, environment, record, None)

    assert sentence(found, "en") == "At least 30 minutes must be spent on Wash (9)."


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("#record.name has #record.size.", "en", "Ann has 1,234."),
        ("#record.name hat #record.size.", "de", "Ann hat 1.234."),
        ("Nothing: #record.nothing.", "en", "Nothing: #record.nothing."),
        ("No line: #line.least", "en", "No line: #line.least"),
        ("Call #1 or # or #record", "en", "Call #1 or # or #record"),
        ("#record.name.name", "en", "#record.name.name"),
        ("Number #record.number", "en", "Number JO1"),
        ("{name} stays", "en", "{name} stays"),
    ],
)
def test_a_tag_is_filled_in_the_language_of_the_sentence_and_other_words_stay(make, graph, text, language, told):
    runtime = compile_model(_model(make, "Fine."))
    record = Record("job", {"id": "1", "number": "JO1", "name": "Ann", "size": 1234})

    assert fill(text, runtime.type("job"), _environment(runtime, record, graph), language) == told


def test_an_empty_field_is_a_dash_and_a_record_that_nobody_names_is_called_by_its_number(make, graph):
    runtime = compile_model(_model(make, "Fine."))
    graph.records = (Record("job", {"id": "9", "number": "JO9"}),)
    environment = replace(_environment(runtime, Record("job", {"id": "1", "number": "JO1"}), graph), line=Line("a", {"other": "9"}))

    assert fill("#record.name, #line.other, #line.least", runtime.type("job"), environment, "en", "parts") == "\N{EN DASH}, JO9, \N{EN DASH}"


def test_a_tag_that_names_no_field_is_a_problem_of_the_pack(make):
    (problem,) = check(_model(make, "At least #line.leest must be spent."))

    assert (problem.code, problem.did_you_mean) == ("unknown_member", "least")
