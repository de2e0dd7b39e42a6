"""The buttons of a record's page are the engine's own answer: for each status of each type, and each role."""

import re
from collections.abc import Mapping
from html import unescape

import pytest
from tests.integration.screens.desk import Desk, Visitor, texts
from tests.speaking import speak

from packdesk.errors import sentence
from packdesk.records import actions
from packdesk.runtime.lifecycle import ActionState
from packdesk.runtime.values import Record
from packdesk_ui.steps import is_shown

#: One person of each role, and agents of other departments.
LOGINS = ("anna", "tom", "mia", "lena", "paul", "admin")
_STEP = re.compile(r'<div class="step" data-action="([^"]+)">')
#: Why a step is not on the page at all: nothing can be changed any more, it leads away from another state, or it is no move and not offered.
_LEFT_OUT = frozenset({"locked_final", "wrong_state", "unavailable", "not_permitted"})
_KEY_FACTS = re.compile(r"<dl class=\"facts key-facts\">(.*?)</dl>", re.DOTALL)
#: Statuses of the base pack and of the complaints example.
STATUSES = 36


@pytest.fixture(scope="module")
def records(desk: Desk) -> dict[str, Record]:
    """One record of each type that has a lifecycle."""
    return {name: record for name, record in desk.needed().items() if desk.runtime.type(name).lifecycle is not None}


@pytest.fixture(scope="module")
def visitors(desk: Desk) -> Mapping[str, Visitor]:
    """Everybody, logged in."""
    return {login: desk.visitor(login) for login in LOGINS}


def _insides(page: str) -> dict[str, str]:
    """Return action -> everything within its step, to the end of the element."""
    found: dict[str, str] = {}
    for begin in _STEP.finditer(page):
        depth, end = 1, begin.end()
        while depth:
            tag = re.compile("<(/?)div").search(page, end)
            assert tag is not None
            depth, end = depth + (-1 if tag[1] else 1), tag.end()
        found[begin[1]] = page[begin.end() : end - len("</div")]
    return found


def _steps(page: str) -> dict[str, tuple[bool, str]]:
    """Return action -> (enabled, the reason that describes the disabled button), as the buttons and links of the page are."""
    found: dict[str, tuple[bool, str]] = {}
    for name, inside in _insides(page).items():
        refused = re.search(r'<button [^>]*type="button" aria-disabled="true" aria-describedby="([^"]+)"', inside)
        opens = re.search(rf'<a class="btn [^>]*href="[^"]*/actions/{name}"', inside)
        sends = re.search(rf'<form method="post" action="[^"]*/actions/{name}".*?<button class="btn [^>]*type="submit"', inside, re.DOTALL)
        assert sum(each is not None for each in (refused, opens, sends)) == 1, f"{name} is not exactly one button or link: {inside}"
        said = re.search(rf'id="{refused[1]}">(.*?)</span>', inside, re.DOTALL) if refused else None
        found[name] = (refused is None, unescape(said[1]) if said else "")
    return found


def _wanted(desk: Desk, login: str, record: Record, language: str) -> dict[str, tuple[bool, str]]:
    entity = desk.runtime.type(record.entity_type)
    states = actions.available(desk.context(login, language), record.entity_type, record.id)
    return {state.action.id: (state.enabled, "" if state.enabled else _said(state, language)) for state in states if is_shown(entity, state)}


def _said(state: ActionState, language: str) -> str:
    return " ".join(dict.fromkeys(sentence(finding, language) for finding in state.findings))


@pytest.mark.parametrize("assigned", [True, False], ids=["assigned to whoever looks", "assigned to nobody"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_buttons_are_what_the_engine_allows_in_every_status_for_every_role(
    desk: Desk, records: dict[str, Record], visitors: Mapping[str, Visitor], assigned: bool, language: str
) -> None:
    """GEN-13, CARE-23: enabled where it may be done; disabled with the engine's sentence where it may not; nothing else."""
    walked, differing = 0, {}
    for entity_type, record in records.items():
        entity = desk.runtime.type(entity_type)
        assert entity.lifecycle is not None
        for status in entity.lifecycle.statuses.values():
            for login in LOGINS if language == "en" else LOGINS[:3]:
                columns = {"status": status.id, "state": status.state}
                if "assignment" in entity.entity.capabilities:
                    columns |= {"assigned_user": login if assigned else None}
                desk.put(record, **columns)
                visitor = visitors[login]
                speak(visitor.client, language)
                answer = visitor.get(f"/r/{entity_type}/{record.number}")
                if answer.status_code != 200:
                    continue
                walked += 1
                page = answer.get_data(as_text=True)
                shown, wanted = _steps(page), _wanted(desk, login, record, language)
                allowed = actions.available(desk.context(login, language), entity_type, record.id)
                enabled = {state.action.id for state in allowed if state.enabled}
                elsewhere = {state.findings[0].code for state in allowed if state.action.id not in shown}
                if shown != wanted or {name for name, (can, _) in shown.items() if can} != enabled or not elsewhere <= _LEFT_OUT:
                    differing[entity_type, status.id, login] = (shown, wanted)

    assert differing == {}
    assert walked >= (STATUSES * 4 if language == "en" else STATUSES // 2)


def test_steps_and_blocked_steps_stand_in_the_lifecycles_order_with_their_rule_and_place(
    desk: Desk, records: dict[str, Record], visitors: Mapping[str, Visitor]
) -> None:
    record = records["service_request"]
    desk.put(record, status="solved", state="final_resolved", assigned_user="tom")
    speak(visitors["anna"].client, "en")

    page = visitors["anna"].get(f"/r/service_request/{record.number}").get_data(as_text=True)
    inside = _insides(page)

    wanted = [name for name in desk.runtime.type("service_request").actions_in_order if name.action.id in _steps(page)]
    for possible in (True, False):
        assert [name for name, (enabled, *_) in _steps(page).items() if enabled is possible and name != "claim"] == [
            one.action.id for one in wanted if _steps(page)[one.action.id][0] is possible and one.action.id != "claim"
        ]
    assert _steps(page)["complete"][0] is False
    assert re.search(r"service_request\.json:\d+", texts(inside["complete"]))
    assert "Tom Falk" in texts(inside["complete"])


NOT_OPEN = {
    "en": {
        "off": "Not for Information request: “Allow temporary resolution” is off there.",
        "mine": "“Assigned user” is you already.",
        "others": "Tom Falk has already taken this record over.",
        "strange": "Only members of First line may do this.",
        "rules": "Only Technical department may change Answered to Solved.",
    },
    "de": {
        "off": "Nicht bei Auskunft: „Vorläufige Lösung erlaubt“ ist dort aus.",
        "mine": "„Zuständige Person“ sind Sie schon.",
        "others": "Tom Falk hat diesen Datensatz bereits übernommen.",
        "strange": "Nur wer zu First Line gehört, darf das.",
        "rules": "Der Wechsel von Beantwortet zu Gelöst ist nur offen für: Technische Abteilung.",
    },
}


@pytest.mark.parametrize("language", list(NOT_OPEN))
def test_a_step_that_is_not_open_says_what_would_have_to_be_otherwise(
    desk: Desk, records: dict[str, Record], visitors: Mapping[str, Visitor], language: str
) -> None:
    """CARE-18: what the type lacks, whose the record is, who may; never only that it is not available, shown beforehand or when it is sent."""
    record, said = records["service_request"], NOT_OPEN[language]
    address = f"/r/service_request/{record.number}"
    for login in ("anna", "tom"):
        speak(visitors[login].client, language)

    desk.put(record, status="answered", state="responded", assigned_user="anna")
    shown = _steps(visitors["anna"].get(address).get_data(as_text=True))
    desk.put(record, subtype="faulty_item_replacement")
    ruled = _steps(visitors["anna"].get(address).get_data(as_text=True))
    desk.put(record, subtype="information_request")
    refused = {}
    for case, login, holder in (("mine", "anna", "anna"), ("others", "anna", "tom"), ("strange", "tom", None)):
        desk.put(record, status="new", state="pending", assigned_user=holder)
        refused[case] = texts(visitors[login].post(f"{address}/actions/claim").get_data(as_text=True))

    assert shown["temporarily_resolve"] == (False, said["off"])
    assert ruled["finally_resolve"] == (False, said["rules"])
    assert {case: said[case] in page for case, page in refused.items()} == {"mine": True, "others": True, "strange": True}


@pytest.mark.parametrize(
    ("language", "said", "missing"), [("en", "Ask for the decision", "Missing: fill in"), ("de", "Nach der Entscheidung fragen", "Fehlt: ausfüllen")]
)
def test_a_status_says_in_one_line_what_to_do_and_which_fields_matter(
    desk: Desk, records: dict[str, Record], visitors: Mapping[str, Visitor], language: str, said: str, missing: str
) -> None:
    """QUALITY 2.4, path: all from the pack; what is missing leads to its field, for whoever can fill it in."""
    record, visitor = records["lead"], visitors["lena"]
    speak(visitor.client, language)
    desk.put(record, status="offered", state="in_progress", f_probability=None)

    page = visitor.get(f"/r/lead/{record.number}").get_data(as_text=True)
    facts = _KEY_FACTS.search(page)

    assert said in texts(page)
    assert facts is not None
    assert re.findall(r'href="([^"]+)"', facts[1]) == [f"/r/lead/{record.number}/edit#f-{name}" for name in ("target_amount", "probability")]
    assert missing in texts(facts[1])
    form = visitor.get(f"/r/lead/{record.number}/edit").get_data(as_text=True)
    assert [f'id="f-{name}"' in form for name in ("target_amount", "probability")] == [True, True]
    desk.put(record, status="dropped", state="cancelled")
    assert _KEY_FACTS.search(visitor.get(f"/r/lead/{record.number}").get_data(as_text=True)) is None


def test_what_a_status_names_is_shown_as_far_as_the_person_may_fill_it_in(desk: Desk, records: dict[str, Record], visitors: Mapping[str, Visitor]) -> None:
    """A value that is there is read; what is missing leads to the form only for who may write there."""
    record = records["lead"]
    desk.put(record, status="qualified", state="in_progress", f_probability=40)
    linked, said = {}, {}

    for login, visitor in visitors.items():
        speak(visitor.client, "en")
        page = visitor.get(f"/r/lead/{record.number}").get_data(as_text=True)
        if facts := _KEY_FACTS.search(page):
            linked[login] = (f'href="/r/lead/{record.number}/edit"' in page, re.findall(r'href="[^"]+#f-(\w+)"', facts[1]))
            said[login] = " ".join(texts(facts[1]).split())
    assert all(names == (["target_amount"] if may_edit else []) for may_edit, names in linked.values()), linked
    assert {may_edit for may_edit, _ in linked.values()} == {True, False}, linked
    assert all("40" in words and "Missing" in words for words in said.values()), said


ONLY_READ = {
    "paul": {"en": "You may read service requests, but not work on them.", "de": "Sie dürfen Serviceanfragen ansehen, aber nicht daran arbeiten."},
    "mia": {
        "en": "You may read service requests of Service, but not work on them.",
        "de": "Sie dürfen Serviceanfragen von Service ansehen, aber nicht daran arbeiten.",
    },
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("login", list(ONLY_READ))
def test_who_may_only_read_is_told_so_once_with_the_steps_folded_below(desk: Desk, visitors: Mapping[str, Visitor], login: str, language: str) -> None:
    """GEN-13: one sentence in sight; each button of the fold has it too, for who can't see."""
    record, visitor = desk.needed()["service_request"], visitors[login]
    desk.put(record, owner_unit="service")
    speak(visitor.client, language)

    page = visitor.get(f"/r/service_request/{record.number}").get_data(as_text=True)
    fold = re.search(r'<details class="why only-read-steps">(.*?)</ul>', page, re.DOTALL)

    assert fold is not None
    assert {said for _, said in _steps(fold[1]).values()} == {ONLY_READ[login][language]}
    assert len(_steps(fold[1])) == len(_steps(page)) >= 5
    assert texts(re.sub(r'<span class="unseen".*?</span>', "", page)).count(ONLY_READ[login][language]) == 1


def test_a_main_action_that_only_others_may_do_stands_grey_with_its_reason(desk: Desk, visitors: Mapping[str, Visitor]) -> None:
    """CARE-17: to whom another unit's record is open, what the page asks for first is there, and why it is not his; once it is taken, it is gone."""
    record = desk.needed()["service_request"]
    address = f"/r/service_request/{record.number}"
    speak(visitors["tom"].client, "en")

    free = _steps(visitors["tom"].get(address).get_data(as_text=True))
    desk.put(record, assigned_user="anna")
    taken = _steps(visitors["tom"].get(address).get_data(as_text=True))

    assert free["claim"] == (False, "Only members of First line may do this.")
    assert "claim" not in taken
