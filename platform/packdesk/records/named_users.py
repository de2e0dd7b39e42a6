"""Users whom a record names: whoever is written into a user field must be there, and whom a person chooses must be active."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packdesk.errors import Finding
from packdesk.model.entity_types import Kind
from packdesk.records.attempts import Attempt
from packdesk.records.drafts import Draft
from packdesk.records.findings import about
from packdesk.runtime.entity_parts import FieldRuntime


@dataclass(frozen=True, slots=True)
class _Naming:
    """One user who is named now and was not before."""

    path: str
    field: FieldRuntime
    login: str
    #: A person chose him, in contrast to what defaults, effects and carried over values fill in.
    by_hand: bool


def unknown_users(attempt: Attempt, draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each new value of a user field that is no user, or that a person gave and is no active one.

    A value that stood there before stays valid: the record outlives the account of whoever worked on it.
    """
    given = frozenset() if attempt.trusted else draft.given
    yield from _strange(draft, [*_of_record(draft, given), *_of_links(draft, given), *_of_inputs(attempt, draft)])


def unknown_users_of_effects(draft: Draft, before: Draft) -> Iterator[Finding]:
    """Yield the same for what effects wrote over the draft that the inputs had left."""
    written = [one for one in _of_record(draft, frozenset()) if before.record.get(one.path) != one.login]
    links = {name: ends for name, ends in draft.links.items() if ends != before.links.get(name)}
    yield from _strange(draft, [*written, *(one for one in _of_links(draft, frozenset()) if one.path.partition("[")[0] in links)])


def _strange(draft: Draft, namings: Iterable[_Naming]) -> Iterator[Finding]:
    """Yield what is wrong with these; whoever acts was known when he came, all others are asked for in one statement."""
    named = [one for one in namings if one.login != draft.work.context.actor.login]
    accounts = draft.work.unit.accounts({one.login for one in named}) if named else {}
    model, language = draft.work.runtime.model, draft.work.context.language
    for one in named:
        active = accounts.get(one.login)
        if active is None or (one.by_hand and not active):
            code = "unknown_user" if active is None else "inactive_user"
            yield about(model, code, one.field.field.path, field=one.path, label=one.field.label(language), value=one.login)


def _of_record(draft: Draft, given: frozenset[str]) -> Iterator[_Naming]:
    old = draft.old
    for path in draft.entity.user_fields:
        login = draft.record.get(path)
        if isinstance(login, str) and (old is None or old.get(path) != login):
            yield _Naming(path, draft.entity.fields[path], login, path in given)
    for group, names in draft.entity.user_line_fields.items():
        for name in names:
            kept = {line.values.get(name) for line in old.lines.get(group, ())} if old is not None else set()
            yield from _of_rows(group, draft.entity.groups[group].fields[name], name, [line.values for line in draft.record.lines.get(group, ())], kept, given)


def _of_links(draft: Draft, given: frozenset[str]) -> Iterator[_Naming]:
    for relation, ends in draft.links.items():
        for name, field in draft.entity.relations[relation].fields.items():
            if field.field.kind is Kind.USER:
                before = draft.work.unit.related(draft.old, relation) if draft.old is not None else ()
                yield from _of_rows(relation, field, name, [end.values for end in ends], {other.link.get(name) for other in before}, given)


def _of_rows(  # noqa: PLR0917 - where they stand, what they are, and what is known of them
    group: str, field: FieldRuntime, name: str, rows: Iterable[Mapping[str, object]], kept: Iterable[object], given: frozenset[str]
) -> Iterator[_Naming]:
    for place, values in enumerate(rows):
        login = values.get(name)
        if isinstance(login, str) and login not in kept:
            yield _Naming(f"{group}[{place}].{name}", field, login, group in given)


def _of_inputs(attempt: Attempt, draft: Draft) -> Iterator[_Naming]:
    fields = attempt.action.inputs if attempt.action is not None else {}
    for name, login in draft.inputs.items():
        if name in fields and fields[name].field.kind is Kind.USER and isinstance(login, str):
            yield _Naming(name, fields[name], login, name in attempt.given.inputs)
