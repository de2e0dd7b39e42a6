"""Remember who must agree to a record, and who did; processes of before go on without.

Every table of records gets the engine's column that says what an approval still lacks, in whichever release it was made.
"""

import sqlalchemy as sa
from alembic import op

from packdesk.store.column_types import CodePointText, Moment

revision = "0005"
down_revision = "0004"


#: Columns that the engine gave each table of records, and no other table, before.
_OF_RECORDS = {"number", "version", "owner_unit", "privacy_level", "assigned_unit", "assigned_user", "deleted_at"}


def upgrade() -> None:
    """Make the two tables, which begin empty, and the column."""
    inspector = sa.inspect(op.get_bind())
    for table in inspector.get_table_names():
        columns = {column["name"] for column in inspector.get_columns(table)}
        if columns >= _OF_RECORDS and "approval" not in columns:
            op.add_column(table, sa.Column("approval", CodePointText))
    op.create_table(
        "approval_request",
        sa.Column("id", CodePointText, primary_key=True),
        sa.Column("entity_type", CodePointText, nullable=False),
        sa.Column("record_id", CodePointText, nullable=False),
        sa.Column("approval", CodePointText, nullable=False),
        sa.Column("release", sa.Integer, nullable=False),
        sa.Column("needed", sa.Integer, nullable=False),
        sa.Column("state", CodePointText, nullable=False),
        sa.Column("requested_by", CodePointText, nullable=False),
        sa.Column("requested_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
    )
    op.create_index("ix_approval_request__record", "approval_request", ["entity_type", "record_id"])
    op.create_index("ix_approval_request__state", "approval_request", ["state", "approval"])
    op.create_table(
        "approval_vote",
        sa.Column("request", CodePointText, sa.ForeignKey("approval_request.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("login", CodePointText, primary_key=True),
        sa.Column("agrees", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("at", Moment, nullable=False),
    )
