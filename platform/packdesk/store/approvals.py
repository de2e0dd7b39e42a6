"""Requests for approval and what people said to them; written in the transaction of the record that they hold back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.model.nodes import Allow
from packdesk.model.rules import Approval
from packdesk.runtime.values import Record
from packdesk.store.platform_tables import ab_role, ab_user, ab_user_role, approval_request, approval_vote, membership

#: Nobody looks through more.
_MOST_WAITING = 500
PENDING, APPROVED, REJECTED, WITHDRAWN = "pending", "approved", "rejected", "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What one person said."""

    login: str
    agrees: bool
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """That people must agree to a record, and what they said."""

    id: str
    entity_type: str
    record_id: str
    #: Id of the document that says who may agree.
    approval: str
    release: int
    needed: int
    state: str
    requested_by: str
    requested_at: datetime
    ended_at: datetime | None
    #: In the order in which they came.
    votes: tuple[Vote, ...] = ()

    @property
    def agreed(self) -> int:
        """Return how many agreed."""
        return sum(vote.agrees for vote in self.votes)


def asked(id_: str, record: Record, approval: Approval, release: int, login: str, now: datetime) -> ApprovalRequest:  # noqa: PLR0917
    """Return a request of somebody for an approval of a record, which nobody said anything to yet."""
    return ApprovalRequest(
        id=id_,
        entity_type=record.entity_type,
        record_id=record.id,
        approval=approval.id,
        release=release,
        needed=approval.needed,
        state=PENDING,
        requested_by=login,
        requested_at=now,
        ended_at=None,
    )


def ask(connection: Connection, request: ApprovalRequest) -> None:
    """Store a request, which nobody said anything to yet."""
    values = {column.name: getattr(request, column.name) for column in approval_request.columns}
    connection.execute(approval_request.insert().values(values))


def of_record(connection: Connection, entity_type: str, record_id: str) -> tuple[ApprovalRequest, ...]:
    """Return what was ever asked for about a record, the oldest first; two statements."""
    own = sa.and_(approval_request.c.entity_type == entity_type, approval_request.c.record_id == record_id)
    rows = connection.execute(sa.select(approval_request).where(own).order_by(approval_request.c.requested_at, approval_request.c.id)).mappings().all()
    if not rows:
        return ()
    said: dict[str, list[Vote]] = {}
    chosen = sa.select(approval_vote).where(approval_vote.c.request.in_([row["id"] for row in rows])).order_by(approval_vote.c.at, approval_vote.c.login)
    for vote in connection.execute(chosen):
        said.setdefault(vote.request, []).append(Vote(login=vote.login, agrees=bool(vote.agrees), reason=vote.reason, at=vote.at))
    return tuple(ApprovalRequest(**row, votes=tuple(said.get(row["id"], ()))) for row in rows)


def askers(requests: Iterable[ApprovalRequest]) -> frozenset[str]:
    """Return who asked for an approval that was not given yet, each time it was asked for: none of them gives it."""
    return frozenset(request.requested_by for request in requests if request.state != APPROVED)


def vote(connection: Connection, request: str, said: Vote) -> None:
    """Store what somebody said; the database refuses a second word of his."""
    connection.execute(approval_vote.insert().values(request=request, login=said.login, agrees=said.agrees, reason=said.reason, at=said.at))


def end(connection: Connection, request: str, state: str, at: datetime) -> None:
    """End a request in a state."""
    connection.execute(approval_request.update().where(approval_request.c.id == request).values(state=state, ended_at=at))


def withdraw(connection: Connection, entity_type: str, record_id: str, at: datetime) -> None:
    """End what a record still waits for: it ended itself."""
    own = sa.and_(approval_request.c.entity_type == entity_type, approval_request.c.record_id == record_id)
    connection.execute(approval_request.update().where(own, approval_request.c.state == PENDING).values(state=WITHDRAWN, ended_at=at))


def waiting(connection: Connection, approvals: Collection[str], login: str) -> tuple[tuple[str, str], ...]:
    """Return (entity type, id) of the records that wait for somebody by these documents, the longest waiting first, at most 500.

    Nothing of which he said something, and nothing that he asked for himself since it was last given.
    """
    if not approvals:
        return ()
    said = sa.exists().where(approval_vote.c.request == approval_request.c.id, approval_vote.c.login == login)
    before = approval_request.alias("before")
    own = sa.exists().where(
        before.c.entity_type == approval_request.c.entity_type,
        before.c.record_id == approval_request.c.record_id,
        before.c.approval == approval_request.c.approval,
        before.c.requested_by == login,
        before.c.state != APPROVED,
    )
    chosen = sa.select(approval_request.c.entity_type, approval_request.c.record_id).where(
        approval_request.c.state == PENDING, approval_request.c.approval.in_(sorted(approvals)), ~said, ~own
    )
    rows = connection.execute(chosen.order_by(approval_request.c.requested_at, approval_request.c.id).limit(_MOST_WAITING))
    return tuple(dict.fromkeys((row.entity_type, row.record_id) for row in rows))


def able(connection: Connection, allow: Allow, units: Collection[str]) -> frozenset[str]:
    """Return the logins of those whom an ``allow`` names and who may log in; ``units`` are its units with all beneath them."""
    by_role = sa.select(ab_user_role.c.user_id).join(ab_role, ab_role.c.id == ab_user_role.c.role_id).where(ab_role.c.name.in_(allow.roles))
    by_unit = sa.select(membership.c.login).where(membership.c.unit.in_(sorted(units)))
    named = sa.or_(ab_user.c.username.in_(allow.users), ab_user.c.username.in_(by_unit), ab_user.c.id.in_(by_role))
    return frozenset(connection.execute(sa.select(ab_user.c.username).where(ab_user.c.active.is_(True), named)).scalars())
