"""Every page as somebody with all rights and several studies finds it, tab by tab. The fixture `keys_of_their_own`
looks on, as in every test of pages."""

from dataclasses import replace

import pytest
from driving import REPOSITORY, open_app, sign_in, told

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict
from fers.domain.people import OPERATOR, Role
from tests.people import PASSWORD, give_face, grant, participant, pattern

WITHOUT_AN_ACCOUNT = {"pages/join.py", "pages/setup.py", "pages/sign_in.py"}
PAGES = {f"pages/{file.name}" for file in (REPOSITORY / "pages").glob("*.py")}


@pytest.fixture
def administrator(app, platform):
    """Signed in, in one of two studies, which has faces, labels, a member and an invitation."""
    boss, ada = participant(platform, "boss@example.org"), participant(platform)
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    study = replace(platform.studies.current(), asks_groups=True)
    platform.studies.update(OPERATOR, study)
    platform.studies.create(OPERATOR, "Another")
    for number, said in enumerate((Emotion.HAPPY, Emotion.SAD)):
        face = give_face(platform, boss, Answer(said, before_prediction=True), pattern(number))
        platform.review.label(OPERATOR, study.id, face.id, Verdict.FLAGGED, reason="picture")
    platform.members.assign(OPERATOR, study.id, ada.id, Role.ANNOTATOR)
    platform.invitations.invite(OPERATOR, study.id, Role.ANNOTATOR, 1, 1)
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.access.make(platform.accounts.sign_in("boss@example.org", PASSWORD).person, study.id, "The cluster")
    return sign_in(app, "boss@example.org")


def test_no_key_is_used_twice_on_any_tab_of_any_page(administrator):
    for page in sorted(PAGES - WITHOUT_AN_ACCOUNT):
        administrator.switch_page(page).run()
        remembered = [group for group in administrator.get("tab_container") if group.key]
        for key, tabs in [(group.key, [tab.label for tab in group.children.values()]) for group in remembered]:
            for tab in tabs:
                administrator.session_state[key] = tab
                administrator.run()
        assert not administrator.exception, page
        assert "Something went wrong" not in told(administrator), page


def test_no_key_is_used_twice_where_nobody_is_signed_in(platform, cookies):
    for page in sorted(WITHOUT_AN_ACCOUNT):
        stranger = open_app()
        stranger.switch_page(page).run()
        assert not stranger.exception, page
