"""Builds organisation, roles and scenarios."""

from collections.abc import Mapping

from packdesk.model.nodes import Expression
from packdesk.model.people import Area, Collaboration, DemoUser, Organisation, OrgUnit, Role, UnitLevel
from packdesk.model.scenarios import Given, Scenario, Step
from packdesk.packs.merged import Body
from packdesk.packs.parts import Texts, expression_at, flag_at, members, names, names_at, text_at, values_at, values_of


def build_organisation(body: Body, texts: Texts) -> Organisation:
    """Return all organisation documents as one."""
    return Organisation(
        units={name: _unit(name, part, f"organisation.units.{name}", texts) for name, part in members(body, "units")},
        areas={name: _area(name, part, f"organisation.areas.{name}", texts) for name, part in members(body, "areas")},
        collaboration={name: _collaboration(name, part) for name, part in members(body, "collaboration")},
        users={login: _user(login, part) for login, part in members(body, "users")},
    )


def _unit(identifier: str, body: Body, path: str, texts: Texts) -> OrgUnit:
    return OrgUnit(
        id=identifier,
        path=path,
        label=texts.label(body, path, identifier),
        level=UnitLevel(text_at(body, "level", UnitLevel.UNIT)),
        parent=text_at(body, "parent"),
        time_zone=text_at(body, "time_zone"),
        effective=flag_at(body, "effective", default=True),
        renamed_from=text_at(body, "renamed_from"),
    )


def _area(identifier: str, body: Body, path: str, texts: Texts) -> Area:
    when = expression_at(body, "when", path) or Expression("false", path)
    return Area(id=identifier, path=path, label=texts.label(body, path, identifier), when=when, unit=text_at(body, "unit"))


def _collaboration(identifier: str, body: Body) -> Collaboration:
    return Collaboration(
        id=identifier,
        path=f"organisation.collaboration.{identifier}",
        group=text_at(body, "group"),
        with_group=text_at(body, "with"),
        entity_types=names_at(body, "entity_types"),
        privacy=names_at(body, "privacy"),
        permit=names_at(body, "permit"),
    )


def _user(login: str, body: Body) -> DemoUser:
    return DemoUser(
        login=login,
        path=f"organisation.users.{login}",
        name=text_at(body, "name"),
        units=names_at(body, "units"),
        roles=names_at(body, "roles"),
        extension=text_at(body, "extension"),
    )


def build_roles(bodies: Mapping[str, Body], texts: Texts) -> dict[str, Role]:
    """Return the roles by id."""
    return {
        identifier: Role(
            id=identifier,
            path=f"roles.{identifier}",
            label=texts.label(body, f"roles.{identifier}", identifier),
            permit={name: names(verbs) for name, verbs in values_at(body, "permit").items()},
            fields={name: names(verbs) for name, verbs in values_at(body, "fields").items()},
            permissions=names_at(body, "permissions"),
        )
        for identifier, body in bodies.items()
    }


def build_scenarios(bodies: Mapping[str, Body]) -> dict[str, Scenario]:
    """Return the scenarios by id."""
    return {identifier: _scenario(identifier, body, f"scenarios.{identifier}") for identifier, body in bodies.items()}


def _scenario(identifier: str, body: Body, path: str) -> Scenario:
    return Scenario(
        id=identifier,
        path=path,
        covers=names_at(body, "covers"),
        given={name: _given(name, part, f"{path}.given.{name}") for name, part in members(body, "given")},
        when={name: _step(name, part, f"{path}.when.{name}") for name, part in members(body, "when")},
        then={name: Expression(str(found), f"{path}.then.{name}") for name, found in values_at(body, "then").items()},
    )


def _given(identifier: str, body: Body, path: str) -> Given:
    return Given(id=identifier, path=path, entity_type=text_at(body, "entity_type"), subtype=text_at(body, "subtype"), values=values_of(body, "values", path))


def _step(identifier: str, body: Body, path: str) -> Step:
    return Step(
        id=identifier,
        path=path,
        as_user=text_at(body, "as"),
        action=text_at(body, "action"),
        on=text_at(body, "on"),
        edit=text_at(body, "edit"),
        create=text_at(body, "create"),
        delete=text_at(body, "delete"),
        subtype=text_at(body, "subtype"),
        inputs=values_of(body, "inputs", path),
        values=values_of(body, "values", path),
        refused=text_at(body, "refused"),
    )
