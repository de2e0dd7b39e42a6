"""Make the tables of saved views, of preferences and of jobs."""

import sqlalchemy as sa
from alembic import op

from packdesk.store.column_types import CodePointText, JsonText, Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "saved_view",
        sa.Column("id", CodePointText, primary_key=True),
        sa.Column("entity_type", CodePointText, nullable=False),
        sa.Column("owner", CodePointText, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("body", JsonText, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
    )
    op.create_index("ix_saved_view__entity_type", "saved_view", ["entity_type", "owner"])
    op.create_table(
        "preference",
        sa.Column("login", CodePointText, primary_key=True),
        sa.Column("name", CodePointText, primary_key=True),
        sa.Column("value", JsonText, nullable=False),
    )
    op.create_table(
        "job",
        sa.Column("id", CodePointText, primary_key=True),
        sa.Column("kind", CodePointText, nullable=False),
        sa.Column("entity_type", CodePointText, nullable=False),
        sa.Column("owner", CodePointText, nullable=False),
        sa.Column("language", CodePointText, nullable=False),
        sa.Column("body", JsonText, nullable=False),
        sa.Column("state", CodePointText, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("undoes", CodePointText),
        sa.Column("lease_until", Moment),
        sa.Column("worker", CodePointText),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("served_at", Moment),
        sa.Column("ended_at", Moment),
    )
    op.create_index("ix_job__state", "job", ["state", "lease_until"])
    op.create_index("ix_job__owner", "job", ["owner", "created_at"])
    op.create_index("ix_job__undoes", "job", ["undoes"], unique=True)
    op.create_table(
        "job_row",
        sa.Column("job", CodePointText, sa.ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("record_id", CodePointText, nullable=False),
        sa.Column("number", CodePointText, nullable=False),
        sa.Column("state", CodePointText, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("before", JsonText),
        sa.Column("findings", JsonText),
    )
    op.create_index("ix_job_row__state", "job_row", ["job", "state", "position"])
