"""What one transaction reads and writes, on both databases."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from tests import samples
from tests.integration.store.conftest import NOW, Opener
from tests.statements import listening

from packdesk.clock import FixedClock
from packdesk.errors import PackdeskError, Refused
from packdesk.model.durations import Duration, Unit
from packdesk.runtime.values import Actor, Address, Line, Money, Phone, Record, Related
from packdesk.store import ddl, history, platform_tables
from packdesk.store.database import Database
from packdesk.store.links import Link
from packdesk.store.physical import EMPTY, extend
from packdesk.store.tables import Tables
from packdesk.store.unit_of_work import ReleaseMoved, Retry, UnitOfWork

BEN = Actor(login="ben")
EVERYTHING = {
    "subject": "Grüße, 'quoted' % :name",
    "weight": 2**53,
    "ratio": Decimal("-123456789.000001"),
    "fee": Money(Decimal("12.5"), "EUR"),
    "urgent": False,
    "due": datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC),
    "takes": Duration(3, Unit.MONTHS),
    "tags": ("red", "blue"),
    "mail": "a@b.example",
    "place": Address(street="Long Street", town="Berlin", postal_code="10115"),
    "extra": {"a": [1, {"b": None}]},
    "answer.words": "yes",
    "answer.by": "anna",
}


def person(unit: Opener, name: str = "Ada", **more: object) -> Record:
    with unit() as open_unit:
        made = open_unit.insert(Record("person", {"name": name, **more}))
        open_unit.commit()
    return made


def matter(unit: Opener, **values: object) -> Record:
    with unit() as open_unit:
        made = open_unit.insert(Record("matter", {"status": "open", "state": "open", **values}))
        open_unit.commit()
    return made


def _told(others: tuple[Related, ...]) -> list[tuple[object, ...]]:
    """Return what can be said of related records when their transaction has ended."""
    return [(other.record.entity_type, dict(other.record.values), dict(other.link)) for other in others]


def test_a_record_comes_back_as_it_was_stored(unit: Opener) -> None:
    stored = matter(unit, **EVERYTHING)

    with unit(write=False) as later:
        found = later.get("matter", stored.id)
        by_number = later.get("matter", stored.number)

    assert found is not None
    assert {path: found.get(path) for path in EVERYTHING} == EVERYTHING
    assert found.number == "MA00000001"
    assert (found.get("version"), found.get("created_by"), found.get("created_at"), found.get("deleted_at")) == (1, "anna", NOW, None)
    assert by_number == found


def test_nothing_is_stored_without_commit(unit: Opener) -> None:
    with unit() as first:
        made = first.insert(Record("person", {"name": "Ada"}))

    with unit(write=False) as second:
        assert second.get("person", made.id) is None


def test_nothing_is_stored_when_the_block_fails(unit: Opener) -> None:
    made = []

    def insert_and_fail(open_unit: UnitOfWork) -> None:
        made.append(open_unit.insert(Record("person", {"name": "Ada"})))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), unit() as first:
        insert_and_fail(first)

    with unit(write=False) as second:
        assert second.get("person", made[0].id) is None


def test_numbers_count_up_and_are_not_used_again(unit: Opener) -> None:
    """GEN-1: unique per type, never reused."""
    first = person(unit)
    with unit() as open_unit:
        open_unit.delete(first)
        open_unit.commit()

    second = person(unit)

    assert (first.number, second.number) == ("PE00000001", "PE00000002")


def test_lines_keep_their_identity(unit: Opener) -> None:
    numbers = [Phone("030 123", "+4930123", "30123"), Phone("040 9", "+49409", "409"), Phone("1")]
    with unit() as first:
        lines = tuple(Line("", {"kind": "home", "number": number}) for number in numbers[:2])
        made = first.insert(Record("person", {"name": "Ada"}, {"phones": lines}))
        first.commit()
    kept, gone = made.lines["phones"]

    with unit() as second:
        old = second.get("person", made.id)
        changed = (Line("", {"kind": "work", "number": numbers[2]}), Line(kept.id, {"kind": "mobile", "number": numbers[0]}))
        second.update(old, old.having({}, {"phones": changed}))
        second.commit()

    with unit(write=False) as third:
        found = third.get("person", made.id).lines["phones"]
    assert [line.values for line in found] == [line.values for line in changed]
    assert found[1].id == kept.id
    assert gone.id not in {line.id for line in found}


def test_an_update_stores_what_differs_and_raises_the_version(unit: Opener) -> None:
    made = matter(unit, subject="one", weight=1)

    with unit(actor=BEN, moment=NOW + timedelta(hours=1)) as open_unit:
        changed = open_unit.update(made, made.having({"subject": "two", "ratio": Decimal("0.5")}))
        open_unit.commit()

    with unit(write=False) as later:
        found = later.get("matter", made.id)
    assert found == changed
    assert (found.get("version"), found.get("updated_by"), found.get("updated_at")) == (2, "ben", NOW + timedelta(hours=1))
    assert (found.get("subject"), found.get("weight"), found.get("created_by")) == ("two", 1, "anna")


def test_an_update_without_any_difference_writes_nothing(database: Database, unit: Opener) -> None:
    made = matter(unit, subject="one")

    with unit() as open_unit:
        same = open_unit.update(made, made.having({"subject": "one"}))
        open_unit.commit()

    with database.begin() as connection:
        assert same is made
        assert [event.kind for event in history.read(connection, "matter", made.id)] == ["created"]


def test_a_change_of_an_outdated_copy_is_refused_with_fields_and_authors(unit: Opener) -> None:
    """GEN-26: an outdated copy is refused, naming what changed and who did it."""
    outdated = matter(unit, subject="one", weight=1)
    with unit(actor=BEN) as first:
        first.update(outdated, outdated.having({"weight": 2}))
        first.commit()

    with pytest.raises(PackdeskError) as refusal, unit() as second:
        second.update(outdated, outdated.having({"subject": "two"}))

    assert refusal.value.code == "version_conflict"
    assert refusal.value.facts == {"fields": ["weight"], "authors": ["ben"]}


def test_of_two_at_once_one_wins(unit: Opener) -> None:
    made = matter(unit, weight=0)
    together, results = threading.Barrier(4), []

    def change(weight: int) -> None:
        together.wait()
        try:
            with unit() as open_unit:
                open_unit.update(made, made.having({"weight": weight}))
                open_unit.commit()
            results.append("stored")
        except PackdeskError as error:
            results.append(error.code)

    threads = [threading.Thread(target=change, args=(weight,)) for weight in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["stored", *["version_conflict"] * 3]


def test_a_deleted_record_is_seen_by_nobody(unit: Opener) -> None:
    client = person(unit, code="K1")
    held = matter(unit, client=client.id)
    with unit() as first:
        first.delete(held)
        first.commit()

    with unit(write=False) as second:
        assert second.get("matter", held.id) is None
        assert second.get("matter", held.number) is None
        assert second.related(client, "matters") == ()
        assert dict(second.prefetch("matter", [held.id])) == {}


def test_changing_or_deleting_a_deleted_record_is_refused(unit: Opener) -> None:
    made = person(unit)
    with unit() as first:
        first.delete(made)
        first.commit()

    for change in ("update", "delete"):
        with pytest.raises(PackdeskError, match="no such record") as refusal, unit() as second:
            second.update(made, made.having({"name": "B"})) if change == "update" else second.delete(made)
        assert refusal.value.code == "unknown_record"


@pytest.mark.parametrize(
    ("entity_type", "values", "field", "rule"),
    [
        ("person", {"code": "K1"}, "code", "entity_types.person.fields.code"),
        ("matter", {"subject": "one"}, "client", "entity_types.matter.unique.subject_per_client"),
    ],
)
def test_a_duplicate_names_the_field(unit: Opener, entity_type: str, values: dict[str, object], field: str, rule: str) -> None:
    client = person(unit)
    own = {**values, "client": client.id} if entity_type == "matter" else values
    with unit() as first:
        first.insert(Record(entity_type, own))
        first.commit()

    with pytest.raises(Refused) as refusal, unit() as second:
        second.insert(Record(entity_type, own))

    assert [(finding.code, finding.field, finding.rule) for finding in refusal.value.findings] == [("not_unique", field, rule)]


def test_a_deleted_record_frees_its_unique_values(unit: Opener) -> None:
    first = person(unit, code="K1")
    with unit() as open_unit:
        open_unit.delete(first)
        open_unit.commit()

    second = person(unit, code="K1")

    with unit(write=False) as later:
        assert later.by_key("person", "K1").id == second.id


@pytest.mark.parametrize("deleted", [False, True])
def test_a_reference_to_a_record_that_is_not_there_is_refused(unit: Opener, deleted: bool) -> None:
    target = "00000000-0000-7000-8000-000000000000"
    if deleted:
        gone = person(unit)
        with unit() as open_unit:
            open_unit.delete(gone)
            open_unit.commit()
        target = gone.id

    with pytest.raises(Refused) as refusal, unit() as second:
        second.insert(Record("matter", {"client": target}))

    assert [(finding.code, finding.field) for finding in refusal.value.findings] == [("unknown_reference", "client")]


def test_a_reference_is_walked_from_both_ends(unit: Opener) -> None:
    client = person(unit)
    made = [matter(unit, client=client.id), matter(unit, client=client.id)]

    with unit(write=False) as open_unit:
        found = [other.record.id for other in open_unit.related(client, "matters")]

    assert found == [record.id for record in made]


def test_a_link_to_any_type_with_a_capability_is_walked_from_both_ends(unit: Opener) -> None:
    parent = matter(unit)
    with unit() as first:
        task = first.insert(Record("task", {"words": "call"}), {"parent": [Link("matter", parent.id)]})
        first.commit()

    with unit(write=False) as second:
        assert [other.record.id for other in second.related(task, "parent")] == [parent.id]
        assert [other.record.id for other in second.related(parent, "tasks")] == [task.id]


def test_a_symmetric_link_is_seen_and_undone_from_both_ends(unit: Opener) -> None:
    ada, bea = person(unit, "Ada"), person(unit, "Bea")
    with unit() as first:
        first.update(ada, ada, {"knows": [Link("person", bea.id, {"how": "friend"})]})
        first.commit()

    with unit() as second:
        seen = [(other.record.id, other.link["how"]) for person_, other_end in ((ada, bea), (bea, ada)) for other in second.related(person_, "knows")]
        now = second.get("person", bea.id)
        assert now is not None
        second.update(now, now, {"knows": []})
        second.commit()

    with unit(write=False) as third:
        assert seen == [(bea.id, "friend"), (ada.id, "friend")]
        assert third.related(ada, "knows") == ()
        versions = [found.values["version"] for each in (ada, bea) if (found := third.get("person", each.id)) is not None]
        told = [[event.changes["knows"] for event in history.read(third.connection, "person", each.id) if "knows" in event.changes] for each in (ada, bea)]
    friend = {"entity_type": "person", "how": "friend"}
    assert versions == [3, 3]
    assert told == [[([{**friend, "record": other.id}], []), ([], [{**friend, "record": other.id}])] for other in (bea, ada)]


def test_what_many_records_are_related_to_is_read_ahead_as_each_would_read_it(database: Database, unit: Opener) -> None:
    ada, bea, cy = (person(unit, name) for name in ("Ada", "Bea", "Cy"))
    one, two, gone = (matter(unit, client=client.id) for client in (ada, bea, ada))
    with unit() as open_unit:
        open_unit.update(ada, ada, {"knows": [Link("person", bea.id, {"how": "friend"}), Link("person", cy.id)]})
        linked = open_unit.get("person", cy.id)
        assert linked is not None
        open_unit.update(linked, linked, {"knows": [Link("person", cy.id, {"how": "self"}), Link("person", bea.id), Link("person", ada.id)]})
        tasks = [
            open_unit.insert(Record("task", {"words": words}), {"parent": [Link("matter", parent.id)]})
            for words, parent in (("a", one), ("b", two), ("c", one))
        ]
        tasks.append(open_unit.insert(Record("task", {"words": "d"}), {"parent": [Link("matter", gone.id)]}))
        open_unit.delete(gone)
        open_unit.commit()
    walks = [((ada, bea, cy), "matters"), ((ada, bea, cy), "knows"), ((one, two), "tasks"), (tasks, "parent")]
    with unit(write=False) as each:
        expected = [_told(each.related(record, relation)) for records, relation in walks for record in records]

    with unit(write=False) as ahead:
        for records, relation in walks:
            ahead.prefetch_related(records[0].entity_type, (record.id for record in records), relation)
        with listening(database) as statements:
            found = [_told(ahead.related(record, relation)) for records, relation in walks for record in records]
            for records, relation in walks:
                ahead.prefetch_related(records[0].entity_type, (record.id for record in records), relation)

    assert found == expected
    assert [len(others) for others in found] == [1, 1, 0, 2, 2, 3, 2, 1, 1, 1, 1, 0]
    assert statements == []


def test_reading_ahead_takes_no_more_statements_for_many_than_for_one(database: Database, unit: Opener) -> None:
    people = [person(unit, name) for name in "abcdef"]
    with unit() as open_unit:
        for one in people:
            open_unit.insert(Record("matter", {"client": one.id}))
        open_unit.update(people[0], people[0], {"knows": [Link("person", other.id) for other in people[1:]]})
        open_unit.commit()
    taken = {}

    for many in (1, 6):
        with unit(write=False) as open_unit, listening(database) as statements:
            for relation in ("matters", "knows"):
                open_unit.prefetch_related("person", [one.id for one in people[:many]], relation)
            taken[many] = len(statements)

    assert taken == {1: 3, 6: 3}


def test_history_tells_every_change(database: Database, unit: Opener) -> None:
    """GEN-8: date-time, user, field, old value, new value, and each action."""
    client = person(unit)
    made = matter(unit, subject="one", fee=Money(Decimal(5), "EUR"))
    with unit(actor=BEN, door="api") as first:
        changed = first.update(made, made.having({"fee": Money(Decimal("7.5"), "EUR"), "client": client.id}), action="finish", rules=["a.rule"])
        first.add_note(changed, "called back")
        first.delete(changed)
        first.commit()

    with database.begin() as connection:
        events = history.read(connection, "matter", made.id)

    assert [event.kind for event in events] == ["deleted", "note", "action", "created"]
    action = events[2]
    assert (action.by, action.at, action.release, action.door, action.action, action.rules, action.version) == ("ben", NOW, 1, "api", "finish", ("a.rule",), 2)
    assert action.changes == {"fee": ({"amount": "5", "currency": "EUR"}, {"amount": "7.5", "currency": "EUR"}), "client": (None, client.id)}
    assert events[3].changes["subject"] == (None, "one")


def test_notes_attachments_and_the_outbox_go_with_the_transaction(database: Database, unit: Opener) -> None:
    made = person(unit)
    with unit() as first:
        first.add_note(made, "hello")
        first.add_attachment(made, name="a.txt", media_type="text/plain", size=3, digest="0" * 64)
        queued = [first.enqueue("once", "webhook", {"to": "x"}) for _ in range(2)]
        first.commit()

    with database.begin() as connection:
        counts = [
            connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (platform_tables.note, platform_tables.attachment, platform_tables.outbox)
        ]
    assert queued == [True, False]
    assert counts == [1, 1, 1]


def test_a_writer_of_another_release_begins_again(unit: Opener) -> None:
    with pytest.raises(ReleaseMoved), unit(release=2):
        pytest.fail("the block must not run")


def test_a_writer_holds_the_release_until_it_ends(database: Database, unit: Opener) -> None:
    published = threading.Event()

    def publish() -> None:
        with database.begin(write=True) as connection:
            connection.execute(platform_tables.active_release.update().values(security_epoch=9))
        published.set()

    with unit() as writer:
        thread = threading.Thread(target=publish)
        thread.start()
        too_early = published.wait(0.3)
        writer.commit()
    thread.join()

    assert (too_early, published.is_set()) == (False, True)


def test_dates_before_the_epoch_and_nulls_survive(unit: Opener) -> None:
    made = person(unit, born_on=date(1899, 12, 31))
    blank = matter(unit)

    with unit(write=False) as later:
        found = later.get("matter", blank.id)
        assert later.get("person", made.id).get("born_on") == date(1899, 12, 31)
    assert all(found.get(path) is None for path in EVERYTHING)


def test_of_two_that_block_each_other_one_begins_again(postgresql_migrated: Database) -> None:
    model = samples.model()
    tables = Tables(model, extend(EMPTY, model), "postgresql")
    with postgresql_migrated.begin(write=True) as connection:
        ddl.create(connection, tables)

    def opened() -> UnitOfWork:
        return UnitOfWork(postgresql_migrated, samples.Published(model=model, release=0), tables, FixedClock(NOW), BEN)

    with opened() as first:
        ada, bea = (first.insert(Record("person", {"name": name})) for name in ("Ada", "Bea"))
        first.commit()
    together, results = threading.Barrier(2), []

    def rename(one: Record, other: Record) -> None:
        try:
            with opened() as unit:
                unit.update(one, one.having({"name": "x"}))
                together.wait()
                unit.update(other, other.having({"name": "y"}))
                unit.commit()
            results.append("stored")
        except Retry:
            results.append("again")

    threads = [threading.Thread(target=rename, args=pair) for pair in ((ada, bea), (bea, ada))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["again", "stored"]


def test_history_is_read_page_by_page(database: Database, unit: Opener) -> None:
    made = person(unit, "0")
    for place in range(1, 4):
        with unit() as open_unit:
            made = open_unit.update(made, made.having({"name": str(place)}))
            open_unit.commit()

    with database.begin() as connection:
        first = history.read(connection, "person", made.id, limit=2)
        second = history.read(connection, "person", made.id, limit=2, before=first[-1].id)

    assert [event.version for event in (*first, *second)] == [4, 3, 2, 1]


def test_an_action_that_changes_nothing_is_still_told(database: Database, unit: Opener) -> None:
    made = person(unit)

    with unit() as open_unit:
        changed = open_unit.update(made, made, action="call")
        open_unit.commit()

    with database.begin() as connection:
        event = history.read(connection, "person", made.id)[0]
    assert (event.kind, event.action, event.changes, event.version, changed.get("version")) == ("action", "call", {}, 2, 2)


def test_an_unknown_relation_is_refused_by_name(unit: Opener) -> None:
    made = person(unit)

    with pytest.raises(PackdeskError) as refusal, unit(write=False) as open_unit:
        open_unit.related(made, "enemies")

    assert (refusal.value.code, refusal.value.facts["name"]) == ("unknown_field", "enemies")
