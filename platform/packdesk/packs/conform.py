"""Holds a document against its shape: unknown keys, wrong types, missing keys, bad ids, misplaced verbs.

In: a node as read. Out: problems, and the node without what was wrong, so that the later checks can go on and all problems are
reported at once. The JSON Schemas given to editors come from the same shapes; a test holds the two against each other.
"""

import re
from collections.abc import Callable, Mapping

from packdesk.errors import Problem
from packdesk.model.characters import says_nothing, unseen
from packdesk.model.durations import parse_duration
from packdesk.packs.names import MAX_ID, is_id, listed, nearest
from packdesk.packs.nodes import Node
from packdesk.packs.schemas.shapes import Keys, Leaf, Map, Object, Role, Sequence, Shape, Variants

MAP_VERBS = ("$add", "$remove", "$rename", "$replace")
LIST_VERBS = ("$append", "$remove")
_PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}\Z")
_TYPE_WORDS = {"string": "a text", "integer": "a whole number", "number": "a number", "boolean": "true or false", "null": "null"}
_FITS: Mapping[str, Callable[[object], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


class Conformity:
    """Collects problems while documents are held against shapes."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def document(self, node: Node, shape: Object, *, patch: bool) -> Node:
        """Return the document without what does not fit; ``patch`` allows verbs and asks for no required keys."""
        return self._object(node, shape, patch=patch or "like" in node.members) or node.having({})

    def _refuse(self, node: Node, code: str, message: str, advice: str = "", did_you_mean: str = "", *, at_key: bool = False) -> None:
        self.problems.append(node.problem(code, message, advice, did_you_mean, at_key=at_key))

    def _check(self, node: Node, shape: Shape, *, patch: bool) -> Node | None:
        if isinstance(shape, Leaf):
            return node if self._leaf(node, shape) else None
        if isinstance(shape, Sequence):
            return self._list(node, shape, patch=patch)
        if isinstance(shape, Map):
            return self._map(node, shape, patch=patch)
        if isinstance(shape, Variants):
            return self._variant(node, shape, patch=patch)
        return self._object(node, shape, patch=patch or "like" in node.members)

    def _leaf(self, node: Node, shape: Leaf) -> bool:
        value = node.value
        if shape.types and not any(_FITS[type_](value) for type_ in shape.types):
            expected = " or ".join(_TYPE_WORDS[type_] for type_ in shape.types)
            self._refuse(node, "wrong_type", f"{_shown(node)} stands where {expected} is expected.", f"This is: {shape.title}.")
            return False
        if isinstance(value, str):
            return self._text(node, value, shape)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if shape.minimum is not None and value < shape.minimum:
                self._refuse(node, "out_of_range", f"{value} is too small; the least is {shape.minimum}.")
                return False
            if shape.maximum is not None and value > shape.maximum:
                self._refuse(node, "out_of_range", f"{value} is too large; the most is {shape.maximum}.")
                return False
        return True

    def _text(self, node: Node, value: str, shape: Leaf) -> bool:
        if shape.choices and value not in shape.choices:
            self._refuse(
                node, "not_a_choice", f"'{value}' is not possible here.", f"Choose one of: {listed(shape.choices, 40)}.", nearest(value, shape.choices)
            )
        elif shape.pattern and not re.search(shape.pattern, value):
            self._refuse(node, "bad_form", f"'{value}' does not have the form {shape.pattern}.", f"This is: {shape.title}.")
        elif shape.role is Role.CONDITION and not value.startswith("="):
            self._refuse(node, "condition_without_equals", f"'{value}' is a text; a condition here begins with '='.", "Write true, false or '=<expression>'.")
        elif shape.role is Role.EXPRESSION and value.startswith("="):
            self._refuse(node, "equals_in_expression", "This place always holds an expression.", "Leave out the '=' at the beginning.")
        elif (shape.role is Role.TEXT and says_nothing(value)) or (shape.role is Role.EXPRESSION and not value.strip()):
            empty = "The text is empty." if not value.strip() else "The text has only characters that nobody sees."
            self._refuse(node, "empty_text", empty, "Write something or leave the key out.")
        elif shape.longest and len(value) > shape.longest:
            self._refuse(node, "text_too_long", f"The text has {len(value):,} characters; the most is {shape.longest:,}.", "Shorten it.")
        elif shape.is_written and (character := unseen(value, lines=shape.has_lines)):
            self._refuse(node, "forbidden_character", f"The text contains the character {character}, which cannot be seen.", "Remove it.")
        elif shape.role is Role.DURATION and ((length := parse_duration(value)) is None or length.amount <= 0):
            self._refuse(
                node, "bad_duration", f"'{value}' is not a duration.", "Write a positive number and a unit: '30 minutes', '4 hours', '5 days', '3 months'."
            )
        else:
            return True
        return False

    def _list(self, node: Node, shape: Sequence, *, patch: bool) -> Node | None:
        if isinstance(node.value, list):
            return node.having([item for item in node.value if self._leaf(item, shape.item)])
        if not (patch and isinstance(node.value, dict)):
            self._refuse(node, "wrong_type", f"{_shown(node)} stands where a list is expected.", f"This is: {shape.title}.")
            return None
        kept: dict[str, Node] = {}
        for key, items in node.value.items():
            if key not in LIST_VERBS:
                self._refuse(
                    items, "unknown_key", f"A list has no '{key}'.", "In a list, overlays write $append or $remove.", nearest(key, LIST_VERBS), at_key=True
                )
            elif not isinstance(items.value, list):
                self._refuse(items, "wrong_type", f"{_shown(items)} stands where a list is expected.", f"Write the values of {key} in brackets.")
            else:
                kept[key] = items if key == "$remove" else items.having([item for item in items.value if self._leaf(item, shape.item)])
        return node.having(kept)

    def _map(self, node: Node, shape: Map, *, patch: bool) -> Node | None:
        if not isinstance(node.value, dict):
            self._refuse(node, "wrong_type", f"{_shown(node)} stands where an object is expected.", f"This is: {shape.title}.")
            return None
        kept: dict[str, Node] = {}
        for key, member in node.value.items():
            if key.startswith("$"):
                checked = self._verb(key, member, shape, patch=patch)
            elif self.key(member, key, shape):
                checked = self._check(member, shape.member, patch=patch and not shape.open)
            else:
                continue
            if checked is not None:
                kept[key] = checked
        return node.having(kept)

    def _verb(self, key: str, node: Node, shape: Map, *, patch: bool) -> Node | None:
        if not patch:
            self._refuse(
                node,
                "verb_outside_overlay",
                f"'{key}' changes something that exists, but this is new.",
                "Write the members themselves, or make the document an overlay with $patch.",
                at_key=True,
            )
            return None
        if key not in MAP_VERBS:
            self._refuse(node, "unknown_key", f"There is no verb '{key}'.", f"Overlays have {listed(MAP_VERBS)}.", nearest(key, MAP_VERBS), at_key=True)
            return None
        if shape.closed and key != "$replace":
            self._refuse(
                node,
                "closed_list",
                f"The members of a closed list cannot change by {key}.",
                "Change labels, the supported subset or the default; or use a value list.",
                at_key=True,
            )
            return None
        if key == "$remove":
            return self.removal(node)
        if key == "$rename":
            return self.renaming(node)
        return self._map(node, shape, patch=False)

    def removal(self, node: Node) -> Node | None:
        """Return the ids under ``$remove``."""
        if isinstance(node.value, list) and all(isinstance(item.value, str) for item in node.value):
            return node
        self._refuse(node, "wrong_type", f"{_shown(node)} stands where a list of ids is expected.", "Write '$remove': ['<id>'].")
        return None

    def renaming(self, node: Node) -> Node | None:
        """Return the pairs under ``$rename`` that are ids."""
        if not isinstance(node.value, dict):
            self._refuse(node, "wrong_type", f"{_shown(node)} stands where old and new ids are expected.", "Write '$rename': {'<old id>': '<new id>'}.")
            return None
        kept = {}
        for old, new in node.value.items():
            if is_id(new.text):
                kept[old] = new
            else:
                self._refuse(new, "bad_id", f"{_shown(new)} cannot be an id.", _ID_ADVICE)
        return node.having(kept)

    def key(self, node: Node, key: str, shape: Map) -> bool:
        """Return whether a key of a map has the form that it must have."""
        if shape.keys is Keys.ID and not shape.ref:
            fits, advice = is_id(key), _ID_ADVICE
        elif shape.keys is Keys.NAME:
            fits, advice = _NAME.match(key) is not None, "Use letters, digits, '_', '-' and '.'."
        else:
            fits, advice = _PATH.match(key) is not None, "Write ids, joined by dots where it is a path."
        if not fits:
            self._refuse(node, "bad_id", f"'{key}' cannot be a key here.", advice, at_key=True)
        return fits

    def _variant(self, node: Node, shape: Variants, *, patch: bool) -> Node | None:
        if patch and shape.key not in node.members:
            return self._object(node, shape.merged, patch=True)
        which = node.get(shape.key)
        if isinstance(node.value, dict) and which is None:
            self._refuse(node, "missing_key", f"The key '{shape.key}' is missing.", f"Say what happens: one of {listed(shape.variants, 40)}.")
            return None
        variant = shape.variants.get(which.text) if which is not None else None
        if which is not None and variant is None:
            self._refuse(
                which,
                "not_a_choice",
                f"{_shown(which)} is not possible here.",
                f"Choose one of: {listed(shape.variants, 40)}.",
                nearest(which.text, shape.variants),
            )
            return None
        return self._object(node, variant or shape.merged, patch=patch)

    def _object(self, node: Node, shape: Object, *, patch: bool) -> Node | None:
        if not isinstance(node.value, dict):
            self._refuse(node, "wrong_type", f"{_shown(node)} stands where an object is expected.", f"This is: {shape.title}.")
            return None
        kept: dict[str, Node] = {}
        for key, member in node.value.items():
            part = shape.keys.get(key) or shape.rest
            if part is None or key.startswith("$"):
                self._unknown(member, key, shape)
            elif (checked := self._check(member, part, patch=patch)) is not None:
                kept[key] = checked
        if not patch:
            for key in shape.required:
                if key not in node.value:
                    self._refuse(node, "missing_key", f"The key '{key}' is missing.", f"It says: {shape.keys[key].title}.")
        return node.having(kept)

    def _unknown(self, node: Node, key: str, shape: Object) -> None:
        known = [name for name in shape.keys if name not in ("after", "sealed", "deprecated", "renamed_from")]
        if key in MAP_VERBS:
            message, advice = f"'{key}' does not work here: this has fixed keys.", "Write the key and its new value; verbs belong into maps of members."
        else:
            message, advice = f"There is no key '{key}' here.", f"Possible are: {listed(known)}."
        self._refuse(node, "unknown_key", message, advice, nearest(key, shape.keys), at_key=True)


_ID_ADVICE = f"An id is snake_case: a small letter, then small letters, digits and '_', at most {MAX_ID}."


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "An object"
    if isinstance(node.value, list):
        return "A list"
    if isinstance(node.value, str):
        return f"'{node.value[:40]}'"
    return (
        {None: "null", True: "true", False: "false"}.get(node.value, str(node.value))
        if not isinstance(node.value, (int, float)) or isinstance(node.value, bool)
        else str(node.value)
    )
