"""The shell's login and the way out of it, which only a form takes: a link that somebody else made logs nobody out."""

from typing import Any

from flask import has_request_context
from flask_appbuilder.baseviews import expose  # type: ignore[import-untyped]
from flask_appbuilder.security.views import AuthDBView as ShellsLogin  # type: ignore[import-untyped]
from flask_babel import LazyString  # type: ignore[import-untyped]

from packdesk.web.request_context import language

#: What whoever gave a wrong name or password is told: not which of them.
_WRONG = {"en": "User name or password is wrong.", "de": "Benutzername oder Kennwort ist falsch."}


class AuthDBView(ShellsLogin):  # type: ignore[misc]
    """The login under the name that the shell knows it by."""

    invalid_login_message = LazyString(lambda: _WRONG["de" if has_request_context() and language() == "de" else "en"])

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session in hand and lead to the start page."""
        return super().logout()
