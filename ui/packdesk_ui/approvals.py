"""Approvals on screen: what a record waits for, the decision about it, and what waits for somebody's decision."""

from dataclasses import dataclass

from flask import Response, request, url_for

from packdesk.errors import PackdeskError, sentence
from packdesk.records import approving
from packdesk.records.looking import Look
from packdesk.records.outcome import Outcome
from packdesk.runtime.compile import Runtime
from packdesk.runtime.engine_columns import PENDING, REJECTED
from packdesk.runtime.values import Record
from packdesk_ui import answers, finder, people, shell
from packdesk_ui.shell import words
from packdesk_ui.showing import moment

#: What may be done about a request, as addresses say it.
_APPROVE, _REJECT, _RESUBMIT = "approve", "reject", "resubmit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said to a request."""

    who: str
    what: str
    when: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request for approval that holds a record back."""

    label: str
    #: Who asked for it, and when.
    told: str
    #: Who may decide, and how many are needed.
    deciders: str
    votes: tuple[Said, ...]
    rejected: bool
    approve_href: str
    reject_href: str
    resubmit_href: str
    key: str


def asked_of(look: Look, record: Record) -> tuple[Asked, ...]:
    """Return the requests that hold a record back: of each approval the newest, where it is not given."""
    if record.get("approval") is None:
        return ()
    newest = {view.request.approval: view for view in approving.seen_by(look.work, record.entity_type, record.id)}
    return tuple(_asked(look, record, view) for view in newest.values() if view.request.state in (PENDING, REJECTED))


def _asked(look: Look, record: Record, view: approving.ApprovalView) -> Asked:
    def here(what: str) -> str:
        return url_for("packdesk_ui.decide", entity_type=record.entity_type, number=record.number, approval=view.request.id, what=what)

    asked = view.request
    when = moment(asked.requested_at, look.language, look.zone)
    return Asked(
        label=view.label,
        told=words("approval.told", who=people.name_of(asked.requested_by), when=when),
        deciders=words("approval.deciders", who=view.deciders, agreed=asked.agreed, needed=asked.needed),
        votes=tuple(
            Said(
                who=people.name_of(vote.login),
                what=words("approval.agreed" if vote.agrees else "approval.refused"),
                when=moment(vote.at, look.language, look.zone),
                reason=vote.reason,
            )
            for vote in asked.votes
        ),
        rejected=asked.state != PENDING,
        approve_href=here(_APPROVE) if view.refused is None else "",
        reject_href=here(_REJECT) if view.refused is None else "",
        resubmit_href=here(_RESUBMIT) if view.may_resubmit else "",
        key=answers.new_key(),
    )


@answers.form_once
def decide(entity_type: str, number: str, approval: str, what: str) -> Response:
    """Agree, do not agree, or ask once more."""
    if what not in (_APPROVE, _REJECT, _RESUBMIT):
        raise PackdeskError("unknown_page")
    context, reason = answers.context(), request.form.get("reason", "").replace("\r\n", "\n")
    if what == _RESUBMIT:
        outcome: Outcome = approving.resubmit(context, entity_type, number, approval, reason=reason)
    else:
        outcome = approving.decide(context, entity_type, number, approval, agrees=what == _APPROVE, reason=reason)
    warned = " ".join(sentence(finding, context.language) for finding in outcome.warnings)
    more = what == _APPROVE and outcome.record.get("approval") == PENDING
    done = words("approval.done.more" if more else f"approval.done.{what}")
    return answers.go_to_record(entity_type, number, f"{done} {words('approval.stays', why=warned)}" if warned else done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The records of one type that wait for a decision of the person."""

    label: str
    icon: str
    rows: tuple[finder.Found, ...]
    #: How many there are, as far as they are shown.
    count: str


def waiting(runtime: Runtime, language: str) -> tuple[Waiting, ...]:
    """Return what waits for a decision of the person, by type, the oldest first."""
    return tuple(
        Waiting(
            label=runtime.type(hits.entity_type).entity.plural.in_language(language),
            icon=shell.icon_of(runtime.type(hits.entity_type).entity),
            rows=tuple(finder.found(runtime, hit) for hit in hits.rows),
            count=f"{len(hits.rows)}{'+' if hits.more else ''}",
        )
        for hits in approving.waiting(answers.context())
    )
