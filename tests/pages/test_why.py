"""What the machine looked at, for faces that were given before."""

import pytest
from driving import click, told
from test_studies import sign_in

from fers.domain.people import Role
from tests.people import give_face, grant, participant


@pytest.mark.parametrize("page", ["pages/my_data.py", "pages/face.py"])
def test_a_stored_face_shows_what_its_guess_rested_on(app, platform, page):
    face = give_face(platform, participant(platform))
    grant(platform, "ada@example.org", Role.RESEARCHER)
    sign_in(app)
    app.query_params["id"] = face.id
    app.switch_page(page).run()
    assert len(app.image) == 1
    click(app, "What did it look at?")
    assert not app.exception and not app.error
    assert len(app.image) == 1 + 3
    assert "Bright parts speak for the guess." in told(app)
    assert "always-happy" not in told(app), "in a blind trial people are not told which model it was"
