"""The reference data: contacts, accounts and service requests of the base pack, written straight into the tables of the release.

What counts here is reading and writing beside a hundred thousand rows, not how they came; the values are what the engine would
store.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from packdesk.ids import new_id
from packdesk.runtime.values import Line, Phone, Record
from packdesk.store import search_text
from packdesk.store.codec import encode, encode_record
from packdesk.store.tables import Tables
from packdesk.web.services import Services

START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = ("Adam", "Berta", "Carla", "Dario", "Emil", "Fatma", "Greta", "Hugo", "Ines", "Jonas", "Klara", "Linus", "Mona", "Nele", "Oskar", "Petra")
LAST = ("Albers", "Bauer", "Claasen", "Dietrich", "Ebert", "Fischer", "Graf", "Hansen", "Jansen", "Keller", "Lorenz", "Meyer", "Nowak", "Otto", "Peters")
STATUSES = (("pending", "new"), ("responded", "answered"), ("final_resolved", "solved"), ("completed", "done"))
GROUPS = ("service", "service", "service", "sales")
_CHUNK = 5000
#: Far from those that the sequences give.
_NUMBERS = 50_000_001
CONTACT, ACCOUNT, REQUEST = (f"{prefix}{_NUMBERS}" for prefix in ("CO", "AR", "SR"))


def _engine(moment: datetime, number: str, group: str) -> dict[str, object]:
    return {
        "id": new_id(moment), "number": number, "version": 1, "owner_unit": group, "privacy_level": "normal",
        "created_at": moment, "created_by": "anna", "updated_at": moment, "updated_by": "anna",
    }  # fmt: skip


def contact(index: int, chance: random.Random) -> Record:
    """Return one contact, a person with a phone."""
    first, last = chance.choice(FIRST), f"{chance.choice(LAST)}{index % 977}"
    digits = f"{30000000 + index}"
    phone = Phone(f"+49 30 {digits}", f"+4930{digits}", digits[-7:])
    values = _engine(START + timedelta(seconds=index), f"CO{_NUMBERS + index}", GROUPS[index % 4])
    values |= {"kind": "person", "name": f"{first} {last}", "vip": False, "accepts_marketing": False, "customer_number": f"K{index}"}
    values |= {"person.first_name": first, "person.last_name": last, "state": "financial", "status": "financial"}
    return Record("contact", values, {"phones": (Line(new_id(START), {"type": "mobile", "number": phone}),)})


def account(index: int, owner: Record) -> Record:
    """Return the account of a contact."""
    values = _engine(START + timedelta(seconds=index), f"AR{_NUMBERS + index}", str(owner.get("owner_unit")))
    return Record("account", values | {"owner": owner.id, "classification": "private", "credit_rating": "b"})


def request(index: int, owner: Record, of: Record, chance: random.Random) -> Record:
    """Return one service request of a contact."""
    state, status = chance.choice(STATUSES)
    moment = START + timedelta(seconds=index)
    values = _engine(moment, f"SR{_NUMBERS + index}", GROUPS[index % 4])
    values |= {"subtype": "information_request", "state": state, "status": status, "assigned_unit": "first_line", "assigned_user": "anna"}
    values |= {"account": of.id, "contact": owner.id, "caller": owner.id, "category": "billing", "classification": "information_request"}
    values |= {"urgency": "medium", "impact": "minor", "priority": f"p{chance.randint(1, 10)}", "description": f"Question {index} about the invoice"}
    return Record("service_request", values | {"start_date": moment, "expected_date": moment + timedelta(days=chance.randint(1, 9))})


def _write(connection: sa.Connection, tables: Tables, records: list[Record]) -> None:
    entity_type = records[0].entity_type
    table, model = tables.record(entity_type), tables.model
    connection.execute(table.insert(), [encode_record(tables, entity_type, record.values) for record in records])
    for group in records[0].lines:
        stored = tables.stored_lines(entity_type, group)
        rows = [
            {"id": line.id, "record_id": record.id, "position": place, **encode(stored, line.values)}
            for record in records
            for place, line in enumerate(record.lines[group])
        ]
        connection.execute(tables.lines(entity_type, group).insert(), rows)
    connection.execute(tables.search(entity_type).insert(), [{"record_id": record.id, "content": search_text.content(model, record)} for record in records])


def fill(services: Services, count: int, *, first: int = 0) -> None:
    """Write ``count`` contacts and service requests and half as many accounts, beginning at index ``first``."""
    tables = services.live.current().tables
    chance = random.Random(first)
    for batch in _batches(first, first + count):
        owners = [contact(index, chance) for index in batch]
        accounts = [account(index, owner) for index, owner in zip(batch, owners, strict=True) if index % 2 == 0]
        requests = [request(index, owners[place - place % 2], accounts[place // 2], chance) for place, index in enumerate(batch)]
        with services.database.begin(write=True) as connection:
            for records in (owners, accounts, requests):
                _write(connection, tables, records)
    settle(services)


def settle(services: Services) -> None:
    """Do now what PostgreSQL does in the minutes after much was written, so that what is measured next runs beside nothing.

    Autovacuum, the hint bits of new rows and the writing of dirty pages would otherwise fall into the figures of the larger size
    alone.
    """
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM (ANALYZE)"))
        connection.execute(sa.text("CHECKPOINT"))


def _batches(first: int, end: int) -> Iterator[range]:
    for start in range(first, end, _CHUNK):
        yield range(start, min(start + _CHUNK, end))
