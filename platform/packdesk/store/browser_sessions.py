"""The logins of browsers that are in force: whoever logs out takes the row away, and no copy of the cookie brings it back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from packdesk.ids import new_id
from packdesk.store.platform_tables import ab_user, active_release, browser_session

#: How long a login lasts that nobody ends.
LIFETIME = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose a session is, and the moment at which it is too old."""

    login: str
    until: datetime

    def at(self, now: datetime) -> str:
        """Return the login while the session holds; empty from the moment on that it is too old."""
        return self.login if now < self.until else ""


#: What a session is that ended, or that the server did not begin.
NOBODYS = Held(login="", until=datetime.max.replace(tzinfo=UTC))


def begin(connection: Connection, user_id: int, now: datetime) -> str:
    """Store that a user logged in and return the session's id; what is too old goes."""
    connection.execute(browser_session.delete().where(browser_session.c.began_at <= now - LIFETIME))
    session_id = new_id(now)
    connection.execute(browser_session.insert().values(id=session_id, user_id=user_id, began_at=now))
    return session_id


def end(connection: Connection, session_id: str) -> None:
    """End a session in every process, which all ask anew for sessions and keep what they know of people; one that has ended stays so."""
    if connection.execute(browser_session.delete().where(browser_session.c.id == session_id)).rowcount:
        connection.execute(active_release.update().values(session_epoch=active_release.c.session_epoch + 1))


def login_of(connection: Connection, session_id: str, user_id: int, now: datetime) -> Held:
    """Return whose session this is, and until when; nobody's where it has ended, is too old, or is not this user's."""
    held = sa.and_(browser_session.c.user_id == ab_user.c.id, browser_session.c.id == session_id)
    query = sa.select(ab_user.c.username, browser_session.c.began_at).join(browser_session, held).where(ab_user.c.id == user_id)
    row = connection.execute(query).first()
    found = Held(login=str(row.username), until=row.began_at + LIFETIME) if row is not None else NOBODYS
    return found if found.at(now) else NOBODYS
