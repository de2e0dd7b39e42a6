"""Who may do what, decided without a database."""

from dataclasses import replace
from pathlib import Path

import pytest

from packdesk.errors import sentence
from packdesk.packs.build import build
from packdesk.packs.load import load
from packdesk.packs.sources import FolderSource
from packdesk.records import policy
from packdesk.records.demo import demo_actor
from packdesk.records.rights_words import not_permitted
from packdesk.runtime.compile import Runtime
from packdesk.runtime.compile import compile as compile_model
from packdesk.runtime.values import SYSTEM

PACK = Path(__file__).parents[2] / "packs" / "accept" / "harbour"


@pytest.fixture(scope="module")
def runtime() -> Runtime:
    merged = load([FolderSource(PACK)]).merged
    assert merged is not None
    return compile_model(build(merged))


@pytest.mark.parametrize(
    ("login", "verb", "entity_type", "allowed"),
    [
        ("olga", "create", "mooring", True),
        ("olga", "delete", "mooring", False),
        ("olga", "create", "ledger", False),
        ("otto", "delete", "mooring", True),
        ("otto", "act", "skipper", False),
    ],
)
def test_roles_permit_verbs_per_type(runtime: Runtime, login: str, verb: str, entity_type: str, allowed: bool) -> None:
    refused = policy.may(runtime, demo_actor(runtime.model, login), verb, entity_type)

    assert (refused is None) is allowed
    if refused is not None:
        assert (refused.code, refused.facts["verb"]) == ("not_permitted", verb)
        assert refused.rule.startswith("roles.")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Your roles do not permit 'delete' on Moorings."), ("de", "Ihre Rollen erlauben 'löschen' für Moorings nicht.")],
)
def test_a_refusal_names_verb_and_type_as_people_call_them(runtime: Runtime, language: str, said: str) -> None:
    refused = policy.may(runtime, demo_actor(runtime.model, "olga"), "delete", "mooring")

    assert refused is not None
    assert sentence(refused, language) == said


def test_the_system_may_everything(runtime: Runtime) -> None:
    assert all(policy.may(runtime, SYSTEM, verb, name, field="papers.born_on") is None for verb in policy.VERBS for name in ("mooring", "skipper"))
    assert policy.access_filter(runtime, SYSTEM, "mooring") is None


@pytest.mark.parametrize(("roles", "open_"), [({"docker"}, False), ({"docker", "guest"}, False), (set(), True)])
def test_a_field_is_closed_when_every_role_that_opens_the_type_closes_it(runtime: Runtime, roles: set[str], open_: bool) -> None:
    actor = replace(demo_actor(runtime.model, "olga"), roles=frozenset(roles))

    assert (policy.field_refused(runtime, actor, "edit", "skipper", "papers.born_on") is None) is open_
    assert policy.field_refused(runtime, actor, "view", "skipper", "papers.born_on") is None


@pytest.mark.parametrize(
    ("login", "verb", "pairs"),
    [
        ("olga", "view", {("port", "normal"), ("port", "confidential"), ("quay", "normal"), ("quay", "confidential")}),
        ("ines", "view", {("port", "normal"), ("port", "confidential"), ("customs", "normal"), ("customs", "confidential"), ("quay", "normal")}),
        ("ines", "edit", {("port", "normal"), ("port", "confidential"), ("customs", "normal"), ("customs", "confidential")}),
    ],
)
def test_groups_and_collaboration_open_pairs_of_owner_and_privacy(runtime: Runtime, login: str, verb: str, pairs: set[tuple[str, str]]) -> None:
    """NET-2, NET-6."""
    assert policy.visible_pairs(runtime, demo_actor(runtime.model, login), "mooring", verb) == pairs


def test_a_head_of_all_sees_the_groups_under_his_unit(runtime: Runtime) -> None:
    actor = replace(demo_actor(runtime.model, "olga"), units=frozenset({"port"}), member_of=frozenset({"port"}))

    assert {group for group, _ in policy.visible_pairs(runtime, actor, "mooring", "view") or ()} == {"port", "quay", "customs"}


def test_implicit_types_are_guarded_by_their_master(runtime: Runtime) -> None:
    """NET-3."""
    guard = policy.guarding_type(runtime.model, "hull")

    assert guard is not None
    assert guard.id == "skipper"


@pytest.mark.parametrize(("login", "offered"), [("olga", ["day_berth", "winter_berth"]), ("ines", ["day_berth"])])
def test_only_the_subtypes_of_ones_unit_are_offered_the_default_first(runtime: Runtime, login: str, offered: list[str]) -> None:
    """GEN-22, CARE-2."""
    assert [subtype.id for subtype in policy.offered_subtypes(runtime, demo_actor(runtime.model, login), "mooring")] == offered


@pytest.mark.parametrize(
    ("login", "permission", "held"), [("olga", "desk.use", True), ("olga", "harbour.weigh", False), ("otto", "harbour.weigh", True), ("olga", "", True)]
)
def test_named_rights_come_from_roles(runtime: Runtime, login: str, permission: str, held: bool) -> None:
    assert policy.has_permission(runtime, demo_actor(runtime.model, login), permission) is held


@pytest.mark.parametrize(
    ("language", "own", "of_group"),
    [
        ("en", "You may read moorings, but not work on them.", "You may read moorings of Quay, but not work on them."),
        ("de", "Sie dürfen Moorings ansehen, aber nicht daran arbeiten.", "Sie dürfen Moorings von Quay ansehen, aber nicht daran arbeiten."),
    ],
)
def test_who_may_only_read_is_told_so_in_plain_words(runtime: Runtime, language: str, own: str, of_group: str) -> None:
    found = [not_permitted(runtime.model, "", verb="act", entity_type="mooring", group=group) for group in ("", "quay")]

    assert [sentence(one, language) for one in found] == [own, of_group]
