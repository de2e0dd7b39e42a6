"""What an actor sees: NET-1..6, fields by role, history, notes, attachments."""

import io
from dataclasses import replace

import orjson
import pytest
from tests.integration.records.conftest import Harbour

from packdesk.errors import PackdeskError, Refused
from packdesk.records.attach import attach, attachments, fetch
from packdesk.records.create import create
from packdesk.records.history import history
from packdesk.records.looking import looking
from packdesk.records.note import add_note, notes
from packdesk.records.output import SERIALIZED, view_json
from packdesk.records.read import linked, read, reveal
from packdesk.records.search import SearchCommand, search
from packdesk.records.update import update
from packdesk.runtime.compile import compile as compile_model


def numbers(port: Harbour, login: str, entity_type: str, **more: object) -> list[str]:
    return [row.number for row in search(port.context(login), entity_type, SearchCommand(**more)).rows]  # type: ignore[arg-type]


def test_another_groups_records_are_in_no_list_search_link_or_count(port: Harbour) -> None:
    """T-31, NET-2: explicit by owner, implicit by the master."""
    own, foreign = port.skipper("olga", licence="OWN"), port.skipper("ines", licence="FOREIGN")
    port.hull(foreign, "HIDDEN", "ines")
    port.hull(own, "SEEN")

    assert numbers(port, "olga", "skipper") == [own.number]
    assert numbers(port, "olga", "skipper", q="foreign") == []
    assert search(port.context("olga"), "skipper", SearchCommand(count=True)).count == 1
    assert [row.get("callsign") for row in search(port.context("olga"), "hull", SearchCommand()).rows] == ["SEEN"]
    for entity_type, ref in (("skipper", foreign.number), ("skipper", foreign.id)):
        with pytest.raises(PackdeskError) as caught:
            read(port.context("olga"), entity_type, ref)
        assert caught.value.code == "unknown_record"


def test_collaboration_opens_a_level_for_a_verb(port: Harbour) -> None:
    """NET-6: customs may look at normal moorings of the quay, not at confidential ones, and may change none."""
    open_, closed = port.mooring(), port.mooring(privacy_level="confidential")

    assert numbers(port, "ines", "mooring") == [open_.number]
    assert set(numbers(port, "pete", "mooring")) == {open_.number, closed.number}
    assert read(port.context("ines"), "mooring", open_.number).verbs == {"view"}
    for work in (
        lambda: update(port.context("ines"), "mooring", open_.number, {"remark": "x"}),
        lambda: add_note(port.context("ines"), "mooring", open_.number, "x"),
    ):
        with pytest.raises(Refused) as caught:
            work()
        assert caught.value.code == "not_permitted"


def test_a_link_to_what_one_may_not_see_is_not_shown(port: Harbour) -> None:
    """T-31: tabs."""
    own = port.skipper("olga")
    foreign = port.skipper("ines")
    update(port.context(), "skipper", own.number, {"mates": [{"record": foreign.number, "bond": "crew"}]})

    assert linked(port.context("olga"), "skipper", own.number, "mates") == ()
    assert len(linked(port.context(), "skipper", own.number, "mates")) == 1


def test_a_reference_to_what_one_may_not_see_has_a_number_only(port: Harbour) -> None:
    """T-31: names and titles."""
    stay = port.mooring()

    seen = read(port.context("ines"), "mooring", stay.number)

    reference = seen.references["skipper", str(stay.get("skipper"))]
    assert reference.title == reference.number


def test_ownership_is_handed_to_a_group_of_ones_own_only(small_port: Harbour) -> None:
    """NET-5."""
    data = {"kind": "shipping_line", "firm": {"name": "X"}}

    with pytest.raises(Refused) as caught:
        create(small_port.context("olga"), "skipper", {**data, "owner_unit": "customs"})

    assert (caught.value.code, caught.value.findings[0].field) == ("group_not_permitted", "owner_unit")
    assert create(small_port.context("olga"), "skipper", {**data, "owner_unit": "quay"}).record.get("owner_unit") == "quay"


def test_a_type_that_no_role_opens_is_refused(small_port: Harbour) -> None:
    stranger = replace(small_port.context("olga"), actor=replace(small_port.context("olga").actor, roles=frozenset()))

    for work in (lambda: read(stranger, "skipper", "SK000001"), lambda: search(stranger, "skipper", SearchCommand())):
        with pytest.raises(Refused) as caught:
            work()
        assert caught.value.code == "not_permitted"


def test_sensitive_values_are_masked_and_revealed_on_purpose(port: Harbour) -> None:
    """4.2: revealing is audited."""
    otto = port.context("otto")
    skipper = create(port.context(), "skipper", {"kind": "sailor", "papers": {"given_name": "A", "family_name": "B", "born_on": "1990-02-03"}}).record

    seen = read(otto, "skipper", skipper.number)
    value = reveal(otto, "skipper", skipper.number, "papers.born_on")

    assert (seen.record.get("papers.born_on"), seen.masked) == (None, {"papers.born_on"})
    assert str(value) == "1990-02-03"
    events = history(otto, "skipper", skipper.number).events
    assert (events[0].kind, events[0].by) == ("revealed", "otto")
    assert events[1].changes["papers.born_on"] == ("***", "***")


@pytest.mark.parametrize("command", [SearchCommand(filter="record.papers.born_on != null"), SearchCommand(order=(("papers.born_on", True),))])
def test_what_is_masked_cannot_be_guessed_by_searching(small_port: Harbour, command: SearchCommand) -> None:
    with pytest.raises(Refused) as caught:
        search(small_port.context("olga"), "skipper", command)

    assert (caught.value.code, caught.value.findings[0].field) == ("not_permitted", "papers.born_on")


def closing(port: Harbour, *paths: str) -> None:
    """Close fields to every role."""
    model = port.runtime.model
    roles = {name: replace(role, fields={**role.fields, **dict.fromkeys(paths, ())}) for name, role in model.roles.items()}
    port.runtime = compile_model(replace(model, roles=roles), 1)


@pytest.mark.parametrize("filter_", ["record.cargo.exists(c, c.tons > 1)", "size(record.cargo) > 1"])
def test_a_closed_line_cannot_be_asked_for(small_port: Harbour, filter_: str) -> None:
    closing(small_port, "mooring.cargo", "mooring.cargo.tons")

    with pytest.raises(Refused) as caught:
        search(small_port.context("olga"), "mooring", SearchCommand(filter=filter_))

    assert caught.value.code == "not_permitted"


def test_quick_search_finds_nothing_by_what_is_closed(port: Harbour) -> None:
    radios = [{"band": "mobile", "call": "+49 151 6877607"}]
    for number in range(4):
        port.skipper(licence=f"SECRET-{number}", radios=radios)
    other = port.skipper(licence="X-1", papers={"given_name": "Secret", "family_name": "Boje"})
    assert len(numbers(port, "olga", "skipper", q="secret")) == 5
    closing(port, "skipper.licence", "skipper.radios.call")

    page = search(port.context("olga"), "skipper", SearchCommand(q="secret", limit=1, count=True))

    assert ([row.number for row in page.rows], page.count, page.capped, page.next_cursor) == ([other.number], 1, False, "")
    assert numbers(port, "olga", "skipper", q="0151 6877607") == []


def test_quick_search_pages_through_what_is_open(small_port: Harbour) -> None:
    made = [small_port.skipper(licence=f"L-{number}").number for number in range(5)]
    closing(small_port, "skipper.licence")
    command = SearchCommand(q="boje", limit=2, count=True, fields=("crew",), order=(("number", True),))

    seen, cursor = [], ""
    while page := search(small_port.context("olga"), "skipper", replace(command, cursor=cursor)):
        seen += [row.number for row in page.rows]
        assert (page.count, set(page.rows[0].values)) == (5, {"id", "number", "version", "crew"})
        cursor = page.next_cursor
        if not cursor:
            break

    assert seen == made


def test_a_title_tells_nothing_that_is_closed(small_port: Harbour) -> None:
    skipper = small_port.skipper()
    hull = small_port.hull(skipper)
    closing(small_port, "skipper.name")

    seen = read(small_port.context("olga"), "hull", hull.number)

    assert read(small_port.context("olga"), "skipper", skipper.number).title == skipper.number
    assert seen.references["skipper", skipper.id].title == skipper.number
    with looking(small_port.context("olga")) as look:
        assert look.title(skipper) == skipper.number


def test_a_title_takes_nothing_that_is_closed_from_another_record(small_port: Harbour) -> None:
    mooring = small_port.mooring(hull=small_port.hull(small_port.skipper(), "SECRET"))
    closing(small_port, "hull.callsign")

    assert "SECRET" not in read(small_port.context("olga"), "mooring", mooring.number).title


def test_filters_find_and_say_what_is_wrong_with_them(port: Harbour) -> None:
    """GEN-9."""
    calm, wild = port.mooring(wind="calm"), port.mooring(wind="gale")

    assert numbers(port, "olga", "mooring", filter="record.wind == 'gale'") == [wild.number]
    assert numbers(port, "olga", "mooring", order=(("number", True),)) == [calm.number, wild.number]
    with pytest.raises(PackdeskError) as caught:
        numbers(port, "olga", "mooring", filter="record.wnid == 'gale'")
    assert caught.value.code == "bad_filter"
    assert "Did you mean 'wind'" in str(caught.value.facts["reason"])


def test_fields_that_the_clock_moves_are_computed_when_read(small_port: Harbour) -> None:
    """CARE-42."""
    stay = small_port.mooring()
    later = small_port.context("olga", now=stay.get("due_at").replace(hour=13))  # type: ignore[attr-defined]

    assert read(small_port.context("olga"), "mooring", stay.number).record.get("late") is False
    assert read(later, "mooring", stay.number).record.get("late") is True


def test_the_json_of_a_record_has_the_shape_of_the_input(small_port: Harbour) -> None:
    stay = small_port.mooring(cargo=[{"goods": "grain", "tons": 5}])

    seen = read(small_port.context("olga"), "mooring", stay.number)
    data = orjson.loads(orjson.dumps(view_json(small_port.runtime, seen), option=SERIALIZED))

    assert data["hull"] == {"id": stay.get("hull"), "number": "HU00000001", "title": "SHIP-1", "entity_type": "hull"}
    assert (data["allowance"], data["asked_at"], data["status"]) == ("1 day", "2026-03-01T12:00:00Z", "waiting")
    assert data["clearance"]["verdict"] is None  # type: ignore[call-overload, index]
    assert data["cargo"][0]["goods"] == "grain"  # type: ignore[call-overload, index]
    assert data["title"] == "MO00000001 SHIP-1"


def test_notes_are_kept_newest_first_with_who_and_when(port: Harbour) -> None:
    """CARE-10."""
    stay = port.mooring()
    for login, text in (("olga", "first"), ("pete", "second")):
        add_note(port.context(login), "mooring", stay.number, text)

    assert {(note.by, note.text) for note in notes(port.context("olga"), "mooring", stay.number)} == {("olga", "first"), ("pete", "second")}


@pytest.mark.parametrize(("text", "code"), [("   ", "required_field"), ("x" * 100_001, "too_long")])
def test_a_note_needs_text_within_the_limit(small_port: Harbour, text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        add_note(small_port.context("olga"), "mooring", small_port.mooring().number, text)

    assert caught.value.code == code


def test_attachments_come_back_byte_by_byte_with_the_type_of_their_content(port: Harbour) -> None:
    """GEN-23: name, type, size, uploader, time; the name says nothing about the type."""
    stay = port.mooring()
    olga = port.context("olga")

    made = attach(olga, "mooring", stay.number, "../chart.exe", io.BytesIO(b"%PDF-1.7 chart"))

    (listed,) = attachments(olga, "mooring", stay.number)
    assert (listed.name, listed.media_type, listed.size, listed.by) == ("chart.exe", "application/pdf", 14, "olga")
    assert fetch(olga, "mooring", stay.number, made.id)[1] == b"%PDF-1.7 chart"
    assert history(olga, "mooring", stay.number).events[0].kind == "attachment"


def test_an_attachment_is_reached_through_its_own_record_only(small_port: Harbour) -> None:
    olga = small_port.context("olga")
    stay, other = small_port.mooring(), small_port.mooring()
    made = attach(olga, "mooring", stay.number, "a.txt", io.BytesIO(b"a"))

    with pytest.raises(PackdeskError) as caught:
        fetch(olga, "mooring", other.number, made.id)

    assert caught.value.code == "unknown_attachment"


def test_history_is_paged_newest_first(small_port: Harbour) -> None:
    """GEN-8."""
    stay = small_port.mooring()
    olga = small_port.context("olga")
    for remark in ("one", "two", "three"):
        update(olga, "mooring", stay.number, {"remark": remark})

    first = history(olga, "mooring", stay.number, limit=2)
    rest = history(olga, "mooring", stay.number, limit=2, cursor=first.next_cursor)

    assert [event.changes.get("remark", ("", ""))[1] for event in first.events] == ["three", "two"]
    assert [event.kind for event in rest.events] == ["updated", "created"]
    assert rest.next_cursor == ""
