"""Fixtures of the installation that the tests of the doors share."""

from tests.integration.web.installation import app, carl, kim, nobody, rita, sven, template_home

__all__ = ["app", "carl", "kim", "nobody", "rita", "sven", "template_home"]
