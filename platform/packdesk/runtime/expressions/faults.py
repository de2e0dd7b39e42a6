"""What can be wrong with an expression, with line and column inside its own text."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

#: Every code that a fault may carry; the reference page lists them.
CODES = (
    "expression_syntax",
    "expression_too_long",
    "expression_too_deep",
    "expression_too_large",
    "single_equals",
    "unknown_name",
    "name_not_offered",
    "unknown_member",
    "unknown_function",
    "wrong_arguments",
    "type_mismatch",
    "unknown_option",
    "bad_pattern",
    "number_too_large",
    "path_too_long",
    "macros_too_deep",
    "not_in_sql",
    "not_in_browser",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionFault:
    """One thing that is wrong with an expression; the place is 1-based inside the expression's text."""

    code: str
    message: str
    advice: str = ""
    did_you_mean: str = ""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Return place, code and sentences on one line."""
        words = [f"{self.line}:{self.column}", f"{self.code}:", self.message, self.advice]
        if self.did_you_mean:
            words.append(f"Did you mean '{self.did_you_mean}'?")
        return " ".join(word for word in words if word)


class Faulty(Exception):
    """Carries the fault out of a recursive walk to ``compile_expression``; never leaves this package."""

    def __init__(self, code: str, message: str, position: int, *, advice: str = "", did_you_mean: str = "") -> None:
        """Remember the fault and the offset at which it stands."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.position = position
        self.advice = advice
        self.did_you_mean = did_you_mean

    def fault(self, source: str) -> ExpressionFault:
        """Return the fault with line and column for its offset."""
        before = source[: self.position]
        return ExpressionFault(
            code=self.code,
            message=self.message,
            advice=self.advice,
            did_you_mean=self.did_you_mean,
            line=before.count("\n") + 1,
            column=self.position - (before.rfind("\n") + 1) + 1,
        )


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the most similar of the names, or nothing when none is near."""
    found = difflib.get_close_matches(name, tuple(names), n=1, cutoff=0.6)
    return found[0] if found else ""
