"""A lifecycle as SVG: states in columns by their distance from the first one, moves as curves; no script, no foreign font."""

from collections.abc import Mapping
from html import escape

from packdesk.model.lifecycles import Lifecycle, StateKind

_WIDTH, _HEIGHT, _COLUMN, _ROW, _MARGIN = 170, 56, 280, 120, 30
_STROKE = {StateKind.INITIAL: "#1f6feb", StateKind.OPEN: "#57606a", StateKind.FINAL: "#1a7f37"}


def svg(lifecycle: Lifecycle, language: str) -> str:
    """Return the picture."""
    places = _places(lifecycle)
    width = max((x for x, _ in places.values()), default=0) + _WIDTH + 2 * _MARGIN
    height = max((y for _, y in places.values()), default=0) + _HEIGHT + 3 * _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif" font-size="13">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>',
    ]
    seen: dict[frozenset[str], int] = {}
    for move in lifecycle.moves.values():
        for origin in move.from_states:
            pair = frozenset({origin, move.to})
            seen[pair] = seen.get(pair, 0) + 1
            parts.append(_arrow(places[origin], places[move.to], move.label.in_language(language), seen[pair]))
    parts += [_box(places[state.id], state.label.in_language(language), _STROKE[state.kind]) for state in lifecycle.states.values()]
    return "\n".join((*parts, "</svg>"))


def _places(lifecycle: Lifecycle) -> Mapping[str, tuple[int, int]]:
    """Return the upper left corner of each state's box."""
    depth = {state.id: 0 for state in lifecycle.states.values() if state.kind is StateKind.INITIAL}
    frontier = list(depth)
    while frontier:
        reached = [move.to for state in frontier for move in lifecycle.moves.values() if state in move.from_states and move.to not in depth]
        for state in reached:
            depth.setdefault(state, depth[next(s for s in frontier if any(s in m.from_states and m.to == state for m in lifecycle.moves.values()))] + 1)
        frontier = list(dict.fromkeys(reached))
    rows: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    for state in lifecycle.states:
        column = depth.get(state, 0)
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[state] = (_MARGIN + column * _COLUMN, _MARGIN + row * _ROW + (_MARGIN if column % 2 else 0))
    return places


def _box(place: tuple[int, int], label: str, stroke: str) -> str:
    """Return a state."""
    x, y = place
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#fff" stroke="{stroke}" stroke-width="2"/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + _HEIGHT // 2 + 4}" text-anchor="middle">{escape(label)}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], label: str, nth: int) -> str:
    """Return a move; the second between the same two states bends further, so that both can be read."""
    forward = end[0] >= start[0]
    x1, y1 = start[0] + (_WIDTH if forward else 0), start[1] + _HEIGHT // 2
    x2, y2 = end[0] + (0 if forward else _WIDTH), end[1] + _HEIGHT // 2
    if start[0] == end[0]:
        x2 = end[0] + _WIDTH
    bend = 26 * nth * (1 if forward else -1)
    middle_x, middle_y = (x1 + x2) // 2 + (40 if start[0] == end[0] else 0), (y1 + y2) // 2 - bend
    return (
        f'<path d="M{x1} {y1}Q{middle_x} {middle_y} {x2} {y2}" fill="none" stroke="#8c959f" marker-end="url(#tip)"/>'
        f'<text x="{middle_x}" y="{(middle_y + (y1 + y2) // 2) // 2 - 4}" text-anchor="middle" fill="#57606a" font-size="11">{escape(label)}</text>'
    )
