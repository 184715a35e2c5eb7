"""Pages with a photo that the store has lost show all the others."""

import pytest
from driving import sign_in, told

from fers.domain.people import Role
from tests.people import PASSWORD, give_face, grant, participant, pattern


@pytest.fixture
def person(platform):
    return participant(platform)


@pytest.fixture(params=[None, b"rotten"], ids=["lost", "damaged"])
def lost(request, platform, person, settings):
    give_face(platform, person)
    face = give_face(platform, person, picture=pattern(1))
    file = settings.data / "images" / face.id[:2] / f"{face.id}.jpg"
    file.unlink()
    if request.param:
        file.write_bytes(request.param)
    return face


def test_my_data_says_so_and_offers_to_withdraw_it(app, platform, lost):
    sign_in(app)
    app.switch_page("pages/my_data.py").run()
    assert told(app).count("lost from the store") == 1
    assert told(app).count("Kept until") == 2
    assert "went wrong" not in told(app)


@pytest.mark.parametrize("page", ["explore", "review", "agreement"])
def test_pages_of_researchers_go_on_without_it(app, platform, lost, page):
    participant(platform, "researcher@example.org")
    grant(platform, "researcher@example.org", Role.RESEARCHER)
    assert platform.accounts.sign_in("researcher@example.org", PASSWORD)
    sign_in(app, "researcher@example.org")
    app.switch_page(f"pages/{page}.py").run()
    assert "went wrong" not in told(app)
    if page == "explore":
        assert told(app).count("lost from the store") == 1
