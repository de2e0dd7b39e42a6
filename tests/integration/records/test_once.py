"""A request that is sent again has one effect and is answered from what the first one left, without what is shown once only (O-6)."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from tests.integration.records.conftest import Harbour

import packdesk_sample
from packdesk.errors import PackdeskError
from packdesk.records.act import act
from packdesk.records.context import Context, RequestKey
from packdesk.records.create import create
from packdesk.records.delete import delete
from packdesk.records.history import history
from packdesk.records.note import add_note, notes
from packdesk.records.operations import Operations
from packdesk.store.platform_tables import idempotency


def test_every_change_with_a_key_happens_once(port: Harbour) -> None:
    ship = port.hull(port.skipper())

    def asked(value: str, digest: str = "same") -> Context:
        return replace(port.context("olga"), request_key=RequestKey(value=value, digest=digest))

    made = [create(asked("a"), "mooring", {"hull": ship.number, "assigned_user": "olga"}) for _ in range(2)]
    number = made[0].record.number
    acted = [act(asked("b"), "mooring", number, "clear", {}, 1) for _ in range(2)]
    noted = [add_note(asked("c"), "mooring", number, "once") for _ in range(2)]
    with pytest.raises(PackdeskError) as caught:
        create(asked("a", "other"), "mooring", {"hull": ship.number})

    assert made[0].record.id == made[1].record.id
    assert acted[0].changed == acted[1].changed
    assert noted[0] == noted[1]
    assert [note.text for note in notes(port.context("olga"), "mooring", number)] == ["once"]
    assert [event.kind for event in history(port.context("olga"), "mooring", number).events] == ["note", "action", "created"]
    assert caught.value.code == "idempotency_reused"


def test_a_deletion_that_is_sent_again_is_done_already(small_port: Harbour) -> None:
    skipper = small_port.skipper()
    key = RequestKey(value="d", digest="same")
    system = replace(small_port.context(), request_key=key)

    delete(system, "skipper", skipper.number)
    delete(system, "skipper", skipper.number)

    assert key.notes.replayed


def test_what_is_shown_once_is_neither_stored_nor_shown_again(small_port: Harbour) -> None:
    measure = packdesk_sample.operations()[0]
    stay = small_port.mooring()
    otto = small_port.context("otto")
    kit = replace(otto.kit, operations=Operations({measure.name: replace(measure, sensitive=("text",))}))
    key = RequestKey(value="s", digest="same")
    asked = replace(otto, kit=kit, request_key=key)

    first, second = (act(asked, "mooring", stay.number, "weigh", {"slip": "s3cr3t"}) for _ in range(2))
    with small_port.database.begin() as connection:
        left = str(connection.execute(sa.select(idempotency.c.response)).scalars().all())

    assert first.control is not None
    assert first.control.reveal == {"text": "s3cr3t"}
    assert second.control is not None
    assert second.control.reveal is None
    assert (key.notes.secret, "s3cr3t" in left) == (True, False)
