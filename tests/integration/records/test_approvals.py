"""Approvals: nobody goes on with a record before those whom a document names have agreed (WF-6 to WF-9, T-35's neighbour)."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from tests.integration.records.conftest import NOW, Harbour, Open
from tests.statements import listening

from packdesk.errors import PackdeskError, Refused
from packdesk.records import approving
from packdesk.records.act import act
from packdesk.records.approving import ApprovalView, approvals_of, decide, resubmit
from packdesk.records.context import run
from packdesk.records.create import create
from packdesk.records.drafts import begin
from packdesk.records.history import history
from packdesk.records.note import add_note
from packdesk.records.read import read
from packdesk.records.restoring import before, restore_in
from packdesk.records.search import SearchCommand, search
from packdesk.records.update import update
from packdesk.runtime.values import Record
from packdesk.store.platform_tables import ab_user, approval_request

_ASK = {
    "entity_type": "mooring",
    "events": ["record.created"],
    "when": "record.wind == 'gale'",
    "effects": {"ask": {"do": "request_approval", "approval": "night"}},
}
_LATER = NOW + timedelta(hours=1)
_NIGHT = {"entity_type": "mooring", "allow": {"users": ["otto", "pete"]}}


def _port(open_port: Open, approval: Mapping[str, Any] = _NIGHT, **more: Mapping[str, Any]) -> Harbour:
    return open_port(approvals={"night": approval}, workflows={"ask": _ASK, **more})


def _asked(port: Harbour, record: Record, login: str = "otto") -> ApprovalView:
    """Return the newest request about a record as somebody sees it."""
    return approvals_of(port.context(login), record.entity_type, record.number)[-1]


def _decide(port: Harbour, login: str, record: Record, *, agrees: bool, reason: str = "") -> Record:
    request = _asked(port, record, login).request.id
    return decide(port.context(login), record.entity_type, record.number, request, agrees=agrees, reason=reason).record


def _code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.findings[0].code


def test_a_rule_asks_and_until_somebody_agrees_nobody_edits_or_moves_the_record(open_port: Open) -> None:
    """WF-3, WF-7: the calm one is nobody's business; notes go on."""
    port = _port(open_port)
    calm, gale = port.mooring(wind="calm"), port.mooring(wind="gale")
    assert (calm.get("approval"), gale.get("approval")) == (None, "pending")

    for change in (
        lambda: update(port.context("olga"), "mooring", gale.number, {"remark": "Mine"}),
        lambda: update(port.context("otto"), "mooring", gale.number, {"assigned_user": "pete"}),
        lambda: act(port.context("olga"), "mooring", gale.number, "clear", {}),
    ):
        with pytest.raises(Refused) as caught:
            change()
        assert _code(caught) == "approval_pending"
    add_note(port.context("olga"), "mooring", gale.number, "Please look at it.")

    agreed = _decide(port, "otto", gale, agrees=True)

    assert agreed.get("approval") is None
    assert act(port.context("olga"), "mooring", gale.number, "clear", {}).record.get("state") == "cleared"
    told = [(event.kind, event.action, event.by, event.rules) for event in history(port.context("olga"), "mooring", gale.number).events]
    assert ("action", "$approve", "otto", ("approvals.night",)) in told


def test_who_asked_who_is_not_named_and_who_decided_already_may_not_decide(open_port: Open) -> None:
    """WF-7: pete asks and is named; ines sees such records and is not."""
    port = _port(open_port, {"entity_type": "mooring", "allow": {"users": ["otto", "pete"], "roles": ["dockmaster"]}, "needed": 2})
    with pytest.raises(Refused) as caught:  # of two who are named one asks himself
        port.mooring("pete", wind="gale")
    assert (_code(caught), caught.value.findings[0].facts["able"]) == ("approval_without_approvers", 1)
    assert port.count("mooring") == 0
    gale = port.mooring("olga", wind="gale")

    for login, code in (("olga", "not_approver"), ("ines", "not_approver")):
        with pytest.raises(Refused) as caught:
            _decide(port, login, gale, agrees=True)
        assert _code(caught) == code
    assert _decide(port, "otto", gale, agrees=True).get("approval") == "pending"
    with pytest.raises(Refused) as caught:
        _decide(port, "otto", gale, agrees=True)
    assert _code(caught) == "already_decided"
    seen = _asked(port, gale, "pete")
    assert (seen.request.agreed, seen.request.needed, seen.refused, seen.deciders) == (1, 2, None, "Dockmaster, Otto Haupt, Pete Kai")

    assert _decide(port, "pete", gale, agrees=True).get("approval") is None


def test_whoever_asks_does_not_give_it_himself(open_port: Open) -> None:
    port = _port(open_port)
    gale = port.mooring("pete", wind="gale")

    with pytest.raises(Refused) as caught:
        _decide(port, "pete", gale, agrees=True)

    assert _code(caught) == "own_request"


def test_what_was_not_approved_stays_blocked_until_it_is_submitted_again(open_port: Open) -> None:
    """WF-8: the reason is kept; the second request is another one, and who decided about the first decides again."""
    port = _port(open_port)
    gale = port.mooring(wind="gale")

    assert _decide(port, "otto", gale, agrees=False, reason="Too rough.").get("approval") == "rejected"
    with pytest.raises(Refused) as caught:
        update(port.context("olga"), "mooring", gale.number, {"remark": "Mine"})
    assert _code(caught) == "approval_rejected"
    seen = _asked(port, gale, "olga")
    assert (seen.request.votes[0].reason, seen.may_resubmit, seen.refused.code) == ("Too rough.", True, "approval_ended")  # type: ignore[union-attr]

    again = resubmit(port.context("olga", now=_LATER), "mooring", gale.number, seen.request.id, reason="The wind is down.").record
    assert again.get("approval") == "pending"
    with pytest.raises(Refused) as caught:
        resubmit(port.context("olga", now=_LATER), "mooring", gale.number, _asked(port, gale, "olga").request.id)
    assert _code(caught) == "approval_ended"
    assert _decide(port, "otto", gale, agrees=True).get("approval") is None
    assert [view.request.state for view in approvals_of(port.context("olga"), "mooring", gale.number)] == ["rejected", "approved"]


def test_a_record_that_is_given_up_waits_for_nothing(open_port: Open) -> None:
    """3.9: it is withdrawn; giving up is possible while it waits, going on is not."""
    port = open_port(
        approvals={"night": {"entity_type": "chore", "allow": {"users": ["otto"]}}},
        workflows={"ask": {**_ASK, "entity_type": "chore", "when": "true"}},
    )
    chore = create(port.context("olga"), "chore", {"subtype": "sweeping", "skipper": port.skipper().number, "assigned_user": "olga"}).record
    with pytest.raises(Refused):
        act(port.context("olga"), "chore", chore.number, "finish", {})

    dropped = act(port.context("olga"), "chore", chore.number, "drop", {"reason": "storm"}).record

    assert (dropped.get("state"), dropped.get("approval")) == ("dropped", None)
    assert _asked(port, chore).request.state == "withdrawn"


def test_a_rejection_ends_the_record_where_the_document_says_so(open_port: Open) -> None:
    """WF-8: by the action that does so, whatever the rights of who decided; the history names him."""
    port = _port(open_port, {**_NIGHT, "on_rejection": "cancel"})
    gale = port.mooring(wind="gale")

    outcome = decide(port.context("otto"), "mooring", gale.number, _asked(port, gale).request.id, agrees=False)

    assert (outcome.record.get("state"), outcome.record.get("approval"), outcome.warnings) == ("turned_away", None, ())
    assert [event.by for event in history(port.context("olga"), "mooring", gale.number).events if event.action in ("$reject", "turn_away")] == ["otto", "otto"]


def test_a_rejection_that_cannot_end_the_record_leaves_it_blocked_and_says_why(open_port: Open) -> None:
    """Giving up a chore asks for a reason, which nobody gave."""
    port = open_port(
        approvals={"night": {"entity_type": "chore", "allow": {"users": ["otto"]}, "on_rejection": "cancel"}},
        workflows={"ask": {**_ASK, "entity_type": "chore", "when": "true"}},
    )
    chore = create(port.context("olga"), "chore", {"subtype": "sweeping", "skipper": port.skipper().number, "assigned_user": "olga"}).record

    outcome = decide(port.context("otto"), "chore", chore.number, _asked(port, chore).request.id, agrees=False)

    assert (outcome.record.get("state"), outcome.record.get("approval")) == ("open", "rejected")
    assert [(finding.code, finding.field) for finding in outcome.warnings] == [("required_field", "reason")]
    assert _asked(port, chore).request.state == "rejected"


def test_rules_answer_what_became_of_it(open_port: Open) -> None:
    """5.3: the events approval.requested, approved and rejected, with the approval that they are about."""
    said = {"do": "set_field", "values": {"remark": "=coalesce(record.remark, '') + event.name + ' ' + event.approval + '; '"}}
    events = ["approval.requested", "approval.approved", "approval.rejected"]
    port = _port(open_port, tell={"entity_type": "mooring", "events": events, "effects": {"say": said}})
    gale = port.mooring(wind="gale")

    _decide(port, "otto", gale, agrees=False)
    resubmit(port.context("olga", now=_LATER), "mooring", gale.number, _asked(port, gale, "olga").request.id)
    _decide(port, "otto", gale, agrees=True)

    told = read(port.context("olga"), "mooring", gale.number).record.get("remark")
    assert told == "approval.requested night; approval.rejected night; approval.requested night; approval.approved night; "


def test_what_waits_is_found_by_a_filter_and_listed_for_those_who_may_decide(open_port: Open) -> None:
    port = _port(open_port)
    port.mooring(wind="calm")
    gale = port.mooring(wind="gale")

    def waits_for(login: str) -> list[str]:
        return [hit.reference.number for hits in approving.waiting(port.context(login)) for hit in hits.rows]

    page = search(port.context("olga"), "mooring", SearchCommand(filter="record.approval == 'pending'"))
    assert [record.number for record in page.rows] == [gale.number]
    assert [waits_for(login) for login in ("otto", "pete", "olga", "ines")] == [[gale.number], [gale.number], [], []]
    _decide(port, "otto", gale, agrees=True)
    assert waits_for("pete") == []


def test_a_request_of_another_record_or_of_none_is_not_there(open_port: Open) -> None:
    port = _port(open_port)
    one, other = port.mooring(wind="gale"), port.mooring(wind="gale")
    request = _asked(port, other).request.id

    for number, asked in ((one.number, request), (one.number, "none")):
        with pytest.raises(PackdeskError) as caught:
            decide(port.context("otto"), "mooring", number, asked, agrees=True)
        assert caught.value.code == "unknown_approval_request"


def test_what_fails_on_the_way_leaves_no_request(open_port: Open) -> None:
    """The request is of the record's own transaction."""
    fail = {"entity_type": "mooring", "events": ["approval.requested"], "effects": {"no": {"do": "fail", "message": "Not today."}}}
    port = _port(open_port, fail=fail)

    with pytest.raises(Refused):
        port.mooring(wind="gale")

    with port.database.begin() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(approval_request)) == 0


def _at_once(port: Harbour, gale: Record, said: Mapping[str, bool]) -> list[str]:
    """Let several people decide at the same moment; return what became of each decision."""
    request, start = _asked(port, gale).request.id, Barrier(len(said))

    def decided(login: str) -> str:
        start.wait()
        try:
            decide(port.context(login), "mooring", gale.number, request, agrees=said[login])
        except Refused as refused:
            return refused.findings[0].code
        return "done"

    with ThreadPoolExecutor(len(said)) as people:
        return sorted(people.map(decided, said))


@pytest.mark.parametrize("other", [True, False], ids=["both agree", "one does not"])
def test_of_two_who_decide_at_once_where_one_is_enough_the_first_counts(open_port: Open, other: bool) -> None:
    """Whatever the order: a request ends once, and the record says what the request says."""
    port = _port(open_port)
    for _ in range(5):
        gale = port.mooring(wind="gale")

        assert _at_once(port, gale, {"otto": True, "pete": other}) == ["approval_ended", "done"]

        state = _asked(port, gale).request.state
        assert read(port.context("olga"), "mooring", gale.number).record.get("approval") == (None if state == "approved" else "rejected")


def test_two_who_agree_at_once_where_both_are_needed_both_count(open_port: Open) -> None:
    port = _port(open_port, {**_NIGHT, "needed": 2})
    for _ in range(5):
        gale = port.mooring(wind="gale")

        assert _at_once(port, gale, {"otto": True, "pete": True}) == ["done", "done"]

        assert _asked(port, gale).request.state == "approved"
        assert read(port.context("olga"), "mooring", gale.number).record.get("approval") is None


# what a rule, an undo or a second request could get wrong ------------------------------------------------------------------------

_SECOND = {"entity_type": "mooring", "allow": {"users": ["otto", "pete", "ines"]}}


def _two(open_port: Open, **more: Mapping[str, Any]) -> Harbour:
    """Open a harbour where a gale needs two approvals, each asked for by a rule of its own."""
    second = {**_ASK, "order": 200, "effects": {"ask": {"do": "request_approval", "approval": "second"}}}
    return open_port(approvals={"night": _NIGHT, "second": _SECOND}, workflows={"ask": _ASK, "ask_too": second, **more})


def _request(port: Harbour, record: Record, approval: str) -> str:
    return next(view.request.id for view in reversed(approvals_of(port.context("otto"), "mooring", record.number)) if view.request.approval == approval)


def test_each_of_two_approvals_has_to_be_given_and_each_has_its_events(open_port: Open) -> None:
    said = {"do": "set_field", "values": {"remark": "=coalesce(record.remark, '') + event.name + ' ' + event.approval + '; '"}}
    port = _two(open_port, tell={"entity_type": "mooring", "events": ["approval.approved", "approval.rejected"], "effects": {"say": said}})
    gale = port.mooring(wind="gale")

    decide(port.context("otto"), "mooring", gale.number, _request(port, gale, "night"), agrees=True)
    assert read(port.context("olga"), "mooring", gale.number).record.get("approval") == "pending"
    decide(port.context("pete"), "mooring", gale.number, _request(port, gale, "second"), agrees=False)

    left = read(port.context("olga"), "mooring", gale.number).record
    assert (left.get("approval"), left.get("remark")) == ("rejected", "approval.approved night; approval.rejected second; ")


def test_each_approval_that_is_asked_for_is_told(open_port: Open) -> None:
    said = {"do": "set_field", "values": {"remark": "=coalesce(record.remark, '') + event.approval + '; '"}}
    port = _two(open_port, tell={"entity_type": "mooring", "events": ["approval.requested"], "effects": {"say": said}})

    assert port.mooring(wind="gale").get("remark") == "night; "  # a rule runs once on a record for one change, on the first event that it names


def test_a_decision_does_not_start_the_rule_that_asks_for_it(open_port: Open) -> None:
    """The natural way to write it: whenever there is a gale, whatever changed."""
    port = open_port(approvals={"night": _NIGHT}, workflows={"ask": {**_ASK, "events": ["record.created", "record.updated"]}})
    gale = port.mooring(wind="gale")

    assert _decide(port, "otto", gale, agrees=True).get("approval") is None
    assert update(port.context("olga"), "mooring", gale.number, {"remark": "Mine"}).record.get("approval") == "pending"


def test_a_decision_is_no_action_of_a_pack(open_port: Open) -> None:
    """A pack may have an action called approve: rules on that hear nothing of decisions."""
    said = {"do": "set_field", "values": {"remark": "done"}}
    port = _port(open_port, tell={"entity_type": "mooring", "events": ["action.performed"], "effects": {"say": said}})

    assert _decide(port, "otto", port.mooring(wind="gale"), agrees=True).get("remark") is None


def test_nobody_who_asked_gives_it_after_somebody_else_submitted_it_again(open_port: Open) -> None:
    port = _port(open_port)
    gale = port.mooring("pete", wind="gale")
    _decide(port, "otto", gale, agrees=False)
    resubmit(port.context("olga", now=_LATER), "mooring", gale.number, _asked(port, gale, "olga").request.id)

    with pytest.raises(Refused) as caught:
        _decide(port, "pete", gale, agrees=True)

    assert _code(caught) == "own_request"
    assert approving.waiting(port.context("pete")) == ()


def test_only_the_newest_request_is_made_once_more(open_port: Open) -> None:
    port = _port(open_port)
    gale = port.mooring(wind="gale")
    _decide(port, "otto", gale, agrees=False)
    first = _asked(port, gale, "olga").request.id
    resubmit(port.context("olga", now=_LATER), "mooring", gale.number, first)

    for _ in range(2):  # while the second waits, and after it was given
        with pytest.raises(Refused) as caught:
            resubmit(port.context("olga", now=_LATER), "mooring", gale.number, first)
        assert _code(caught) == "approval_ended"
        if _asked(port, gale).request.state == "pending":
            _decide(port, "otto", gale, agrees=True)
    assert [view.may_resubmit for view in approvals_of(port.context("olga"), "mooring", gale.number)] == [False, False]


def test_a_record_that_came_to_its_end_is_asked_for_by_nobody(open_port: Open) -> None:
    """Neither by the move that ends it nor by what answers that."""
    ending = {**_ASK, "events": ["state.entered"], "when": "event.state == 'turned_away'"}
    port = open_port(approvals={"night": _NIGHT}, workflows={"ask": ending})
    gale = port.mooring(wind="gale")

    gone = act(port.context("olga"), "mooring", gale.number, "turn_away", {"refusal_reason": "storm"}).record

    assert (gone.get("state"), gone.get("approval")) == ("turned_away", None)
    assert approvals_of(port.context("otto"), "mooring", gale.number) == ()


def test_what_waits_for_an_approval_is_taken_back_by_no_undo(open_port: Open) -> None:
    port = open_port(approvals={"night": _NIGHT}, workflows={"ask": {**_ASK, "events": ["record.updated"]}})
    calm = port.mooring(wind="calm")
    gale = update(port.context("olga"), "mooring", calm.number, {"wind": "gale"}).record
    assert gale.get("approval") == "pending"

    def undone(record: Record) -> Record:
        held = before_of(record)
        return run(
            port.context("olga"),
            lambda unit, runtime: restore_in(begin(port.context("olga"), unit, runtime), "mooring", record.number, held, int(str(record.get("version")))),
        )

    def before_of(record: Record) -> Mapping[str, Any]:
        return run(port.context("olga"), lambda unit, runtime: before(begin(port.context("olga"), unit, runtime), calm, record))

    assert "approval" not in before_of(gale)
    with pytest.raises(Refused) as caught:
        undone(gale)
    assert _code(caught) == "approval_pending"
    assert _asked(port, gale).request.state == "pending"


def test_a_request_that_nobody_can_give_any_more_is_made_once_more(open_port: Open) -> None:
    """Somebody left while it waited: who may edit the record asks again, and is refused while there are too few."""
    port = _port(open_port, {**_NIGHT, "needed": 2})
    gale = port.mooring(wind="gale")
    assert not _asked(port, gale, "olga").may_resubmit
    with port.database.begin(write=True) as connection:
        connection.execute(ab_user.update().where(ab_user.c.username == "pete").values(active=False))

    assert _asked(port, gale, "olga").may_resubmit
    with pytest.raises(Refused) as caught:
        resubmit(port.context("olga"), "mooring", gale.number, _asked(port, gale, "olga").request.id)
    assert _code(caught) == "approval_without_approvers"
    with port.database.begin(write=True) as connection:
        connection.execute(ab_user.update().where(ab_user.c.username == "pete").values(active=True))
    assert not _asked(port, gale, "olga").may_resubmit


def test_what_others_wait_for_hides_nothing_and_all_is_read_at_once(open_port: Open) -> None:
    """Twenty that he may not see stand before the one about which he may decide."""
    port = open_port(approvals={"night": {"entity_type": "mooring", "allow": {"users": ["ines", "otto"]}}}, workflows={"ask": _ASK})
    hull = port.hull(port.skipper())
    for _ in range(21):
        port.mooring(hull=hull, wind="gale", privacy_level="confidential")
    seen = port.mooring(hull=hull, wind="gale")

    with listening(port.database) as statements:
        found = approving.waiting(port.context("ines"))
    all_of_them = approving.waiting(port.context("otto"))

    assert [[hit.reference.number for hit in hits.rows] for hits in found] == [[seen.number]]
    assert len(statements) <= 4, statements
    assert [(len(hits.rows), hits.more) for hits in all_of_them] == [(20, True)]
