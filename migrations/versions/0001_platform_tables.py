"""Make the platform's own tables."""

import sqlalchemy as sa
from alembic import op

from packdesk.store.column_types import CodePointText, JsonText, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them, with the one row that says that nothing is published yet."""
    _releases()
    _records()
    _work()
    _people()
    if op.get_bind().dialect.name == "postgresql":
        # Quick search falls back to scanning where the extension isn't at hand or may not be made.
        op.execute(
            "DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS pg_trgm;"
            " EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL; END $$"
        )


def _releases() -> None:
    op.create_table(
        "release",
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
    active = op.create_table(
        "active_release",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="ck_active_release_one_row"), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, sa.ForeignKey("release.number")),
        sa.Column("security_epoch", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(active, [{"id": 1, "number": None, "security_epoch": 1}])
    op.create_table(
        "migration_step",
        sa.Column("release", sa.Integer, sa.ForeignKey("release.number"), primary_key=True),
        sa.Column("ordinal", sa.Integer, primary_key=True),
        sa.Column("kind", CodePointText, nullable=False),
        sa.Column("payload", JsonText, nullable=False),
        sa.Column("state", CodePointText, nullable=False),
        sa.Column("cursor", CodePointText),
    )


def _records() -> None:
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(), primary_key=True),
        *_about_a_record(),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("door", CodePointText, nullable=False),
        sa.Column("kind", CodePointText, nullable=False),
        sa.Column("action", CodePointText, nullable=False, server_default=""),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.Column("rules", JsonText),
        sa.Column("changes", JsonText),
    )
    op.create_index("ix_history__record", "history", ["record_id", "entity_type", "id"])
    op.create_index("ix_history__at", "history", ["at"])
    op.create_table("note", sa.Column("id", CodePointText, primary_key=True), *_about_a_record(), sa.Column("text", sa.Text, nullable=False))
    op.create_index("ix_note__record", "note", ["record_id", "entity_type", "id"])
    op.create_table(
        "attachment",
        sa.Column("id", CodePointText, primary_key=True),
        *_about_a_record(),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", CodePointText, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("digest", CodePointText, nullable=False),
    )
    op.create_index("ix_attachment__record", "attachment", ["record_id", "entity_type", "id"])
    op.create_index("ix_attachment__digest", "attachment", ["digest"])
    op.create_table("number_sequence", sa.Column("name", CodePointText, primary_key=True), sa.Column("value", sa.BigInteger, nullable=False))


def _about_a_record() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("entity_type", CodePointText, nullable=False),
        sa.Column("record_id", CodePointText, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", CodePointText, nullable=False),
    )


def _work() -> None:
    op.create_table(
        "outbox",
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
    )
    op.create_index("ix_outbox__state", "outbox", ["state", "not_before"])
    op.create_table(
        "idempotency",
        sa.Column("key", CodePointText, primary_key=True),
        sa.Column("actor", CodePointText, primary_key=True),
        sa.Column("request_hash", CodePointText, nullable=False),
        sa.Column("response", JsonText),
        sa.Column("expires", Moment, nullable=False),
    )
    op.create_index("ix_idempotency__expires", "idempotency", ["expires"])


def _people() -> None:
    op.create_table(
        "user_profile",
        sa.Column("login", CodePointText, primary_key=True),
        *(sa.Column(name, CodePointText, nullable=False, server_default="") for name in ("default_unit", "time_zone", "locale", "extension")),
        sa.Column("away_until", Moment),
    )
    op.create_table("membership", sa.Column("login", CodePointText, primary_key=True), sa.Column("unit", CodePointText, primary_key=True))
    op.create_index("ix_membership__unit", "membership", ["unit"])
