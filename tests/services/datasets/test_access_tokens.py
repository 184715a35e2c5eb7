"""Access tokens open what their person may share today, in one study, until they end."""

import pytest

from fers.domain.people import Role
from fers.errors import InvalidInput, NotFound
from fers.services.datasets.access_tokens import MOST_TOKENS
from tests.people import PASSWORD, grant, participant

EMAIL = "researcher@example.org"


@pytest.fixture
def researcher(platform):
    participant(platform, EMAIL)
    grant(platform, EMAIL, Role.RESEARCHER)
    return platform.accounts.sign_in(EMAIL, PASSWORD).person


@pytest.fixture
def study_id(platform):
    return platform.studies.current().id


def test_the_secret_stands_for_its_person_in_its_study(platform, researcher, study_id):
    secret = platform.access.make(researcher, study_id, "  The cluster ")
    bearer = platform.access.bearer(secret)
    assert (bearer.person.id, bearer.study_id) == (researcher.id, study_id)
    assert [token.name for token in platform.access.mine(researcher)] == ["The cluster"]
    assert platform.access.bearer(secret + "x") is None


def test_the_secret_is_kept_nowhere(platform, researcher, study_id, settings):
    secret = platform.access.make(researcher, study_id, "The cluster")
    assert not any(secret.encode() in file.read_bytes() for file in settings.data.rglob("*") if file.is_file())


def test_use_is_shown_to_the_hour(platform, researcher, study_id, clock):
    secret = platform.access.make(researcher, study_id, "The cluster")
    first = clock()
    platform.access.bearer(secret)
    clock.advance(minutes=59)
    platform.access.bearer(secret)
    assert platform.access.mine(researcher)[0].last_used_at == first
    clock.advance(minutes=1)
    platform.access.bearer(secret)
    assert platform.access.mine(researcher)[0].last_used_at == clock()


def test_a_token_ends_after_half_a_year_or_when_revoked(platform, researcher, study_id, clock):
    lasting, revoked = (platform.access.make(researcher, study_id, name) for name in ("lasting", "revoked"))
    [gone] = [token for token in platform.access.mine(researcher) if token.name == "revoked"]
    platform.access.revoke(researcher, gone.id)
    assert platform.access.bearer(revoked) is None
    clock.advance(days=179)
    assert platform.access.bearer(lasting)
    clock.advance(days=1)
    assert platform.access.bearer(lasting) is None
    assert platform.access.mine(researcher) == []


def test_nobody_revokes_somebody_elses(platform, researcher, study_id):
    secret = platform.access.make(researcher, study_id, "The cluster")
    [token] = platform.access.mine(researcher)
    with pytest.raises(NotFound):
        platform.access.revoke(participant(platform, "mallory@example.org"), token.id)
    assert platform.access.bearer(secret)


def test_it_goes_with_its_person(platform, researcher, study_id):
    secret = platform.access.make(researcher, study_id, "The cluster")
    platform.withdrawal.withdraw_everything(researcher)
    assert platform.access.bearer(secret) is None


def test_names_and_numbers_are_bounded(platform, researcher, study_id):
    for name in ("", "   ", "x" * 61):
        with pytest.raises(InvalidInput):
            platform.access.make(researcher, study_id, name)
    for number in range(MOST_TOKENS):
        platform.access.make(researcher, study_id, str(number))
    with pytest.raises(InvalidInput, match="Revoke one"):
        platform.access.make(researcher, study_id, "one more")
