"""Models answer for the same faces, and are compared on those alone."""

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR
from fers.errors import InvalidInput, ModelRejected, NotPermitted
from fers.platform import assemble
from tests.people import EVERYTHING, Always, OneFace, Several, give_face, participant


@pytest.fixture
def happy():
    return Always(Emotion.HAPPY)


@pytest.fixture
def sad():
    return Always(Emotion.SAD)


@pytest.fixture
def platform(settings, clock, happy, sad):
    return assemble(settings, models=Several(happy, sad), detector=OneFace(), now=clock)


@pytest.fixture
def faces(platform):
    """Two happy faces, a sad one, one whose person can't tell, and one that nobody may test models on."""
    ada = participant(platform)
    labels = (Emotion.HAPPY, Emotion.HAPPY, Emotion.SAD, None)
    given = [give_face(platform, ada, Answer(label, before_prediction=False)) for label in labels]
    eve = participant(platform, "eve@example.org", EVERYTHING - {Purpose.TRAIN})
    give_face(platform, eve)
    return given


def test_the_better_model_leads(platform, faces):
    for name in ("sad", "happy"):
        platform.arena.evaluate(OPERATOR, name)
    (first, best), (second, _) = platform.arena.leaderboard(OPERATOR)
    assert (first.info.id, second.info.id) == ("happy", "sad")
    assert best.n == 3
    value, low, high = best.figures["top1"]
    assert value == pytest.approx(2 / 3)
    assert 0 <= low <= value <= high <= 1
    assert first.run.milliseconds > 0


def test_two_models_side_by_side_show_where_they_differ(platform, faces):
    for name in ("sad", "happy"):
        platform.arena.evaluate(OPERATOR, name)
    common, duel = platform.arena.duel(OPERATOR, "happy", "sad")
    assert duel.accuracy == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert sorted(duel.disagree) == [0, 1, 2]
    assert duel.both_wrong.size == 0
    assert duel.p > 0.05
    assert common.face_ids.tolist() == sorted(face.id for face in faces[:3])
    with pytest.raises(InvalidInput):
        platform.arena.duel(OPERATOR, "happy", "happy")


def test_a_run_that_died_goes_on_where_it_was(platform, faces, happy):
    def die(done, all):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        platform.arena.evaluate(OPERATOR, "happy", progress=die)
    assert happy.asked == 3
    told = []
    platform.arena.evaluate(OPERATOR, "happy", progress=lambda done, all: told.append((done, all)))
    assert told[-1] == (3, 3)
    platform.arena.evaluate(OPERATOR, "happy")
    assert happy.asked == 3


def test_a_new_face_is_all_that_is_asked_about(platform, faces, happy):
    platform.arena.evaluate(OPERATOR, "happy")
    give_face(platform, participant(platform, "bob@example.org"))
    state = platform.arena.state(OPERATOR)
    assert (state.then, state.now) == (4, 5), "of all labelled faces, also of those that nobody may test models on"
    platform.arena.evaluate(OPERATOR, "happy")
    assert happy.asked == 4
    [standing] = [s for s in platform.arena.standings(OPERATOR) if s.info.id == "happy"]
    assert (standing.answered, standing.faces) == (4, 4)


def test_what_was_said_goes_with_the_withdrawn_face(platform, faces):
    platform.arena.evaluate(OPERATOR, "happy")
    ada = platform.accounts.sign_in("ada@example.org", "correct horse battery").person
    platform.withdrawal.withdraw_face(ada, faces[0].id)
    platform.arena.evaluate(OPERATOR, "happy")
    [(_, entry)] = platform.arena.leaderboard(OPERATOR)
    assert entry.n == 2


def test_nothing_to_compare_is_said(platform):
    with pytest.raises(InvalidInput, match="Run them first"):
        platform.arena.leaderboard(OPERATOR)


def test_participants_compare_nothing(platform):
    ada = participant(platform)
    for ask in (platform.arena.leaderboard, platform.arena.standings):
        with pytest.raises(NotPermitted):
            ask(ada)
    with pytest.raises(NotPermitted):
        platform.arena.evaluate(ada, "happy")


def test_a_face_on_which_a_model_fails_is_counted_and_the_others_are_answered(platform, faces, happy, monkeypatch):
    answer = happy.predict

    def fail_on_the_second(pixels):
        said = answer(pixels)
        if happy.asked == 2:
            raise RuntimeError("no memory")
        return said

    monkeypatch.setattr(happy, "predict", fail_on_the_second)
    platform.arena.evaluate(OPERATOR, "happy")
    [(standing, result)] = platform.arena.leaderboard(OPERATOR)
    assert (standing.answered, standing.failed, result.n) == (3, 1, 2)
    platform.arena.evaluate(OPERATOR, "happy")
    [(standing, result)] = platform.arena.leaderboard(OPERATOR)
    assert (standing.failed, result.n) == (0, 3), "what failed is tried again"
    assert happy.asked == 4


def test_a_model_that_fails_on_every_face_is_refused(platform, faces, happy, monkeypatch):
    def fail(pixels):
        raise RuntimeError("no memory")

    monkeypatch.setattr(happy, "predict", fail)
    with pytest.raises(ModelRejected, match="failed on every face"):
        platform.arena.evaluate(OPERATOR, "happy")
    assert all(standing.run is None for standing in platform.arena.standings(OPERATOR))
