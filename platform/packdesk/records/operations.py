"""The only door from metadata to code: operations that plugins register by name, checked on the way in and out.

An operation gets data and returns data; what becomes of it is written by effects. Every operation has a stub, so that a
configuration runs without the foreign system.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Protocol, cast

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from referencing import Registry

from packdesk.errors import PackdeskError, Problem
from packdesk.model.model import Model
from packdesk.model.nodes import Json
from packdesk.runtime.contracts import Contract, Contracts
from packdesk.runtime.workshop import problem_at

GROUP = "packdesk.plugins"

Data = Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One named callable of a plugin with its contract."""

    #: ``<plugin>.<verb>``, as metadata names it.
    name: str
    #: JSON Schemas (Draft 2020-12) of what it takes and returns.
    input: Mapping[str, object]
    output: Mapping[str, object]
    #: Does the work; gets the checked input and the idempotency key of this call.
    call: Callable[[Data, str], Data]
    #: Answers without the foreign system; same contract.
    stub: Callable[[Data, str], Data]
    #: Named right that the actor needs, or empty.
    permission: str = ""
    #: May be repeated with the same key.
    idempotent: bool = False
    #: May run inside the record's transaction: quick, local, and undone with it.
    transactional: bool = False
    #: Seconds after which the caller stops waiting.
    timeout: float = 10.0
    #: Members of the output that are shown once and neither stored nor logged.
    sensitive: tuple[str, ...] = ()


class Plugin(Protocol):
    """What a module behind an entry point of the group ``packdesk.plugins`` offers."""

    def operations(self) -> tuple[Operation, ...]:
        """Return the plugin's operations."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation returned; ``stubbed`` tells the screens to say so."""

    operation: Operation
    data: Data
    stubbed: bool = False

    @property
    def storable(self) -> Data:
        """Return the data without its sensitive members."""
        return {name: value for name, value in self.data.items() if name not in self.operation.sensitive}


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of the installed plugins by name; a value, handed to the use cases."""

    by_name: Mapping[str, Operation] = field(default_factory=lambda: MappingProxyType({}))
    #: Answer from the stubs only (demo, tests).
    stubbed: bool = False

    @property
    def contracts(self) -> Contracts:
        """Return what expressions and checks need to know of each operation, as plain data."""
        return {name: Contract(input=one.input, output=one.output, answers=one.transactional) for name, one in self.by_name.items()}

    def call(self, name: str, data: Data, key: str) -> Answer:
        """Check the input, run the operation or its stub within its timeout, and check what it returned."""
        operation = self.by_name.get(name)
        if operation is None:
            raise PackdeskError("operation_failed", operation=name, reason="it is not registered")
        _check(operation, operation.input, data, "input")
        answer = _run(operation, operation.stub if self.stubbed else operation.call, data, key)
        _check(operation, operation.output, answer, "output")
        return Answer(operation, answer, self.stubbed)


def installed(*, stubbed: bool = False) -> Operations:
    """Return the operations of every installed plugin."""
    return gather((cast("Plugin", entry.load()) for entry in entry_points(group=GROUP)), stubbed=stubbed)


def gather(plugins: Iterable[Plugin], *, stubbed: bool = False) -> Operations:
    """Return the operations of these plugins; raises ``operation_failed`` when two have the same name or a schema is not one."""
    found: dict[str, Operation] = {}
    for plugin in plugins:
        for operation in plugin.operations():
            if operation.name in found:
                raise PackdeskError("operation_failed", operation=operation.name, reason="two plugins register it")
            for schema in (operation.input, operation.output):
                Draft202012Validator.check_schema(dict(schema))
            found[operation.name] = operation
    return Operations(MappingProxyType(found), stubbed)


def unknown_operations(model: Model, operations: Operations) -> tuple[Problem, ...]:
    """Return a problem for every operation that the packs name and no installed plugin registers (O-1)."""
    actions = [action for of_type in model.actions.values() for action in of_type.values()] + list(model.free_actions.values())
    effects = {effect.path: effect for action in actions for effect in action.effects.values() if effect.do == "call_operation"}
    problems = []
    for effect in effects.values():
        name = effect.arguments.get("operation")
        if not isinstance(name, str) or name in operations.by_name:
            continue
        near = get_close_matches(name, operations.by_name, n=1)
        advice = "Install the plugin that brings it, or name one that is there."
        message = f"No installed plugin registers the operation '{name}'."
        problems.append(problem_at(model, f"{effect.path}.operation", "unknown_operation", message, advice=advice, did_you_mean=near[0] if near else ""))
    return tuple(problems)


def _check(operation: Operation, schema: Mapping[str, object], data: Data, side: str) -> None:
    registry: Registry[Mapping[str, object]] = Registry()
    validator = Draft202012Validator(dict(schema), registry=registry)
    worst = best_match(validator.iter_errors(data))
    if worst is not None:
        # The message quotes the value, which may be a secret; the place says enough.
        place = "/".join(str(part) for part in worst.absolute_path) or "the whole"
        raise PackdeskError("operation_failed", operation=operation.name, reason=f"its {side} breaks '{worst.validator}' at {place}")


def _run(operation: Operation, work: Callable[[Data, str], Data], data: Data, key: str) -> Data:
    if operation.transactional:
        started = time.monotonic()
        answer = work(data, key)
        if time.monotonic() - started > operation.timeout:
            raise PackdeskError("operation_failed", operation=operation.name, reason=f"it took longer than {operation.timeout} seconds")
        return answer
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=operation.name)
    try:
        return pool.submit(work, data, key).result(timeout=operation.timeout)
    except LateError as error:
        raise PackdeskError("operation_failed", operation=operation.name, reason=f"it took longer than {operation.timeout} seconds") from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
