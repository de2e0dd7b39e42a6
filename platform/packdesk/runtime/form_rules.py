"""What the browser may decide by itself while a form is filled in: conditions that read nothing but choices of this very form.

Everything else, and every condition that reads what the person may not see, stays with the server.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from packdesk.model.entity_types import Kind
from packdesk.model.lifecycles import Flag
from packdesk.runtime.entity_parts import FieldRuntime, Guard
from packdesk.runtime.expressions.compile import Compiled
from packdesk.runtime.expressions.json_form import environment_json
from packdesk.runtime.form_fields import FormField
from packdesk.runtime.lifecycle import flags
from packdesk.runtime.situation import Situation
from packdesk.runtime.values import Record

#: Kinds whose control holds exactly the value that a condition reads.
_CHOSEN = frozenset({Kind.OPTION, Kind.LEVEL, Kind.CATEGORY, Kind.ORG_UNIT, Kind.BOOLEAN, Kind.STATUS})
_NAMES = frozenset({"record", "actor", "now"})
_SENT = ("now", "zone", "actor", "record")


@dataclass(frozen=True, kw_only=True)
class FormRules:
    """The rules of one form."""

    at: Situation
    #: Fields that the form may show, by path.
    fields: Mapping[str, FieldRuntime]
    #: Paths that this person may not see.
    unseen: frozenset[str] = frozenset()
    #: Section of the action in hand, present by definition.
    section: str = ""

    def applied(self, field: FormField) -> FormField:
        """Return the field with what the browser can tell about it, and whether others depend on it."""
        there = self._visibility(field.field)
        required = field.field.required
        return replace(
            field,
            decides=field.path in self._read_by_any,
            server=field.path in self._read_by_server,
            visible_when=tuple(guard.to_json() for guard in there if isinstance(guard, Compiled)) if self._is_told(there) else (),
            required_when=required.to_json() if isinstance(required, Compiled) and self._tells(required) else None,
        )

    def environment(self) -> Mapping[str, object]:
        """Return what the conditions read beside the controls: who acts, when, and the record's values that they name."""
        told = tuple(guard for guard in self._in_browser if isinstance(guard, Compiled))
        if not told:
            return {}
        paths = {path for guard in told for path in self._paths(guard)}
        record = Record(self.at.entity.id, {"id": "", **{path: self.at.record.get(path) for path in sorted(paths)}})
        told_all = environment_json(told[0].tree, replace(self.at.environment, record=record, old=None, party=None, input={}))
        return {name: told_all[name] for name in _SENT}

    @cached_property
    def _in_browser(self) -> tuple[Guard, ...]:
        return tuple(guard for field in self.fields.values() for guard in self._decided_in_browser(field))

    @cached_property
    def _read_by_any(self) -> frozenset[str]:
        return self._read_by_server | frozenset(path for guard in self._in_browser for path in self._paths(guard))

    @cached_property
    def _read_by_server(self) -> frozenset[str]:
        return frozenset(path for field in self.fields.values() for guard in self._decided_by_server(field) for path in self._paths(guard))

    def _decided_in_browser(self, field: FieldRuntime) -> Iterator[Guard]:
        there = self._visibility(field)
        if self._is_told(there):
            yield from there
        if self._tells(field.required):
            yield field.required

    def _decided_by_server(self, field: FieldRuntime) -> Iterator[Guard]:
        there = self._visibility(field)
        if not self._is_told(there):
            yield from there
        if not self._tells(field.required):
            yield field.required
        yield field.readonly
        if field.options_when is not None:
            yield field.options_when
        if field.section in self.at.entity.sections:
            yield self.at.entity.sections[field.section].readonly

    def _visibility(self, field: FieldRuntime) -> tuple[Guard, ...]:
        """Return the conditions that together decide whether a field is there."""
        if Flag.HIDDEN in flags(self.at.entity, str(self.at.record.get("state")), field.path):
            return (False,)
        sections = self.at.entity.sections
        if field.section in sections and field.section != self.section:
            return (sections[field.section].present_when, field.visible)
        return (field.visible,)

    def _is_told(self, guards: tuple[Guard, ...]) -> bool:
        return False not in guards and all(self._tells(guard) for guard in guards)

    def _tells(self, guard: Guard) -> bool:
        """Say whether the browser can decide the condition; every field that shares it asks."""
        if not isinstance(guard, Compiled):
            return True
        known = self._told
        if id(guard) not in known:
            known[id(guard)] = self._can_tell(guard)
        return known[id(guard)]

    @cached_property
    def _told(self) -> dict[int, bool]:
        return {}

    def _can_tell(self, guard: Compiled) -> bool:
        own = all(dependency.entity_type == self.at.entity.id for dependency in guard.dependencies)
        return own and guard.names <= _NAMES and guard.browser_fault is None and all(self._is_known(path) for path in self._paths(guard))

    def _is_known(self, path: str) -> bool:
        """Say whether the browser knows a value: it is chosen in this form, or stands and stays as it is."""
        field = self.at.entity.fields.get(path)
        if field is None or path in self.unseen or field.field.sensitive or field.derived is not None:
            return False
        return path not in self.fields or field.field.kind in _CHOSEN

    def _paths(self, guard: Guard) -> frozenset[str]:
        if not isinstance(guard, Compiled):
            return frozenset()
        free = (path for path in self.fields if path not in self.at.entity.fields) if "input" in guard.names else ()
        return frozenset((*(dependency.path for dependency in guard.dependencies if dependency.entity_type == self.at.entity.id), *free))
