"""A made-up past says how much of it is told."""

from flask import Flask
from tests.integration.web.installation import app, template_home

from packdesk.cli.past import play
from packdesk.cli.system import context_for
from packdesk.records.context import Door

__all__ = ["app", "template_home"]


def test_the_progress_names_the_whole(app: Flask) -> None:
    services = app.extensions["packdesk"]
    steps = ({"age": age, "by": "kim", "on": "a book that is not there", "note": "Hm."} for age in range(1200))
    said: list[str] = []

    told, refused = play(context_for(services, "", Door.API), services.live.current().runtime.model, steps, said.append)

    assert (told, refused) == (1200, 1200)
    assert said == ["500 of 1,200 steps of a made-up past", "1,000 of 1,200 steps of a made-up past"]
