"""Tables of the platform itself: releases, history, notes, files, outbox, people, logins, saved views, jobs. ``migrations/`` makes and changes them.

``fab_tables`` describes the few columns of Flask-AppBuilder's own tables that are read here; it makes and owns those.
"""

import sqlalchemy as sa

from packdesk.store.column_types import CodePointText, JsonText, Moment

metadata = sa.MetaData()

#: A published state of all packs: what was merged, what it is called in the database, how it came about.
release = sa.Table(
    "release",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("hash", CodePointText, nullable=False),
    sa.Column("documents", JsonText, nullable=False),
    sa.Column("physical", JsonText, nullable=False),
    sa.Column("plan", JsonText),
    sa.Column("decisions", JsonText),
    sa.Column("note", sa.Text, nullable=False, server_default=""),
    sa.Column("created_by", CodePointText, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("base_number", sa.Integer),
    sa.Column("state", CodePointText, nullable=False),
)

#: One row: which release is live, a number that grows whenever somebody's rights may have changed, one that grows when a session ends.
active_release = sa.Table(
    "active_release",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="ck_active_release_one_row"), primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, sa.ForeignKey("release.number")),
    sa.Column("security_epoch", sa.BigInteger, nullable=False),
    sa.Column("session_epoch", sa.BigInteger, nullable=False, server_default="0"),
)

#: The resumable work of a publish: expanding, mapping values, back-filling.
migration_step = sa.Table(
    "migration_step",
    metadata,
    sa.Column("release", sa.Integer, sa.ForeignKey("release.number"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    sa.Column("kind", CodePointText, nullable=False),
    sa.Column("payload", JsonText, nullable=False),
    sa.Column("state", CodePointText, nullable=False),
    sa.Column("cursor", CodePointText),
)

#: What happened to a record; append-only, written by the unit of work alone.
history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), primary_key=True),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("record_id", CodePointText, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", CodePointText, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("door", CodePointText, nullable=False),
    sa.Column("kind", CodePointText, nullable=False),
    sa.Column("action", CodePointText, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rules", JsonText),
    sa.Column("changes", JsonText),
    sa.Index("ix_history__record", "record_id", "entity_type", "id"),
    sa.Index("ix_history__at", "at"),
)

#: What people wrote about a record.
note = sa.Table(
    "note",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("record_id", CodePointText, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", CodePointText, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("ix_note__record", "record_id", "entity_type", "id"),
)

#: A file of a record; the bytes lie in the content-addressed store under ``digest``.
attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("record_id", CodePointText, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", CodePointText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", CodePointText, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("digest", CodePointText, nullable=False),
    sa.Index("ix_attachment__record", "record_id", "entity_type", "id"),
    sa.Index("ix_attachment__digest", "digest"),
)

#: What leaves the system after commit; claimed by conditional UPDATE with a lease.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("key", CodePointText, nullable=False, unique=True),
    sa.Column("kind", CodePointText, nullable=False),
    sa.Column("payload", JsonText, nullable=False),
    sa.Column("state", CodePointText, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lease_until", Moment),
    sa.Column("owner", CodePointText),
    sa.Column("not_before", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("error", sa.Text),
    sa.Index("ix_outbox__state", "state", "not_before"),
)

#: The last number given per sequence on SQLite; PostgreSQL has sequences of its own.
number_sequence = sa.Table(
    "number_sequence",
    metadata,
    sa.Column("name", CodePointText, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

#: What was answered to a request with an Idempotency-Key.
idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("key", CodePointText, primary_key=True),
    sa.Column("actor", CodePointText, primary_key=True),
    sa.Column("request_hash", CodePointText, nullable=False),
    sa.Column("response", JsonText),
    sa.Column("expires", Moment, nullable=False),
    sa.Index("ix_idempotency__expires", "expires"),
)

#: What a person is beside name, login and roles.
user_profile = sa.Table(
    "user_profile",
    metadata,
    sa.Column("login", CodePointText, primary_key=True),
    sa.Column("default_unit", CodePointText, nullable=False, server_default=""),
    sa.Column("time_zone", CodePointText, nullable=False, server_default=""),
    sa.Column("locale", CodePointText, nullable=False, server_default=""),
    sa.Column("extension", CodePointText, nullable=False, server_default=""),
    sa.Column("away_until", Moment),
)

#: Which units a person was put into.
membership = sa.Table(
    "membership",
    metadata,
    sa.Column("login", CodePointText, primary_key=True),
    sa.Column("unit", CodePointText, primary_key=True),
    sa.Index("ix_membership__unit", "unit"),
)

#: A login by a browser that nobody has ended.
browser_session = sa.Table(
    "browser_session",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("user_id", sa.Integer, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Index("ix_browser_session__began_at", "began_at"),
)

#: A list as somebody wants to see it again: what it asks for and shows, private or shared.
saved_view = sa.Table(
    "saved_view",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("owner", CodePointText, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("body", JsonText, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Index("ix_saved_view__entity_type", "entity_type", "owner"),
)

#: How somebody set up his screens: one value per name.
preference = sa.Table(
    "preference",
    metadata,
    sa.Column("login", CodePointText, primary_key=True),
    sa.Column("name", CodePointText, primary_key=True),
    sa.Column("value", JsonText, nullable=False),
)

#: Work on many records that goes on when whoever asked for it is gone; claimed by conditional UPDATE with a lease.
job = sa.Table(
    "job",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("kind", CodePointText, nullable=False),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("owner", CodePointText, nullable=False),
    sa.Column("language", CodePointText, nullable=False),
    sa.Column("body", JsonText, nullable=False),
    sa.Column("state", CodePointText, nullable=False),
    sa.Column("total", sa.Integer, nullable=False),
    #: The job that this one takes back; a job is taken back once.
    sa.Column("undoes", CodePointText),
    sa.Column("lease_until", Moment),
    sa.Column("worker", CodePointText),
    sa.Column("created_at", Moment, nullable=False),
    #: When somebody last worked on it: who waits longest is next, so that a small job does not wait for the end of a large one.
    sa.Column("served_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Index("ix_job__state", "state", "lease_until"),
    sa.Index("ix_job__owner", "owner", "created_at"),
    sa.Index("ix_job__undoes", "undoes", unique=True),
)

#: One record of a job: what was to become of it, and what did.
job_row = sa.Table(
    "job_row",
    metadata,
    sa.Column("job", CodePointText, sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("record_id", CodePointText, nullable=False),
    sa.Column("number", CodePointText, nullable=False),
    sa.Column("state", CodePointText, nullable=False),
    #: Version of the record after the change: who undoes it asks whether it is still that one.
    sa.Column("version", sa.Integer),
    #: What the changed fields held before.
    sa.Column("before", JsonText),
    sa.Column("findings", JsonText),
    sa.Index("ix_job_row__state", "job", "state", "position"),
)

#: Somebody must agree to a record before anybody goes on with it: by which document, asked for by whom, and what came of it.
approval_request = sa.Table(
    "approval_request",
    metadata,
    sa.Column("id", CodePointText, primary_key=True),
    sa.Column("entity_type", CodePointText, nullable=False),
    sa.Column("record_id", CodePointText, nullable=False),
    sa.Column("approval", CodePointText, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    #: As the document said when it was asked for: who agreed meanwhile agreed to that.
    sa.Column("needed", sa.Integer, nullable=False),
    #: ``pending``, ``approved``, ``rejected`` or ``withdrawn``.
    sa.Column("state", CodePointText, nullable=False),
    sa.Column("requested_by", CodePointText, nullable=False),
    sa.Column("requested_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Index("ix_approval_request__record", "entity_type", "record_id"),
    sa.Index("ix_approval_request__state", "state", "approval"),
)

#: What one person said to it; he says it once.
approval_vote = sa.Table(
    "approval_vote",
    metadata,
    sa.Column("request", CodePointText, sa.ForeignKey("approval_request.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("login", CodePointText, primary_key=True),
    sa.Column("agrees", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("at", Moment, nullable=False),
)

fab_tables = sa.MetaData()

ab_user = sa.Table(
    "ab_user",
    fab_tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("first_name", sa.String(64), nullable=False),
    sa.Column("last_name", sa.String(64), nullable=False),
    sa.Column("username", sa.String(64), unique=True, nullable=False),
    sa.Column("password", sa.String(256)),
    sa.Column("active", sa.Boolean),
    sa.Column("email", sa.String(320), unique=True, nullable=False),
)

ab_role = sa.Table("ab_role", fab_tables, sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(64), unique=True, nullable=False))

ab_user_role = sa.Table(
    "ab_user_role",
    fab_tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("ab_user.id")),
    sa.Column("role_id", sa.Integer, sa.ForeignKey("ab_role.id")),
)
