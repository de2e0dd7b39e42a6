"""The part of a user's form that says where he works: his units, the time zone of his days, the number of his telephone."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import available_timezones

from packdesk.errors import Finding
from packdesk.web import request_context, users
from packdesk.web.users import Place
from packdesk_ui import administration
from packdesk_ui.controls import FEW, Control, Option, Raw, depth_of, in_tree_order
from packdesk_ui.shell import language

_LONGEST_EXTENSION = 32


def kept(login: str) -> Mapping[str, Sequence[str]]:
    """Return what is stored of somebody, as a form holds it."""
    place = users.place_of(login)
    return {
        "default_unit": [place.default_unit],
        "units": sorted(place.units - {place.default_unit}),
        "time_zone": [place.time_zone],
        "extension": [place.extension],
    }


def read(raw: Raw) -> Place:
    """Return what a form says that was found good."""
    main = _text(raw, "default_unit")
    units = frozenset(raw.get("units", ())) | ({main} if main else frozenset())
    return Place(default_unit=main or min(units, default=""), units=units, time_zone=_text(raw, "time_zone"), extension=_text(raw, "extension"))


def told(login: str) -> tuple[tuple[str, str], ...]:
    """Return where somebody works, as pairs of a field's name and what is read."""
    place, declared = users.place_of(login), request_context.runtime().model.organisation.units
    others = sorted(declared[unit].label.in_language(language()) for unit in place.units - {place.default_unit})
    main = declared[place.default_unit].label.in_language(language()) if place.default_unit else ""
    return ("default_unit", main), ("units", ", ".join(others)), ("time_zone", place.time_zone.replace("_", " ")), ("extension", place.extension)


def controls(state: Raw) -> tuple[Control, ...]:
    """Return the controls with what stands in them."""
    units = _units()
    return (
        _choice("default_unit", units, [_text(state, "default_unit")]),
        _choice("units", units, state.get("units", ()), several=True),
        _choice("time_zone", [Option(id=name, label=name.replace("_", " ")) for name in sorted(available_timezones())], [_text(state, "time_zone")]),
        Control(
            path="extension",
            name="extension",
            label=_label("extension"),
            control="text",
            value=_text(state, "extension"),
            limit=_LONGEST_EXTENSION,
            hint=administration.hint("extension"),
        ),
    )


def judge(raw: Raw) -> Iterable[Finding]:
    """Yield what is wrong with what was typed."""
    known = {"units": request_context.runtime().model.organisation.units.keys(), "time_zone": available_timezones()}
    for name, choices in (("default_unit", known["units"]), ("units", known["units"]), ("time_zone", known["time_zone"])):
        if foreign := sorted({each for each in raw.get(name, ()) if each} - choices):
            yield Finding(code="not_an_option", field=name, facts={"label": _label(name), "value": foreign[0]})
    if len(_text(raw, "extension")) > _LONGEST_EXTENSION:
        yield Finding(code="too_long", field="extension", facts={"label": _label("extension"), "limit": _LONGEST_EXTENSION})


def _units() -> list[Option]:
    """Return the units of the release, each below the one that it belongs to."""
    declared = request_context.runtime().model.organisation.units
    parents = {unit.id: unit.parent for unit in declared.values()}
    return [Option(id=name, label=declared[name].label.in_language(language()), depth=depth_of(parents, name)) for name in in_tree_order(parents)]


def _choice(name: str, offered: Sequence[Option], chosen: Iterable[str], *, several: bool = False) -> Control:
    picked = frozenset(chosen)
    options = tuple(Option(id=each.id, label=each.label, depth=each.depth, selected=each.id in picked) for each in offered)
    return Control(
        path=name,
        name=name,
        label=_label(name),
        control="ticks" if several and len(options) <= FEW else "select",
        options=options,
        multiple=several,
        hint=administration.hint(name),
        wide=several,
    )


def _label(name: str) -> str:
    return administration.label(name, name)


def _text(raw: Raw, name: str) -> str:
    return (raw.get(name) or [""])[-1].strip()
