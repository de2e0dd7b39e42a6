"""One way to write JSON, so that equal things are equal bytes: order kept, two blanks deep, short members on one line."""

import hashlib
import json

WIDTH = 140


def dumps(value: object) -> str:
    """Return the value as readable JSON that depends on nothing but the value; ends with a line break."""
    return _write(value, 0) + "\n"


def compact(value: object) -> str:
    """Return the value as JSON without blanks, keys in their order."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical form."""
    return hashlib.sha256(compact(value).encode()).hexdigest()


def _write(value: object, indent: int) -> str:
    flat = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, (dict, list)) or not value or (indent > 0 and indent + len(flat) <= WIDTH and not _deep(value)):
        return flat
    blanks = " " * (indent + 2)
    if isinstance(value, list):
        rows = [f"{blanks}{_write(item, indent + 2)}" for item in value]
        return "[\n" + ",\n".join(rows) + "\n" + " " * indent + "]"
    rows = [f"{blanks}{json.dumps(key, ensure_ascii=False)}: {_write(member, indent + 2)}" for key, member in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"


def _deep(value: object) -> bool:
    """Return whether something with members holds something with members: that reads better over several lines."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(member, dict) and any(isinstance(inner, dict) and inner for inner in member.values()) for member in members)
