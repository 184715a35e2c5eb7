"""Links to downloads last for a while, and end for good."""

import pytest

from fers.exporting.release import Cut
from fers.ui.downloads import LINK_SECONDS, Link, Links

LINK = Link("session", "study", "v1", "imagefolder", Cut.CROP)


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


def test_a_link_works_again_and_again_until_it_has_run_out(watch):
    links = Links(watch)
    secret = links.issue(LINK)
    assert links.get(secret) is links.get(secret) is LINK
    watch.seconds = LINK_SECONDS
    assert links.get(secret) is None


def test_no_two_links_have_one_secret_and_a_guess_leads_nowhere(watch):
    links = Links(watch)
    assert links.issue(LINK) != links.issue(LINK)
    assert links.get("guess") is None
