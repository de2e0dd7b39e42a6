"""Count the ends of logins of browsers apart from the changes of rights; processes of before go on reading what they read."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the number, which begins at nought."""
    op.add_column("active_release", sa.Column("session_epoch", sa.BigInteger, nullable=False, server_default="0"))
