"""Looks live in the stylesheets alone: every class that a template names is styled there, and every hue can be read on its ground."""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "ui" / "packdesk_ui" / "templates").rglob("*.html"))
STYLES = ROOT / "ui" / "assets" / "src" / "styles"
TABLER = ROOT / "ui" / "assets" / "node_modules" / "@tabler" / "core" / "dist" / "css" / "tabler.min.css"
#: Least contrast of text and its ground (WCAG 1.4.3), and of the edge of a field and what it lies on (1.4.11).
TEXT, EDGE = 4.5, 3.0
Colour = tuple[float, float, float]

# classes ---------------------------------------------------------------------------------------------------------------------------

_ATTRIBUTE = re.compile(r'\bclass="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{]|\{(?![{%]))*)"')
_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_QUOTED = re.compile(r"(?<![=!(] )['\"] ?([a-z][a-z0-9 -]*)['\"]")


def classes_of(template: str) -> Iterator[str]:
    """Yield the class names of a template; one that an expression ends is given with its hyphen."""
    for attribute in _ATTRIBUTE.finditer(template):
        yield from _PLACE.sub("\0", attribute[0][7:-1]).replace("\0", " ").split()
        for place in _PLACE.findall(attribute[0]):
            for quoted in _QUOTED.findall(place.replace("== '", "").replace('== "', "")):
                yield from quoted.split()


def test_the_class_names_of_a_template_are_found_with_their_conditions() -> None:
    template = """<p class="one two{{ ' three' if a == 'x' }}{% if b %} four{% endif %} tone-{{ tone }}">"""

    assert set(classes_of(template)) == {"one", "two", "three", "four", "tone-"}


@pytest.fixture(scope="module")
def styled() -> frozenset[str]:
    """The class names that any stylesheet speaks of."""
    sheets = [TABLER.read_text(), *(path.read_text() for path in STYLES.glob("*.css"))]
    return frozenset(name for sheet in sheets for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", sheet))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_class_of_a_template_is_styled(path: Path, styled: frozenset[str]) -> None:
    named = set(classes_of(path.read_text()))

    assert sorted(name for name in named if name not in styled and not (name.endswith("-") and any(each.startswith(name) for each in styled))) == []


def test_every_class_of_what_is_drawn_without_a_template_is_styled(styled: frozenset[str]) -> None:
    drawn = (ROOT / "ui" / "packdesk_ui" / "components.py").read_text()
    named = {name for inside in re.findall(r'class="([^"]*)', drawn) for name in re.findall(r"[a-z][a-z0-9-]*", re.sub(r"\{[^}]*\}", " ", inside))}

    assert {"row-edit", "unseen", "blank"} <= named
    assert sorted(name for name in named if name not in styled and not (name.endswith("-") and any(each.startswith(name) for each in styled))) == []


def test_only_the_tokens_name_colours_of_their_own() -> None:
    """One place for colours: other files take them from there, or from a hue and a chroma that are given to them."""
    own = re.compile(r"#[0-9a-f]{3,8}\b|oklch\((?![\d.]+% (?:calc\()?var\(--c\))|rgba?\(|hsl\(", re.IGNORECASE)

    found = {path.name: own.findall(path.read_text()) for path in STYLES.glob("*.css") if path.name != "tokens.css"}

    assert {name: colours for name, colours in found.items() if colours} == {}


# contrast --------------------------------------------------------------------------------------------------------------------------


def linear(lightness: float, chroma: float, hue: float) -> Colour:
    """Return a colour of OKLCH as linear red, green and blue, as far as a screen can show it."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    mixed = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (min(max(part, 0.0), 1.0) for part in mixed)
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """Return how much two colours stand out from each other, 1 to 21."""
    light = sorted((0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (one, other)), reverse=True)
    return (light[0] + 0.05) / (light[1] + 0.05)


def colour(text: str, hue: float = 0.0, chroma: float = 0.0) -> Colour:
    """Return a colour as the stylesheets write it, for a hue and chroma where it asks for them."""
    if text in ("#fff", "#000"):
        return (1.0, 1.0, 1.0) if text == "#fff" else (0.0, 0.0, 0.0)
    lightness, rest = re.fullmatch(r"oklch\(([\d.]+)% (.+)\)", text).groups()  # type: ignore[union-attr]
    times = re.match(r"calc\(var\(--c\) \* ([\d.]+)\) var\(--h\)", rest)
    if times:
        return linear(float(lightness) / 100, chroma * float(times[1]), hue)
    if rest.startswith("var(--c)"):
        return linear(float(lightness) / 100, chroma, hue)
    own_chroma, own_hue = rest.split()[:2]
    return linear(float(lightness) / 100, float(own_chroma), float(own_hue))


def pairs(text: str) -> tuple[str, str]:
    """Return what ``light-dark()`` holds; the same twice where there is only one."""
    found = re.fullmatch(r"light-dark\((.+\)|#\w+), (.+)\)", text)
    return (found[1], found[2]) if found else (text, text)


def tokens(part: int = 0) -> Mapping[str, str]:
    """Return the tokens of the usual theme, or of the one for more contrast (1)."""
    sheet = (STYLES / "tokens.css").read_text().split("@media")
    found = dict(re.findall(r"(--[\w-]+): ([^;]+);", sheet[0]))
    return found | (dict(re.findall(r"(--[\w-]+): ([^;]+);", sheet[1])) if part else {})


def _of(sheet: str, selector: str) -> tuple[str, str]:
    """Return text and ground of a rule."""
    body = re.search(rf"^{re.escape(selector)} \{{(.*?)\}}", (STYLES / sheet).read_text(), re.MULTILINE | re.DOTALL)
    assert body is not None, (sheet, selector)
    given = dict(re.findall(r"(?<![\w-])(color|background): (light-dark\(.*?\)\));|$", body[1].replace("\n", " ") + ";"))
    return given["color"], given["background"]


@pytest.mark.parametrize(("sheet", "selector", "chromas"), [("badge.css", ".badge", (0.012, 0.08, 0.11)), ("avatar.css", ".avatar", (0.05, 0.1))])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_hue_can_be_read_in_both_themes(sheet: str, selector: str, chromas: tuple[float, ...], theme: int) -> None:
    text, ground = (pairs(each)[theme] for each in _of(sheet, selector))

    worst = min((contrast(colour(text, hue, chroma), colour(ground, hue, chroma)), hue, chroma) for hue in range(360) for chroma in chromas)

    assert worst[0] >= TEXT, worst


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        ("--tblr-body-color", "--tblr-body-bg", TEXT),
        ("--tblr-body-color", "--tblr-bg-surface", TEXT),
        ("--tblr-body-color", "--tblr-bg-surface-secondary", TEXT),
        ("--pd-quiet", "--tblr-body-bg", TEXT),
        ("--pd-quiet", "--tblr-bg-surface", TEXT),
        ("--pd-quiet", "--tblr-bg-surface-secondary", TEXT),
        ("--pd-quiet", "--tblr-bg-forms", TEXT),
        ("--tblr-link-color", "--tblr-bg-surface", TEXT),
        ("--tblr-link-color", "--tblr-body-bg", TEXT),
        ("--tblr-primary-fg", "--tblr-primary", TEXT),
        ("--tblr-primary-fg", "--tblr-primary-darken", TEXT),
        ("--pd-danger", "--tblr-bg-surface", TEXT),
        ("--pd-danger", "--tblr-body-bg", TEXT),
        ("--pd-success", "--tblr-bg-surface", TEXT),
        ("--pd-sidebar-text", "--pd-sidebar", TEXT),
        ("--pd-sidebar-quiet", "--pd-sidebar", TEXT),
        ("--pd-field-border", "--tblr-bg-surface", EDGE),
        ("--tblr-primary", "--tblr-bg-surface", EDGE),
    ],
)
@pytest.mark.parametrize("more", [0, 1], ids=["usual", "more contrast"])
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_tokens_can_be_read_on_each_other(text: str, ground: str, least: float, more: int, theme: int) -> None:
    known = tokens(more)

    assert contrast(colour(pairs(known[text])[theme]), colour(pairs(known[ground])[theme])) >= least


def test_every_colour_that_a_pack_may_name_leads_to_a_hue() -> None:
    """What the schema takes is a word; one without a hue of its own is drawn neutral."""
    sheet = (STYLES / "badge.css").read_text()

    hues = set(re.findall(r"\.tone-([a-z]+)", sheet))

    assert {"red", "orange", "yellow", "green", "teal", "cyan", "blue", "indigo", "purple", "pink", "gray"} <= hues
    assert ":where(.badge) { --h:" in sheet
