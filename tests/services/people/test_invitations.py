"""Invitations lead into a study, with a role, for as long and as often as was said."""

from dataclasses import replace

import pytest

from fers.domain.people import OPERATOR, Role
from fers.errors import InvalidInput, NotFound, NotSignedIn, SignInFailed
from tests.people import PASSWORD, another_study, give_face, participant


@pytest.fixture
def study(platform):
    """A second study, open. Newcomers come to the first one."""
    return another_study(platform, "Smiles", ask_first_share=1.0)


@pytest.fixture
def invite(platform, study):
    return lambda role=Role.ANNOTATOR, days=7, uses=1: platform.invitations.invite(OPERATOR, study.id, role, days, uses)


def again(platform, email="ada@example.org"):
    return platform.accounts.sign_in(email, PASSWORD).person


def test_somebody_signed_in_comes_by_invitation(platform, study, invite, clock):
    ada = participant(platform)
    assert platform.studies.current(ada) != study
    clock.advance(minutes=1)
    platform.invitations.accept(ada, invite().upper().replace("-", " "))
    ada = again(platform)
    assert ada.role_in(study.id) is Role.ANNOTATOR
    assert ada.role is Role.PARTICIPANT
    assert platform.studies.current(ada) == study
    assert ada.asked_first, "each study draws for itself who is asked first"


def test_somebody_new_comes_without_an_email(platform, study, invite):
    code = invite(Role.RESEARCHER)
    assert platform.invitations.offer(code).role is Role.RESEARCHER
    signed_in, personal_code = platform.accounts.join(code)
    assert signed_in.person.role_in(study.id) is Role.RESEARCHER
    assert platform.accounts.sign_in_with_code(personal_code).person == signed_in.person


def test_a_used_up_invitation_lets_nobody_in_and_leaves_no_account(platform, invite):
    code = invite(uses=1)
    platform.accounts.join(code)
    assert platform.invitations.offer(code) is None
    with pytest.raises(SignInFailed):
        platform.accounts.join(code)
    with pytest.raises(NotFound):
        platform.invitations.accept(participant(platform), code)


def test_an_invitation_runs_out(platform, invite, clock):
    code = invite(days=7)
    clock.advance(days=7)
    assert platform.invitations.offer(code) is None


def test_a_revoked_invitation_is_no_longer_open(platform, study, invite):
    code = invite(uses=9)
    (invitation,) = platform.invitations.open_ones(OPERATOR, study.id)
    platform.invitations.revoke(OPERATOR, study.id, invitation.id)
    assert platform.invitations.open_ones(OPERATOR, study.id) == []
    assert platform.invitations.offer(code) is None


def test_whoever_runs_one_study_revokes_nothing_of_another(platform, study, invite):
    invite()
    (invitation,) = platform.invitations.open_ones(OPERATOR, study.id)
    with pytest.raises(NotFound):
        platform.invitations.revoke(OPERATOR, platform.studies.current().id, invitation.id)


def test_coming_twice_uses_one_place_and_a_larger_role_is_kept(platform, study, invite):
    ada = participant(platform)
    code = invite(Role.RESEARCHER, uses=2)
    platform.invitations.accept(ada, code)
    platform.invitations.accept(again(platform), code)
    assert platform.invitations.open_ones(OPERATOR, study.id)[0].uses_left == 1
    platform.invitations.accept(again(platform), invite(Role.PARTICIPANT))
    assert again(platform).role_in(study.id) is Role.RESEARCHER


def test_coming_in_two_windows_at_once_uses_one_place(platform, study, invite, monkeypatch):
    ada, code = participant(platform), invite(Role.ANNOTATOR, uses=2)
    memberships = platform.members._memberships
    look = memberships.memberships_of

    def look_while_the_other_window_is_quicker(person_id: str):
        found = look(person_id)
        monkeypatch.setattr(memberships, "memberships_of", look)
        platform.invitations.accept(ada, code)
        return found

    monkeypatch.setattr(memberships, "memberships_of", look_while_the_other_window_is_quicker)
    assert platform.invitations.accept(ada, code).id == study.id
    assert [one.uses_left for one in platform.invitations.open_ones(OPERATOR, study.id)] == [1]
    assert again(platform).role_in(study.id) is Role.ANNOTATOR


@pytest.mark.parametrize("way", ["the menu", "their consent", "the study's code"])
def test_a_role_that_comes_in_another_window_at_once_is_not_lost(platform, study, invite, monkeypatch, way):
    ada, code = participant(platform), invite(Role.RESEARCHER)
    memberships = platform.members._memberships
    look = memberships.memberships_of

    def look_while_the_other_window_is_quicker(person_id: str):
        found = look(person_id)
        monkeypatch.setattr(memberships, "memberships_of", look)
        platform.invitations.accept(ada, code)
        return found

    monkeypatch.setattr(memberships, "memberships_of", look_while_the_other_window_is_quicker)
    if way == "the menu":
        platform.studies.enter(replace(ada, role=Role.ADMINISTRATOR), study.id)
    elif way == "their consent":
        platform.studies.take_part(ada, study.id)
    else:
        platform.invitations.accept(ada, study.join_code)
    assert again(platform).role_in(study.id) is Role.RESEARCHER


def test_whoever_gains_nothing_takes_nobodys_place(platform, study, invite):
    ada = participant(platform)
    platform.invitations.accept(ada, invite(Role.RESEARCHER))
    code = invite(Role.ANNOTATOR, uses=1)
    platform.invitations.accept(again(platform), code)
    bob = participant(platform, "bob@example.org")
    platform.invitations.accept(bob, code)
    assert again(platform).role_in(study.id) is Role.RESEARCHER
    assert {member.role for member in platform.members.staff(OPERATOR, study.id)} == {Role.RESEARCHER, Role.ANNOTATOR}


@pytest.mark.parametrize(("days", "uses"), [(0, 1), (366, 1), (1, 0), (1, 1001)])
def test_invitations_without_limits_are_refused(invite, days, uses):
    with pytest.raises(InvalidInput):
        invite(days=days, uses=uses)


def test_the_study_code_leads_to_its_own_study(platform, study):
    signed_in, _ = platform.accounts.join(study.join_code)
    assert platform.studies.current(signed_in.person) == study


def test_each_study_asks_its_own_words_and_leaves_the_others_faces_alone(platform, study, clock):
    ada = participant(platform)
    kept = give_face(platform, ada)
    clock.advance(minutes=1)
    platform.invitations.accept(ada, study.join_code)
    ada = again(platform)
    assert "Smiles" in platform.consents.text(ada).body
    assert platform.consents.current(ada) is None
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
    assert platform.data_export.faces(ada) == [kept]


def test_people_go_back_and_forth_between_their_studies_with_their_roles(platform, study, invite, clock):
    ada = participant(platform)
    first = platform.studies.current(ada)
    clock.advance(minutes=1)
    platform.invitations.accept(ada, invite())
    clock.advance(minutes=1)
    platform.studies.enter(again(platform), first.id)
    assert platform.studies.current(again(platform)) == first
    clock.advance(minutes=1)
    platform.studies.enter(again(platform), study.id)
    assert again(platform).role_in(study.id) is Role.ANNOTATOR
    assert {one.id for one in platform.studies.mine(again(platform))} == {first.id, study.id}


def test_whoever_enters_a_study_is_in_it_whatever_the_clock_says(platform, study, invite, clock):
    ada = participant(platform)
    first = platform.studies.current(ada)
    platform.invitations.accept(ada, invite())
    for there, minutes in ((first, 0), (study, 0), (first, -5), (study, -5)):
        clock.advance(minutes=minutes)
        platform.studies.enter(again(platform), there.id)
        assert platform.studies.current(again(platform)).id == there.id
    third = another_study(platform, "Third")
    for there, code in ((first, first.join_code), (third, third.join_code), (study, invite(Role.RESEARCHER))):
        clock.advance(minutes=-5)
        platform.invitations.accept(again(platform), code)
        assert platform.studies.current(again(platform)).id == there.id


def test_nobody_enters_a_study_that_is_not_theirs(platform, study):
    with pytest.raises(InvalidInput):
        platform.studies.enter(participant(platform), study.id)


def test_whoever_is_removed_has_no_role_there_any_more(platform, study, invite):
    ada = participant(platform)
    platform.invitations.accept(ada, invite(Role.ADMINISTRATOR))
    (member,) = platform.members.staff(OPERATOR, study.id)
    assert (member.email, member.role) == ("ada@example.org", Role.ADMINISTRATOR)
    platform.members.remove(OPERATOR, study.id, ada.id)
    assert again(platform).role_in(study.id) is Role.PARTICIPANT
    assert platform.members.staff(OPERATOR, study.id) == []


def test_whoever_is_removed_does_not_come_back_by_a_page_that_was_open(platform, study, invite):
    platform.invitations.accept(participant(platform), invite(Role.RESEARCHER))
    before = again(platform)
    platform.members.remove(OPERATOR, study.id, before.id)
    with pytest.raises(InvalidInput, match="no longer exists"):
        platform.studies.enter(before, study.id)
    assert again(platform).role_in(study.id) is Role.PARTICIPANT
    assert study not in platform.studies.mine(again(platform))


def test_what_was_done_in_a_study_is_logged_without_names(platform, study, invite):
    ada = participant(platform)
    platform.invitations.accept(ada, invite())
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    entries = platform.members.log(OPERATOR, study.id, 10)
    assert [entry.action for entry in entries] == [
        "gave the role researcher",
        "came by invitation as annotator",
        "invited 1 as annotator",
        "opened the study",
        "made the study",
    ]
    assert entries[0].actor == OPERATOR.id and entries[0].subject == ada.id
    assert "ada@example.org" not in repr(platform.members.whole_log(OPERATOR, 100))


def test_two_studies_never_share_a_code(platform, study):
    with pytest.raises(InvalidInput):
        platform.studies.update(OPERATOR, replace(platform.studies.current(), join_code=study.join_code.upper()))


def test_newcomers_come_to_the_first_open_study(platform, study):
    platform.studies.update(OPERATOR, replace(platform.studies.current(), open=False))
    assert platform.studies.current() == study


def test_whoever_withdraws_while_they_take_an_invitation_has_no_place(platform, study, invite):
    ada, code = participant(platform), invite()
    platform.withdrawal.withdraw_everything(ada)
    with pytest.raises(NotSignedIn):
        platform.invitations.accept(ada, code)
    assert not platform.members.staff(OPERATOR, study.id)
    assert platform.invitations.offer(code), "and it is not used up"


@pytest.mark.parametrize("way", ["the menu", "the study's code"])
def test_a_role_that_is_taken_away_while_they_come_into_the_study_is_not_given_back(
    platform, study, invite, monkeypatch, way
):
    ada = participant(platform)
    platform.invitations.accept(ada, invite(Role.RESEARCHER))
    ada, memberships = again(platform), platform.members._memberships
    look = memberships.memberships_of

    def look_and_lose_it(person_id: str):
        found = look(person_id)
        platform.members.remove(OPERATOR, study.id, person_id)
        return found

    monkeypatch.setattr(memberships, "memberships_of", look_and_lose_it)
    with pytest.raises((InvalidInput, NotFound)):
        if way == "the menu":
            platform.studies.enter(ada, study.id)
        else:
            platform.invitations.accept(ada, study.join_code)
    assert platform.members.staff(OPERATOR, study.id) == []
    assert platform.doctor.examine() == []
