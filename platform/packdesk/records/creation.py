"""Creation inside a transaction: for the use case, for imports, and for effects that make records."""

from collections.abc import Mapping

from packdesk.records.attempts import Attempt, Given
from packdesk.records.drafts import Draft, LinkEnd, Work
from packdesk.records.drawing import new_record
from packdesk.records.field_rules import LATE
from packdesk.records.guards import guard
from packdesk.records.outcome import Outcome
from packdesk.records.reading import read_record
from packdesk.records.storing import store
from packdesk.runtime.situation import stored
from packdesk.runtime.values import Record


def create_in(work: Work, entity_type: str, data: Mapping[str, object], *, text: bool = False) -> Outcome:
    """Create a record from the input of any door; ``text`` for doors that know only text."""
    return store(created(work, entity_type, data, text=text))


def created(work: Work, entity_type: str, data: Mapping[str, object], *, text: bool = False) -> Draft:
    """Return the new record as it would be stored; raises ``Refused``."""
    entity = work.runtime.type(entity_type)
    attempt = Attempt(work=work, entity=entity, verb="create", old=None, given=read_record(work, entity, data, text=text))
    return guard(attempt, new_record, LATE)


def insert_for_effect(work: Work, entity_type: str, subtype: str, values: Mapping[str, object]) -> Record:
    """Create a record with values that an effect computed; field rules hold, rights were asked of the action."""
    entity = work.runtime.type(entity_type)
    own = {path: stored(value) for path, value in values.items() if path in entity.fields}
    ends = {name: (LinkEnd(value.entity_type, value.id),) for name, value in values.items() if name in entity.relations and isinstance(value, Record)}
    given = Given(values={**own, **({"subtype": subtype} if subtype else {})}, links=ends)
    attempt = Attempt(work=work, entity=entity, verb="create", old=None, given=given, trusted=True)
    # What a rule makes says so in its own history, for the one of the record that it ran on may have nothing to say.
    return store(guard(attempt, new_record, LATE).having(rules=work.chain.path[-1:])).record
