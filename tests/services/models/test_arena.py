"""Models answer for the same faces, and are compared on those alone."""

from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.errors import InvalidInput, ModelRejected, NotFound, NotPermitted
from fers.services.models.batch_inference import Asked
from fers.services.models.evaluation_sets import EvaluationSets
from tests.people import EVERYTHING, PASSWORD, Always, OneFace, Several, give_face, participant


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
    common, pairwise = platform.arena.pairwise(OPERATOR, "happy", "sad")
    assert sorted(pairwise.disagree) == [0, 1, 2]
    assert pairwise.both_wrong.size == 0
    assert common.face_ids.tolist() == sorted(face.id for face in faces[:3])
    with pytest.raises(InvalidInput):
        platform.arena.pairwise(OPERATOR, "happy", "happy")


def test_two_runs_that_end_together_are_compared_with_one_another(platform, faces):
    """One ends while the other is being measured, and neither knew of the other when it began to be."""
    waiting = ["happy"]

    def another_ends():
        if waiting:
            platform.arena.finish(OPERATOR, waiting.pop(), Asked([]))

    for name in ("sad", "happy"):
        platform.arena.ask(OPERATOR, name)
    platform.arena.finish(OPERATOR, "sad", Asked([]), step=another_ends)
    (_, best), (_, second) = platform.arena.leaderboard(OPERATOR)
    assert best.against == {second.who: second.against[best.who]}
    assert best.faces_sha256 == second.faces_sha256


def test_a_run_that_died_goes_on_where_it_was(platform, faces, happy):
    def die(done, all):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        platform.arena.evaluate(OPERATOR, "happy", progress=die)
    assert happy.asked == 3
    assert platform.arena.ask(OPERATOR, "happy").seconds == [], "nothing is asked twice"
    told = []
    platform.arena.evaluate(OPERATOR, "happy", progress=lambda done, all: told.append((done, all)))
    assert told[-1] == (3, 3)


def test_a_new_face_is_all_that_is_asked_about(platform, faces):
    platform.arena.evaluate(OPERATOR, "happy")
    give_face(platform, participant(platform, "bob@example.org"))
    state = platform.arena.state(OPERATOR)
    assert (state.then, state.now) == (4, 5), "of all labelled faces, also of those that nobody may test models on"
    assert len(platform.arena.ask(OPERATOR, "happy").seconds) == 1
    platform.arena.evaluate(OPERATOR, "happy")
    [standing] = [s for s in platform.arena.standings(OPERATOR) if s.info.id == "happy"]
    assert (standing.answered, standing.faces) == (4, 4)


def test_what_was_said_goes_with_the_withdrawn_face(platform, faces):
    platform.arena.evaluate(OPERATOR, "happy")
    ada = platform.accounts.sign_in("ada@example.org", "correct horse battery").person
    platform.withdrawal.withdraw_face(ada, faces[0].id)
    platform.arena.evaluate(OPERATOR, "happy")
    [(_, entry)] = platform.arena.leaderboard(OPERATOR)
    assert entry.n == 2


def test_a_model_that_saw_fewer_faces_than_there_are_says_so(platform, faces, clock):
    platform.arena.evaluate(OPERATOR, "sad")
    clock.advance(hours=1)
    for number in range(2):
        give_face(platform, participant(platform, f"{number}@example.org"))
    platform.arena.evaluate(OPERATOR, "happy")
    come = {standing.info.id: (standing.answered, standing.faces) for standing in platform.arena.standings(OPERATOR)}
    assert come == {"happy": (5, 5), "sad": (3, 5)}


def test_a_time_rests_on_enough_answers_and_no_slow_one_replaces_it(platform, faces, happy, sad):
    platform.arena.ask(OPERATOR, "sad")  # As models in the background are, which nobody times.
    for name in ("happy", "sad"):
        run = platform.arena.evaluate(OPERATOR, name)
        assert (run.timed, run.milliseconds > 0) == (30, True)
    quick = platform.arena.evaluate(OPERATOR, "happy")
    give_face(platform, participant(platform, "bob@example.org"))
    happy.pause = 0.05
    assert platform.arena.evaluate(OPERATOR, "happy").milliseconds == quick.milliseconds


def test_taking_back_what_models_may_be_tested_on_shrinks_the_comparison_at_once(platform, faces):
    """Also where both were looked at before, and as many faces and answers are there as were."""
    bob = participant(platform, "bob@example.org")
    give_face(platform, bob)
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)

    def compared():
        common, _ = platform.arena.pairwise(OPERATOR, "happy", "sad")
        slices = platform.slices.compare(OPERATOR, "happy", "sad").slices
        return len(common.labels), sum(part.faces for part in slices if part.dimension == "Source")

    assert compared() == (4, 4)
    assert not platform.arena.state(OPERATOR).is_revised
    platform.consents.give(bob, platform.consents.text().sha256, EVERYTHING - {Purpose.TRAIN}, adult=True)
    assert compared() == (3, 3)
    state = platform.arena.state(OPERATOR)
    assert (state.then, state.now, state.is_revised) == (5, 5, True)
    platform.arena.evaluate(OPERATOR, "sad")
    assert not platform.arena.state(OPERATOR).is_revised


def test_any_model_says_what_it_looked_at_in_a_face_that_may_be_looked_at(platform, faces):
    explained = platform.arena.explain(OPERATOR, "sad", faces[0].id)
    assert explained.prediction.top(1) == [(Emotion.SAD, pytest.approx(0.93))]
    assert [emotion for emotion, _ in explained.maps] == [emotion for emotion, _ in explained.prediction.top(3)]
    assert all(heat.shape == explained.face.shape[:2] for _, heat in explained.maps)
    bob = participant(platform, "bob@example.org")
    theirs = [give_face(platform, bob) for _ in range(2)]
    platform.withdrawal.withdraw_face(bob, theirs[0].id)
    hidden = participant(platform, "cy@example.org", EVERYTHING - {Purpose.REVIEW})
    platform.consents.give(bob, platform.consents.text().sha256, EVERYTHING - {Purpose.TRAIN}, adult=True)
    for face in (*theirs, give_face(platform, hidden)):
        with pytest.raises(NotFound):
            platform.arena.explain(OPERATOR, "sad", face.id)


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
    asked = happy.asked
    platform.arena.evaluate(OPERATOR, "happy")
    [(standing, result)] = platform.arena.leaderboard(OPERATOR)
    assert (standing.failed, result.n) == (0, 3), "what failed is tried again"
    assert happy.asked == asked + 1


def test_a_model_that_fails_on_every_face_is_refused(platform, faces, happy, monkeypatch):
    def fail(pixels):
        raise RuntimeError("no memory")

    monkeypatch.setattr(happy, "predict", fail)
    with pytest.raises(ModelRejected, match="failed on every face"):
        platform.arena.evaluate(OPERATOR, "happy")
    assert all(standing.run is None for standing in platform.arena.standings(OPERATOR))


def test_without_a_labelled_face_nothing_is_measured_and_it_is_said_where_there_are_some(platform):
    with pytest.raises(InvalidInput, match="no labelled faces"):
        platform.arena.evaluate(OPERATOR, "happy")
    assert not platform.arena.standings(OPERATOR)[0].run
    [face] = [give_face(platform, participant(platform), Answer(None, before_prediction=False))]
    annotator = replace(OPERATOR, id="a" * 32)
    platform.review.label(annotator, face.study_id, face.id, Verdict.EMOTION, distribution=only(Emotion.SAD))
    with pytest.raises(InvalidInput) as refused:
        platform.arena.evaluate(OPERATOR, "happy")
    assert "“consensus”" in refused.value.next
    assert platform.arena.evaluation_set(OPERATOR, "") == REVIEWED_FACES, "as after the import of a labelled set"


def test_what_somebody_may_not_measure_on_is_not_counted(platform, faces, monkeypatch):
    study = platform.studies.current()
    platform.studies.create(OPERATOR, "Another")
    guest = participant(platform, "guest@example.org")
    platform.members.assign(OPERATOR, study.id, guest.id, Role.RESEARCHER)
    guest = platform.accounts.sign_in("guest@example.org", PASSWORD).person
    counted = []
    count = EvaluationSets.count
    monkeypatch.setattr(EvaluationSets, "count", lambda self, on: counted.append(on) or count(self, on))
    offered = [choice.evaluation_set for choice in platform.arena.evaluation_sets(guest, study.id)]
    assert counted == offered
    assert {on.study_id for on in offered} == {study.id}
    assert OWN_LABELS in [choice.evaluation_set for choice in platform.arena.evaluation_sets(OPERATOR, study.id)]
