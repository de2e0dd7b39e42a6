"""Builds category trees, value lists, level lists and matrices, and gives codes to what has none."""

from collections.abc import Iterable, Mapping

from packdesk.model.durations import Duration, parse_duration
from packdesk.model.lists import Entry, EntryList, Matrix
from packdesk.model.nodes import Text
from packdesk.packs.merged import Body
from packdesk.packs.names import initials, label_from_id
from packdesk.packs.parts import Texts, allow_of, flag_at, frozen, members, text_at
from packdesk.packs.schemas.catalogue import KINDS
from packdesk.packs.schemas.shapes import Map, Object

PRIVACY_LEVELS = ("normal", "confidential")


class Codes:
    """Gives the members of one list codes that are unique in it: the initials of the label, then with 2, 3, ... behind."""

    def __init__(self, bodies: Iterable[Body]) -> None:
        """Reserve the codes that documents give themselves."""
        self._taken = {text_at(body, "code") for body in bodies} - {""}

    def code(self, body: Body, label: str) -> str:
        """Return the member's own code, or a new one."""
        if own := text_at(body, "code"):
            return own
        stem = code = initials(label)
        number = 1
        while code in self._taken:
            number += 1
            code = f"{stem}{number}"
        self._taken.add(code)
        return code


def build_list(kind: str, identifier: str, body: Body, entries: str, texts: Texts) -> EntryList:
    """Return a list with its entries, which stand under the key ``entries`` of the document."""
    from packdesk.packs.build_entity_types import build_fields

    path = f"{kind}.{identifier}"
    codes = Codes(part for _, part in members(body, entries))
    attributes = build_fields(body, path, texts, "attributes") if kind != "level_lists" else {}
    default = text_at(body, "default") if kind == "level_lists" else ""
    known = _own_keys(kind, entries)
    built = {
        name: _entry(name, part, f"{path}.{entries}.{name}", default=default, known=known, codes=codes, texts=texts) for name, part in members(body, entries)
    }
    return EntryList(id=identifier, path=path, label=texts.label(body, path, identifier), entries=built, attributes=attributes)


def _own_keys(kind: str, entries: str) -> frozenset[str]:
    shape = KINDS[kind].keys[entries]
    return frozenset(shape.member.keys) if isinstance(shape, Map) and isinstance(shape.member, Object) else frozenset()


def _entry(identifier: str, body: Body, path: str, *, default: str, known: frozenset[str], codes: Codes, texts: Texts) -> Entry:
    label = texts.label(body, path, identifier)
    return Entry(
        id=identifier,
        path=path,
        label=label,
        description=texts.optional(body, path, "description"),
        code=codes.code(body, texts.spoken(label)),
        parent=text_at(body, "parent") if "parent" in known else "",
        effective=flag_at(body, "effective", default=True),
        default=identifier == default or ("default" in known and flag_at(body, "default")),
        supported="supported" not in known or flag_at(body, "supported", default=True),
        colour=text_at(body, "colour"),
        allow=allow_of(body) if "allow" in known else None,
        attributes={key: frozen(value) for key, value in body.items() if key not in known},
        renamed_from=text_at(body, "renamed_from"),
    )


_PRIVACY_IN_GERMAN = {"normal": "Normal", "confidential": "Vertraulich"}


def privacy_levels(texts: Texts) -> dict[str, EntryList]:
    """Return the engine's own level list of privacy levels; translations may name its path."""
    path = "level_lists.privacy_level"
    codes = Codes(())
    entries: dict[str, Entry] = {}
    for level in PRIVACY_LEVELS:
        said = texts.label({}, f"{path}.levels.{level}", level)
        label = Text({"de": _PRIVACY_IN_GERMAN[level], **said.by_language}, said.fallback)
        entries[level] = Entry(
            id=level, path=f"{path}.levels.{level}", label=label, code=codes.code({}, label_from_id(level)), default=level == PRIVACY_LEVELS[0], attributes={}
        )
    return {"privacy_level": EntryList(id="privacy_level", path=path, label=Text({"de": "Vertraulichkeit"}, "Privacy level"), entries=entries, attributes={})}


def build_matrix(identifier: str, body: Body, texts: Texts) -> Matrix:
    """Return a matrix with its targets as durations."""
    path = f"matrices.{identifier}"
    return Matrix(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        row=text_at(body, "row"),
        column=text_at(body, "column"),
        result=text_at(body, "result"),
        cells={row: {column: str(result) for column, result in cells.items()} for row, cells in members(body, "cells")},
        targets={result: _targets(moves) for result, moves in members(body, "targets")},
    )


def _targets(moves: Mapping[str, object]) -> dict[str, Duration]:
    return {move: length for move, written in moves.items() if (length := parse_duration(str(written))) is not None}
