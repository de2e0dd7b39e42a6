"""Everybody changes his own password, whatever his roles; who does so says the earlier one, as a screen left open is not its owner."""

from flask import g, has_request_context
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget  # type: ignore[import-untyped]
from flask_appbuilder.forms import DynamicForm  # type: ignore[import-untyped]
from flask_appbuilder.security.views import ResetMyPasswordView  # type: ignore[import-untyped]
from flask_appbuilder.validators import PasswordComplexityValidator  # type: ignore[import-untyped]
from flask_babel import LazyString, lazy_gettext  # type: ignore[import-untyped]
from werkzeug.security import check_password_hash
from wtforms import PasswordField  # type: ignore[import-untyped]
from wtforms.validators import DataRequired, EqualTo, ValidationError  # type: ignore[import-untyped]

from packdesk.web import request_context

#: What the shell asks permissions for, though everybody may do it who is logged in: permission and view.
OWN = frozenset({("can_this_form_get", "OwnPassword"), ("can_this_form_post", "OwnPassword"), ("can_userinfo", "UserDBModelView")})


def _said(english: str, german: str) -> LazyString:
    """Return a text in the language of the page that it stands on; the shell reads some while it starts."""
    return LazyString(lambda: german if has_request_context() and request_context.language() == "de" else english)


class OwnPasswordForm(DynamicForm):  # type: ignore[misc]
    """The earlier password, and the new one twice."""

    current = PasswordField(_said("Password until now", "Bisheriges Kennwort"), validators=[DataRequired()], widget=BS3PasswordFieldWidget())
    password = PasswordField(
        _said("New password", "Neues Kennwort"), validators=[DataRequired(), PasswordComplexityValidator()], widget=BS3PasswordFieldWidget()
    )
    conf_password = PasswordField(
        _said("New password again", "Neues Kennwort noch einmal"),
        validators=[EqualTo("password", message=lazy_gettext("Passwords must match"))],
        widget=BS3PasswordFieldWidget(),
    )

    def validate_current(self, field: PasswordField) -> None:
        """Refuse a wrong password."""
        if not check_password_hash(g.user.password or "", field.data or ""):
            raise ValidationError(_said("This is not your password.", "Das ist nicht Ihr Kennwort."))


class OwnPassword(ResetMyPasswordView):  # type: ignore[misc]
    """The form at the address that the shell has for it."""

    form = OwnPasswordForm
    form_title = _said("Change password", "Kennwort ändern")
