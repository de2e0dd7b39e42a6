"""Reads what a person gave for a record or an action, with names of records turned into ids."""

from collections.abc import Iterable, Mapping

from packdesk.errors import Finding
from packdesk.records import policy
from packdesk.records.attempts import Given
from packdesk.records.drafts import LinkEnd, Work
from packdesk.records.findings import about
from packdesk.runtime.entity import EntityRuntime
from packdesk.runtime.entity_parts import ActionRuntime
from packdesk.runtime.reading import Input, LinkInput, read_fields, read_input
from packdesk.runtime.values import Line, Record
from packdesk.store.reading import is_id


def read_record(work: Work, entity: EntityRuntime, data: Mapping[str, object], *, text: bool = False, old: Record | None = None) -> Given:
    """Read the input of a creation, or of an edit of a record."""
    given = read_input(work.runtime, entity.id, data, reading=work.reading, text=text, resolve=Names(work))
    ends, faults = _ends(work, entity, given)
    lines = {group: _with_own_ids(work, rows, () if old is None else old.lines.get(group, ())) for group, rows in given.lines.items()}
    return Given(values=given.values, lines=lines, links=ends, findings=(*given.findings, *faults))


def read_action(work: Work, entity: EntityRuntime, action: ActionRuntime, data: Mapping[str, object], *, text: bool = False) -> Given:
    """Read the inputs of an action: fields of the record go to its values, the rest stays among the inputs; ``status`` to a move's."""
    fields = dict(action.inputs)
    if action.move is not None and "status" in entity.fields:
        fields["status"] = entity.fields["status"]
    values, findings = read_fields(fields, entity, data, reading=work.reading, text=text, resolve=Names(work))
    own = {path: value for path, value in values.items() if path in entity.fields and (path not in action.action.inputs or path in action.action.field_inputs)}
    return Given(values=own, inputs={name: value for name, value in values.items() if name not in own}, findings=findings)


def _with_own_ids(work: Work, rows: Iterable[Line], known: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines, each with an id: one keeps what the client gave if it is that of a line of the record, and only once."""
    left = {line.id for line in known}
    found: list[Line] = []
    for line in rows:
        found.append(Line(line.id if line.id in left else work.new_id(), line.values))
        left.discard(line.id)
    return tuple(found)


class Names:
    """Finds records by what people call them: id, number or key; what the actor may not see does not exist."""

    def __init__(self, work: Work) -> None:
        """Look in the records of one unit of work."""
        self._work = work

    def __call__(self, targets: tuple[str, ...], name: str) -> str | None:
        """Return the id of the one live record that is meant."""
        found = (self.find(target, name) for target in targets)
        return next((record for record in found if record is not None), None)

    def find(self, entity_type: str, name: str) -> str | None:
        """Return the id of a record of one type."""
        unit = self._work.unit
        if not policy.views(self._work.runtime, self._work.context.actor, entity_type):
            return None
        found = unit.hold(entity_type, name)
        if found is None and not is_id(name) and self._work.runtime.model.entity_types[entity_type].key != "number":
            found = unit.by_key(entity_type, name)
        seen = found is not None and policy.is_open(self._work.runtime, self._work.context.actor, "view", found, unit)
        return found.id if found is not None and seen else None


def _ends(work: Work, entity: EntityRuntime, given: Input) -> tuple[dict[str, tuple[LinkEnd, ...]], tuple[Finding, ...]]:
    ends: dict[str, tuple[LinkEnd, ...]] = {}
    findings: list[Finding] = []
    for relation, links in given.links.items():
        found = [(link, _end(work, entity, relation, link)) for link in links]
        ends[relation] = tuple(end for _, end in found if end is not None)
        runtime = entity.relations[relation]
        label = runtime.relation.label.in_language(work.context.language)
        findings += [
            about(work.runtime.model, "unknown_reference", runtime.relation.path, field=relation, label=label, value=link.record)
            for link, end in found
            if end is None
        ]
    return ends, tuple(findings)


def _end(work: Work, entity: EntityRuntime, relation: str, link: LinkInput) -> LinkEnd | None:
    connection = entity.connections[relation]
    targets = (connection.type.item or connection.type).entity_types
    wanted = (link.entity_type,) if link.entity_type else targets
    for target in wanted:
        if target in targets and (found := Names(work).find(target, link.record)) is not None:
            return LinkEnd(target, found, link.values)
    return None
