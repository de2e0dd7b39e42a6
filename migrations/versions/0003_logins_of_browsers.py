"""Make the table of the logins of browsers; whoever is logged in while it is made logs in once more."""

import sqlalchemy as sa
from alembic import op

from packdesk.store.column_types import CodePointText, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make it."""
    op.create_table(
        "browser_session",
        sa.Column("id", CodePointText, primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("began_at", Moment, nullable=False),
    )
    op.create_index("ix_browser_session__began_at", "browser_session", ["began_at"])
