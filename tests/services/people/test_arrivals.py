"""People come by the link of a panel: once each, in one browser."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.recruiting import Status
from fers.errors import FersError, InvalidInput, NotFound, SignInFailed, StudyClosed, TooManyAttempts
from fers.services.people.arrivals import Coming
from tests.people import arrived, from_panel, give_face, newcomer, participant, recruit

ADA = {"PROLIFIC_PID": "5f2a", "STUDY_ID": "s", "SESSION_ID": "x"}
DEVICE, OTHER = "d" * 43, "e" * 43


def look(platform, said=ADA, **more):
    return platform.arrivals.look(platform.studies.current().join_code, said, **more)


def test_whoever_is_new_comes_without_an_account_and_is_known_by_their_id(platform):
    study = recruit(platform)
    assert look(platform).coming is Coming.NEW
    ada = arrived(platform)
    mine = platform.participations.mine(ada)
    assert (mine.panel_id, mine.status, mine.person_id) == ("5f2a", Status.CAME, ada.id)
    assert platform.studies.current(ada).id == study.id
    assert platform.accounts.email_of(ada) is None


def test_the_same_id_comes_back_to_the_same_account_in_the_same_browser_alone(platform):
    recruit(platform)
    ada = arrived(platform, device=DEVICE)
    assert look(platform, device=DEVICE).coming is Coming.BACK
    assert look(platform, who=ada).coming is Coming.BACK
    assert arrived(platform, device=DEVICE).id == ada.id
    stranger = participant(platform, "eve@example.org")
    for more in ({}, {"device": OTHER}, {"who": stranger}, {"who": stranger, "device": OTHER}):
        arrival = look(platform, **more)
        assert (arrival.coming, arrival.participation) == (Coming.ELSEWHERE, None)
    for device in ("", OTHER):
        with pytest.raises(SignInFailed) as refused:
            arrived(platform, device=device)
        assert refused.value.code == "arrival.elsewhere"
    assert [one.panel_id for one in platform.participations.of_study(OPERATOR, platform.studies.current().id)] == [
        "5f2a"
    ]


def test_a_browser_of_one_person_opens_nobody_elses_account(platform):
    recruit(platform)
    arrived(platform, "first", device=DEVICE)
    arrived(platform, "second", device=OTHER)
    with pytest.raises(SignInFailed):
        platform.accounts.come_back(arrived(platform, "third").id, DEVICE)
    assert look(platform, {"PROLIFIC_PID": "second"}, device=DEVICE).coming is Coming.ELSEWHERE


def test_of_tabs_that_come_at_once_with_one_id_one_gets_an_account(platform):
    study = recruit(platform)

    def come(_):
        try:
            return arrived(platform)
        except SignInFailed:
            return None

    with ThreadPoolExecutor(4) as threads:
        [ada] = filter(None, threads.map(come, range(4)))
    [one] = platform.participations.of_study(OPERATOR, study.id)
    assert platform.participations.mine(ada).id == one.id


@pytest.mark.parametrize(
    "said", [{}, {"PROLIFIC_PID": ""}, {"participant": "5f2a"}], ids=["nothing", "empty", "another"]
)
def test_a_link_without_an_id_is_answered_in_words(platform, said):
    recruit(platform)
    with pytest.raises(InvalidInput) as refused:
        look(platform, said)
    assert refused.value.code == "arrival.no-id"


@pytest.mark.parametrize(
    "panel_id",
    ["{{%PROLIFIC_PID%}}", "%SURVEY_CODE%", "a b", "x" * 65, "=1+1", "ada@example.org", "é", "../x", "a\n"],
    ids=["prolific", "sona", "space", "long", "formula", "email", "letter", "path", "line"],
)
def test_an_odd_id_is_answered_in_words_that_do_not_repeat_it(platform, panel_id):
    recruit(platform)
    with pytest.raises(InvalidInput) as refused:
        look(platform, {"PROLIFIC_PID": panel_id})
    assert refused.value.code == "arrival.odd-id"
    assert panel_id not in str(refused.value) and refused.value.fields == {}
    with pytest.raises(InvalidInput):
        arrived(platform, panel_id)


def test_a_study_that_takes_nobody_from_a_panel_says_so(platform):
    with pytest.raises(NotFound) as refused:
        look(platform)
    assert refused.value.code == "arrival.no-panel"


def test_codes_of_no_study_are_counted_as_guesses(platform):
    recruit(platform)
    with pytest.raises(NotFound):
        platform.arrivals.look("no-such-code", ADA, "192.0.2.1")
    with pytest.raises(TooManyAttempts):
        for number in range(100):
            try:
                platform.arrivals.look(f"no-such-code-{number}", ADA, "192.0.2.1")
            except NotFound:
                continue
    with pytest.raises(TooManyAttempts):
        look(platform, caller="192.0.2.1")


def test_a_closed_study_has_a_waiting_room_and_keeps_nothing_of_whoever_is_in_it(platform):
    study = recruit(platform)
    ada = arrived(platform, device=DEVICE)
    platform.studies.update(OPERATOR, replace(study, open=False))
    bob = {"PROLIFIC_PID": "bob"}
    assert platform.arrivals.look(study.join_code, bob).coming is Coming.CLOSED
    with pytest.raises(StudyClosed) as refused:
        platform.arrivals.begin(study.join_code, bob)
    assert refused.value.code == "study.closed"
    assert platform.arrivals.begin(study.join_code, ADA, device=DEVICE).person.id == ada.id
    assert len(platform.participations.of_study(OPERATOR, study.id)) == 1


def test_a_full_study_has_a_waiting_room_until_a_place_opens_up(platform):
    fear, sad = Task(Emotion.FEAR), Task(Emotion.SAD)
    quotas = (Quota(Emotion.FEAR, 1), Quota(Emotion.SAD, 1))
    study = recruit(platform, protocol=Protocol((fear, sad), quotas=quotas))
    ada, bob = newcomer(platform), newcomer(platform)
    face = give_face(platform, ada)
    assert look(platform).coming is Coming.NEW
    platform.tasks.turn(bob)
    assert look(platform).coming is Coming.FULL
    with pytest.raises(StudyClosed) as refused:
        arrived(platform)
    assert refused.value.code == "arrival.full"
    assert platform.participations.of_study(OPERATOR, study.id) == []
    platform.withdrawal.withdraw_face(ada, face.id)
    assert look(platform).coming is Coming.NEW
    assert arrived(platform)


def test_a_task_without_a_quota_is_never_full(platform):
    protocol = Protocol((Task(Emotion.FEAR), Task(Emotion.SAD)), quotas=(Quota(Emotion.FEAR, 1),))
    recruit(platform, protocol=protocol)
    give_face(platform, newcomer(platform))
    assert look(platform).coming is Coming.NEW


def test_an_id_that_has_ended_comes_to_an_end_again_and_never_elsewhere(platform):
    recruit(platform)
    ada = from_panel(platform)
    give_face(platform, ada)
    platform.participations.complete(ada)
    arrival = look(platform, who=ada)
    assert (arrival.coming, arrival.participation.status) == (Coming.BACK, Status.COMPLETED)
    assert look(platform).coming is Coming.ELSEWHERE


def test_the_id_is_in_no_log(platform):
    recruit(platform)
    ada = from_panel(platform, "5f2a77aa99bb")
    give_face(platform, ada)
    platform.participations.complete(ada)
    study = platform.studies.current()
    [one] = platform.participations.of_study(OPERATOR, study.id)
    platform.participations.erase(OPERATOR, study.id, one.id)
    assert "5f2a77aa99bb" not in str(platform.members.whole_log(OPERATOR, 99))


def test_no_failure_on_the_way_has_the_id_in_it(platform):
    """What is raised may be logged."""
    study = recruit(platform)
    arrived(platform, "5f2a77aa99bb")
    with pytest.raises(FersError) as refused:
        platform.arrivals.begin(study.join_code, {"PROLIFIC_PID": "5f2a77aa99bb"})
    assert "5f2a77aa99bb" not in f"{refused.value} {refused.value.fields}"
