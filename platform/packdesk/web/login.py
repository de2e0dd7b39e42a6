"""The shell's login and the way out of it, which only a form takes: a link that somebody else made logs nobody out."""

from typing import Any

from flask_appbuilder.baseviews import expose  # type: ignore[import-untyped]
from flask_appbuilder.security.views import AuthDBView as ShellsLogin  # type: ignore[import-untyped]


class AuthDBView(ShellsLogin):  # type: ignore[misc]
    """The login under the name that the shell knows it by."""

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session in hand and lead to the start page."""
        return super().logout()
