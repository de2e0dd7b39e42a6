"""Fixtures of the installation that the tests of the screens share."""

from tests.integration.screens.desk import desk, template_home

__all__ = ["desk", "template_home"]
