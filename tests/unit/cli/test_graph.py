"""Lifecycles as pictures."""

from types import MappingProxyType
from xml.etree import ElementTree

from packdesk.cli.drawing import svg
from packdesk.cli.graph import mermaid
from packdesk.model.lifecycles import Lifecycle, Move, State, StateKind, Status
from packdesk.model.nodes import Text

NONE: MappingProxyType[str, object] = MappingProxyType({})


def _text(word: str, german: str = "") -> Text:
    return Text({"en": word, **({"de": german} if german else {})}, word)


def _state(name: str, kind: StateKind) -> State:
    return State(id=name, path=name, label=_text(name.title(), f"{name}-de"), kind=kind, fields=NONE)  # type: ignore[arg-type]


LIFECYCLE = Lifecycle(
    id="visit",
    path="transitions.visit",
    states={"planned": _state("planned", StateKind.INITIAL), "under_way": _state("under_way", StateKind.OPEN), "done": _state("done", StateKind.FINAL)},
    statuses={
        "planned": Status(id="planned", path="p", label=_text("Planned"), state="planned"),
        "early": Status(id="early", path="e", label=_text("Early <script>"), state="planned"),
        "done": Status(id="done", path="d", label=_text("Done"), state="done"),
    },
    moves={
        "start": Move(id="start", path="s", label=_text("Start: now"), from_states=("planned",), to="under_way", checks=NONE),  # type: ignore[arg-type]
        "finish": Move(id="finish", path="f", label=_text("Finish"), from_states=("planned", "under_way"), to="done", checks=NONE),  # type: ignore[arg-type]
        "reopen": Move(id="reopen", path="r", label=_text("<b>&"), from_states=("under_way",), to="planned", checks=NONE),  # type: ignore[arg-type]
    },
    rules={},
)


def test_mermaid_shows_states_statuses_and_moves() -> None:
    assert mermaid(LIFECYCLE, "en").splitlines() == [
        "stateDiagram-v2",
        "    planned : Planned (Planned, Early <script>)",
        "    under_way : Under_Way",
        "    done : Done",
        "    [*] --> planned",
        "    planned --> under_way : Start#58; now",
        "    planned --> done : Finish",
        "    under_way --> done : Finish",
        "    under_way --> planned : <b>&",
        "    done --> [*]",
    ]


def test_mermaid_speaks_the_language_that_is_asked_for() -> None:
    assert "    done : done-de (Done)" in mermaid(LIFECYCLE, "de").splitlines()


def test_svg_draws_each_state_and_move_as_text_not_markup() -> None:
    picture = svg(LIFECYCLE, "en")

    root = ElementTree.fromstring(picture)  # noqa: S314 - our own picture
    space = {"s": "http://www.w3.org/2000/svg"}
    assert len(root.findall("s:rect", space)) == 3
    assert [text.text for text in root.findall("s:text", space)] == ["Start: now", "Finish", "Finish", "<b>&", "Planned", "Under_Way", "Done"]
    assert "script" not in picture


def test_svg_puts_states_in_columns_by_their_distance() -> None:
    root = ElementTree.fromstring(svg(LIFECYCLE, "en"))  # noqa: S314 - our own picture
    left = [int(box.attrib["x"]) for box in root.iter("{http://www.w3.org/2000/svg}rect")]

    assert left[0] < left[1] == left[2]
