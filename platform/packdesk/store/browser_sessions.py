"""The logins of browsers that are in force: whoever logs out takes the row away, and no copy of the cookie brings it back."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.ids import new_id
from packdesk.store.people import bump_security_epoch
from packdesk.store.platform_tables import ab_user, browser_session

#: How long a login lasts that nobody ends.
LIFETIME = timedelta(days=31)


def begin(connection: Connection, user_id: int, now: datetime) -> str:
    """Store that a user logged in and return the session's id; what is too old goes."""
    connection.execute(browser_session.delete().where(browser_session.c.began_at < now - LIFETIME))
    session_id = new_id(now)
    connection.execute(browser_session.insert().values(id=session_id, user_id=user_id, began_at=now))
    return session_id


def end(connection: Connection, session_id: str) -> None:
    """End a session in every process; one that has ended stays so."""
    if connection.execute(browser_session.delete().where(browser_session.c.id == session_id)).rowcount:
        bump_security_epoch(connection)


def login_of(connection: Connection, session_id: str, user_id: int) -> str:
    """Return the login of the user whose session this is; empty where it has ended, or is not his."""
    held = sa.and_(browser_session.c.user_id == ab_user.c.id, browser_session.c.id == session_id)
    query = sa.select(ab_user.c.username).join(browser_session, held).where(ab_user.c.id == user_id)
    return str(connection.scalar(query) or "")
