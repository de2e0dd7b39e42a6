"""What quick search compares: one folded text per record, and what a person typed in the same form.

Both are without case and accents. A phone is found in any form, because its digits stand in the text as dialled and with the
country, and a typed number loses what differs: zeros and plus in front, brackets, dashes.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from packdesk.model.entity_types import Field, Kind
from packdesk.model.model import Model
from packdesk.runtime.values import Address, Phone, Record

#: Fewer characters are not searched for.
SHORTEST = 2
#: Nobody types more, and every word costs a look-up.
LONGEST = 200
_PHONE = re.compile(r"\+?[\d\s()/.\-]+")
_DIGITS = re.compile(r"\D")


def fold(text: str) -> str:
    """Return the text without case and accents, so that ``Zoë`` is found by ``zoe``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def content(model: Model, record: Record) -> str:
    """Return what the record is found by: its number and every searchable value, one per row."""
    entity = model.entity_types[record.entity_type]
    sections = [(f"{section.id}.{name}", field) for section in entity.sections.values() for name, field in section.fields.items()]
    values = [record.get(path) for path, field in [*entity.fields.items(), *sections] if _is_read(field)]
    for group in entity.lines.values():
        names = [name for name, field in group.fields.items() if _is_read(field)]
        values += [line.values.get(name) for line in record.lines.get(group.id, ()) for name in names]
    return "\n".join(dict.fromkeys(part for value in (record.number, *values) for part in _words(value)))


def is_searchable(model: Model, entity_type: str, changed: Iterable[str]) -> bool:
    """Say whether a change of these paths (fields, or line groups) changes what a record is found by."""
    entity = model.entity_types[entity_type]
    found: set[str] = {name for name, field in entity.fields.items() if _is_read(field)}
    found |= {f"{section.id}.{name}" for section in entity.sections.values() for name, field in section.fields.items() if _is_read(field)}
    found |= {group.id for group in entity.lines.values() if _reads_any(group.fields)}
    return not found.isdisjoint(changed)


def read_paths(model: Model, entity_type: str) -> frozenset[str]:
    """Return the paths of the values that a record is found by."""
    entity = model.entity_types[entity_type]
    groups = [*((section.id, section.fields) for section in entity.sections.values()), *((group.id, group.fields) for group in entity.lines.values())]
    own = {name for name, field in entity.fields.items() if _is_read(field)}
    return frozenset(own | {f"{owner}.{name}" for owner, fields in groups for name, field in fields.items() if _is_read(field)})


def is_found(model: Model, record: Record, typed: str) -> bool:
    """Say whether what was typed finds the record by the values that it has here."""
    text = content(model, record)
    words, digits = fragments(typed)
    return all(word in text for word in words) or bool(digits and digits in text)


def fragments(typed: str) -> tuple[tuple[str, ...], str]:
    """Return the words that must all occur, and the digits that may occur instead when a phone number was typed."""
    words = tuple(dict.fromkeys(fold(typed.replace("\0", " ")).split()))
    digits = ""
    if _PHONE.fullmatch(typed.strip()):
        digits = _DIGITS.sub("", typed.replace("(0)", "")).lstrip("0")
    return words, digits if len(digits) > SHORTEST else ""


def _is_read(field: Field) -> bool:
    return field.searchable and not field.sensitive and field.kind is not Kind.SECRET


def _reads_any(fields: Mapping[str, Field]) -> bool:
    return any(_is_read(field) for field in fields.values())


def _words(value: object) -> Iterator[str]:
    if value is None:
        return
    if isinstance(value, Phone):
        for number in (value.raw, value.e164):
            yield _DIGITS.sub("", number)
        yield fold(value.raw)
    elif isinstance(value, Address):
        yield fold(" ".join(part for part in (value.street, value.street_number, value.postal_code, value.town, value.region, value.country) if part))
    elif isinstance(value, tuple):
        for member in value:
            yield from _words(member)
    else:
        yield fold(str(value)).replace("\n", " ")
