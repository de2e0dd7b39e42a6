"""Bulk edits, imports and exports: the same guards, a result per row."""

import io
import json

import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import PackdeskError, Refused
from packdesk.records.bulk import BulkCommand, apply, preview
from packdesk.records.exporting import export_csv, export_json_lines
from packdesk.records.importing import ImportCommand, import_file
from packdesk.records.read import read
from packdesk.records.search import SearchCommand

GOOD = "kind,firm.name,licence,radios.band,radios.call\nshipping_line,One,L-1,mobile,030 1\nshipping_line,Two,L-2,,\nshipping_line,Three,L-3,,\n"
BAD = "pirate,,L-4,,\n"


def imported(port: Harbour, text: str, login: str = "otto", **command: object) -> list[tuple[int, str, list[str]]]:
    report = import_file(port.context(login), "skipper", io.BytesIO(text.encode()), ImportCommand(**command))  # type: ignore[arg-type]
    return [(row.row, row.done, [finding.code for finding in row.findings]) for row in report.rows]


def test_three_good_rows_and_a_bad_one(port: Harbour) -> None:
    """T-34: result per row."""
    assert imported(port, GOOD + BAD) == [(1, "created", []), (2, "created", []), (3, "created", []), (4, "refused", ["not_an_option"])]
    assert port.count("skipper") == 3


@pytest.mark.parametrize(("rest", "code"), [(b"shipping_line,Four,L-4,,,more\n", "bad_columns"), (b"shipping_line,F\xfcnf,L-5,,\n", "bad_encoding")])
def test_where_a_file_cannot_be_read_on_the_rows_before_are_told(small_port: Harbour, rest: bytes, code: str) -> None:
    report = import_file(small_port.context("otto"), "skipper", io.BytesIO(GOOD.encode() + rest), ImportCommand())

    assert [row.done for row in report.rows] == ["created", "created", "created", "refused"]
    assert (report.rows[-1].row, report.rows[-1].findings[0].code) == (4, code)
    assert small_port.count("skipper") == 3


@pytest.mark.parametrize("key", ["kind", "papers.born_on", "radios.call"])
def test_a_key_tells_records_apart_and_is_open(small_port: Harbour, key: str) -> None:
    with pytest.raises(PackdeskError) as caught:
        imported(small_port, f"{key},licence\n1990-02-03,L-1\n", key=key, dry_run=True)

    assert caught.value.code == "bad_columns"
    assert "cannot be a key" in str(caught.value)


@pytest.mark.parametrize("command", [{"all_or_nothing": True}, {"dry_run": True}])
def test_all_or_nothing_and_dry_runs_store_nothing(port: Harbour, command: dict[str, object]) -> None:
    """T-34: the option is honoured; rows after a refused one are judged all the same."""
    rows = imported(port, GOOD.replace("\n", "\n" + BAD, 1), **command)

    assert [done for _, done, _ in rows] == ["refused", "created", "created", "created"]
    assert port.count("skipper") == 0


def test_all_or_nothing_stores_all_when_all_are_good(port: Harbour) -> None:
    imported(port, GOOD, all_or_nothing=True)

    assert port.count("skipper") == 3


def test_a_unique_value_twice_in_a_file_refuses_the_second_row(port: Harbour) -> None:
    rows = imported(port, GOOD.replace("L-2", "L-1"), all_or_nothing=True)

    assert rows[1] == (2, "refused", ["not_unique"])
    assert port.count("skipper") == 0


def test_a_second_run_with_the_same_references_creates_nothing(port: Harbour) -> None:
    """T-34."""
    imported(port, GOOD, key="licence")

    again = imported(port, GOOD, key="licence")
    changed = imported(port, GOOD.replace("One", "Uno"), key="licence", update_existing=True)

    assert [done for _, done, _ in again] == ["skipped", "skipped", "skipped"]
    assert [done for _, done, _ in changed] == ["updated", "updated", "updated"] or changed[0][1] == "updated"
    assert port.count("skipper") == 3


@pytest.mark.parametrize(
    ("header", "reason"),
    [("kind,firm.nmae", "did you mean 'firm.name'"), ("kind,kind", "there twice"), ("licence", "key column 'kind'"), ("number,kind", "as the key column")],
)
def test_columns_that_do_not_fit_are_named(small_port: Harbour, header: str, reason: str) -> None:
    with pytest.raises(PackdeskError) as caught:
        imported(small_port, f"{header}\n", key="kind")

    assert caught.value.code == "bad_columns"
    assert reason in str(caught.value)


def test_columns_may_be_labels_in_any_language(small_port: Harbour) -> None:
    assert imported(small_port, "Kind;Firm Name;Licence;Crew\nshipping_line;One;L-1;12\n") == [(1, "created", [])]


def test_what_is_fixed_is_fixed_in_an_import_too(small_port: Harbour) -> None:
    """T-3."""
    imported(small_port, GOOD, key="licence")

    rows = imported(small_port, "kind,papers.given_name,papers.family_name,licence\nsailor,A,B,L-1\n", key="licence", update_existing=True)

    assert rows == [(1, "refused", ["immutable_field"])]


def test_importing_needs_the_right(small_port: Harbour) -> None:
    with pytest.raises(Refused) as caught:
        imported(small_port, GOOD, login="olga")

    assert caught.value.facts["verb"] == "import"


def test_exports_neutralise_formulas_and_leave_out_what_is_closed(port: Harbour) -> None:
    """T-31, GEN-27: a foreign record is not exported, a formula not executed, a masked field not there."""
    port.skipper("olga", memo="=1+1")
    port.skipper("ines")

    text = b"".join(export_csv(port.context("otto"), "skipper", SearchCommand())).decode("utf-8-sig")

    header, *rows = text.strip().split("\r\n")
    assert "papers.born_on" not in header
    assert len(rows) == 1
    assert "'=1+1" in rows[0]


def test_an_export_can_be_imported_again(port: Harbour) -> None:
    otto = port.context("otto")
    port.skipper("olga", licence="L-9")

    content = b"".join(export_csv(otto, "skipper", SearchCommand(fields=("kind", "papers.given_name", "papers.family_name", "licence"))))

    again = import_file(otto, "skipper", io.BytesIO(content.replace(b"L-9", b"L-10")), ImportCommand())
    assert [row.done for row in again.rows] == ["created"]


def test_json_lines_have_the_shape_of_the_api(small_port: Harbour) -> None:
    small_port.mooring()

    (line,) = export_json_lines(small_port.context("otto"), "mooring", SearchCommand())

    data = json.loads(line)
    assert (data["hull"]["number"], data["allowance"]) == ("HU00000001", "1 day")


def test_exporting_needs_the_right_before_any_byte(small_port: Harbour) -> None:
    with pytest.raises(Refused) as caught:
        export_csv(small_port.context("olga"), "mooring", SearchCommand())

    assert caught.value.facts["verb"] == "export"


def test_a_bulk_edit_is_previewed_and_then_done_record_by_record(port: Harbour) -> None:
    """GEN-13: the same guards; one refusal stops nobody else."""
    otto = port.context("otto")
    first, second = port.mooring(), port.mooring()
    command = BulkCommand(refs=(first.number, "MO99999999", second.number), data={"remark": "storm"})

    shown = preview(otto, "mooring", command)
    before = read(otto, "mooring", first.number).record.get("remark")
    done = tuple(apply(otto, "mooring", command))

    assert before is None
    assert [row.done for row in shown.rows] == [row.done for row in done] == ["updated", "refused", "updated"]
    assert done[1].findings[0].code == "unknown_record"
    assert read(otto, "mooring", second.number).record.get("remark") == "storm"


@pytest.mark.parametrize(
    ("command", "done"),
    [({"action": "turn_away"}, "performed"), ({"delete": True}, "deleted"), ({"data": {}}, "skipped"), ({"data": {"hull": "GULL"}}, "refused")],
)
def test_a_bulk_command_edits_acts_or_deletes(small_port: Harbour, command: dict[str, object], done: str) -> None:
    """T-3 in bulk."""
    small_port.hull(small_port.skipper(), "GULL")
    stay = small_port.mooring()

    (row,) = apply(small_port.context("otto"), "mooring", BulkCommand(refs=(stay.number,), **command))  # type: ignore[arg-type]

    assert row.done == done


def test_bulk_needs_the_right(small_port: Harbour) -> None:
    with pytest.raises(Refused) as caught:
        apply(small_port.context("olga"), "mooring", BulkCommand(refs=()))

    assert caught.value.facts["verb"] == "bulk"


def test_too_many_records_are_named_as_a_client_names_them(small_port: Harbour) -> None:
    with pytest.raises(PackdeskError) as caught:
        preview(small_port.context("otto"), "skipper", BulkCommand(refs=("SK1",) * 1001, data={"crew": 3}))

    assert (caught.value.code, caught.value.facts["name"]) == ("bad_parameter", "records")


@pytest.mark.parametrize(
    ("command", "done"), [({"data": {"crew": 3}}, ["updated", "skipped", "skipped"]), ({"delete": True}, ["deleted", "skipped", "skipped"])]
)
def test_a_record_that_is_named_twice_is_changed_once(port: Harbour, command: dict[str, object], done: list[str]) -> None:
    """By its number and by its id: each row says what became of it, and the second changed nothing."""
    skipper = port.skipper()
    named = BulkCommand(refs=(skipper.number, skipper.id, skipper.number), **command)  # type: ignore[arg-type]

    tried = preview(port.context("otto"), "skipper", named)
    rows = tuple(apply(port.context("otto"), "skipper", named))

    assert [[row.done for row in result] for result in (tried.rows, rows)] == [done, done]
    assert [(row.row, row.number, row.id) for row in rows] == [(place, skipper.number, skipper.id) for place in (1, 2, 3)]
    assert (tried.done, tried.skipped, tried.refused) == (1, 2, 0)


def test_a_record_that_was_refused_is_refused_in_each_row_that_names_it(small_port: Harbour) -> None:
    skipper = small_port.skipper()

    rows = tuple(apply(small_port.context("otto"), "skipper", BulkCommand(refs=(skipper.number, skipper.number), data={"crew": -1})))

    assert [(row.row, row.done, [one.code for one in row.findings]) for row in rows] == [(1, "refused", ["below_minimum"]), (2, "refused", ["below_minimum"])]
