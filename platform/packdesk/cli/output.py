"""What a command says: results to standard output as text, JSON or GitHub annotations; progress and errors to standard error."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from packdesk.errors import Problem, Severity, render

FORMATS = ("text", "json", "github")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where a command writes, and in which form."""

    format: str = "text"
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)

    def result(self, data: object, text: str) -> None:
        """Print the result: ``data`` where a program reads, ``text`` where a person does."""
        self._line(json.dumps(data, ensure_ascii=False, indent=2, default=str) if self.format == "json" else text)

    def text(self, sentence: str) -> None:
        """Print a part of the result that only people read."""
        if self.format == "text":
            self._line(sentence)

    def problems(self, problems: Sequence[Problem], summary: str) -> None:
        """Print problems of packs, ordered by place, and a sentence that sums them up."""
        if self.format == "json":
            self._line(json.dumps({"problems": [as_json(problem) for problem in _ordered(problems)]}, ensure_ascii=False, indent=2))
        elif self.format == "github":
            for problem in _ordered(problems):
                self._line(annotation(problem))
        else:
            if problems:
                self._line(render(problems))
            self._line(summary)

    def progress(self, sentence: str) -> None:
        """Tell a person how far long work has come; programs that read the result are not disturbed."""
        print(sentence, file=self.err, flush=True)

    def error(self, sentence: str) -> None:
        """Say why the command failed."""
        print(f"packdesk: {sentence}", file=self.err, flush=True)

    def _line(self, text: str) -> None:
        print(text, file=self.out, flush=True)


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems by place."""
    return sorted(problems, key=lambda p: (p.pack, p.file, p.line, p.column, p.code, p.message))


def as_json(problem: Problem) -> Mapping[str, object]:
    """Return a problem for programs."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "message": problem.message,
        "advice": problem.advice,
        "did_you_mean": problem.did_you_mean,
        "pack": problem.pack,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "pointer": problem.pointer,
    }


def annotation(problem: Problem) -> str:
    """Return a problem as a GitHub workflow command, which marks the line in a pull request."""
    level = "warning" if problem.severity is Severity.WARNING else "error"
    place = [f"file={_property(problem.file)}"] if problem.file else []
    if problem.line:
        place += [f"line={problem.line}", f"col={problem.column}"]
    place.append(f"title={_property(problem.code)}")
    sentence = " ".join(word for word in (problem.message, problem.advice, f"Did you mean '{problem.did_you_mean}'?" if problem.did_you_mean else "") if word)
    return f"::{level} {','.join(place)}::{_data(sentence)}"


def _data(text: str) -> str:
    """Escape the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def table(rows: Sequence[Sequence[object]], heads: Sequence[str]) -> str:
    """Return rows under heads, in columns that fit."""
    cells = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[index]) for row in cells) for index in range(len(heads))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)
