"""Models, and people, measured on every face, on the reviewed ones and on dataset versions."""

from dataclasses import replace

import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES, EvaluationLabels, EvaluationSet
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.domain.ranges import divided
from fers.domain.versions import Split
from fers.errors import InvalidInput, NotFound
from fers.services.models.arena import asked_by, job_of
from tests.people import EVERYTHING, PASSWORD, Always, OneFace, Several, give_face, participant, pattern

ANNOTATORS = [replace(OPERATOR, id=f"{number:02x}" * 16) for number in range(3)]
HAPPY, SAD = Emotion.HAPPY, Emotion.SAD


@pytest.fixture
def happy():
    return Always(HAPPY)


@pytest.fixture
def platform(settings, clock, happy):
    return assemble(settings, models=Several(happy, Always(SAD)), detector=OneFace(), now=clock)


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def faces(platform, study):
    """Four happy faces by their people's word, of which annotators find three happy, and tie on nothing; and one that
    nobody may test models on."""
    given = []
    for number, said in enumerate([(HAPPY,) * 3, (HAPPY,) * 3, (SAD, SAD, HAPPY), (HAPPY, HAPPY, SAD)]):
        person = participant(platform, f"{number}@example.org")
        given.append(give_face(platform, person, Answer(HAPPY, before_prediction=True), pattern(number)))
        say(platform, study, given[-1], said)
    eve = participant(platform, "eve@example.org", EVERYTHING - {Purpose.TRAIN})
    say(platform, study, give_face(platform, eve), (SAD,) * 3)
    return given


def say(platform, study, face, emotions) -> None:
    for annotator, emotion in zip(ANNOTATORS, emotions, strict=True):
        platform.review.label(annotator, study.id, face.id, Verdict.EMOTION, distribution=only(emotion))


def top1(platform, on) -> dict[str, float]:
    return {
        standing.info.id: result.figures["top1"][0] for standing, result in platform.arena.leaderboard(OPERATOR, on)
    }


def run_all(platform, on) -> None:
    for model in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, model, on)


def test_every_evaluation_set_has_its_labels_and_a_face_is_asked_about_once(platform, study, faces, happy):
    version = EvaluationSet(EvaluationLabels.VERSION, platform.versions.freeze(OPERATOR, study.id, "v1").id)
    for on in (OWN_LABELS, REVIEWED_FACES, version):
        run_all(platform, on)
    assert top1(platform, OWN_LABELS) == {"happy": 1, "sad": 0}
    assert top1(platform, REVIEWED_FACES) == {"happy": 3 / 4, "sad": 1 / 4}
    assert top1(platform, version) == {"happy": 3 / 4, "sad": 1 / 4}
    assert platform.arena.ask(OPERATOR, "happy", version).seconds == []


def test_a_result_says_what_it_is_about(platform, study, faces, happy):
    run_all(platform, REVIEWED_FACES)
    (_, result), (_, second) = platform.arena.leaderboard(OPERATOR, REVIEWED_FACES)
    assert (result.evaluation_set, result.model_id, result.who) == ("consensus", "happy", happy.info.fingerprint)
    assert (result.n, result.parameters, result.weights_bytes) == (4, 10, 99)
    assert result.faces_sha256 == second.faces_sha256
    assert result.against == {second.who: pytest.approx(0.375)}  # Mid-p of 3 to 1.
    assert result.milliseconds > 0


def test_people_are_held_against_the_others_or_against_the_persons_own_word(platform, study, faces):
    run_all(platform, REVIEWED_FACES)
    people = platform.arena.people(OPERATOR, REVIEWED_FACES)
    # On the two faces where all agree everybody is right; on the others the one who differs is wrong, and the two who
    # agree see the rest tie: half right each.
    assert people.n == 4
    assert people.figures["top1"][0] == pytest.approx((1 + 1 + 1 / 3 + 1 / 3) / 4)
    assert "ece" not in people.figures
    run_all(platform, OWN_LABELS)
    assert platform.arena.people(OPERATOR).figures["top1"][0] == pytest.approx((1 + 1 + 1 / 3 + 2 / 3) / 4)


def test_a_version_keeps_its_labels_and_loses_what_is_withdrawn(platform, study, faces):
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    version = EvaluationSet(EvaluationLabels.VERSION, dataset_version.id)
    for annotator in ANNOTATORS[:2]:
        platform.review.undo(annotator, study.id, faces[0].id)
        platform.review.label(annotator, study.id, faces[0].id, Verdict.EMOTION, distribution=only(SAD))
    run_all(platform, version)
    before = platform.arena.leaderboard(OPERATOR, version)
    assert top1(platform, version)["happy"] == 3 / 4, "later labels change nothing"

    owner = platform.accounts.sign_in("0@example.org", "correct horse battery").person
    platform.withdrawal.withdraw_face(owner, faces[0].id)
    state = platform.arena.state(OPERATOR, version)
    assert (state.version.faces, state.then, state.now) == (4, 4, 3)
    assert platform.arena.leaderboard(OPERATOR, version) == before, "what was measured stays as it was"
    run_all(platform, version)
    assert top1(platform, version)["happy"] == 2 / 3


def test_a_label_given_anew_counts_at_once(platform, study, faces):
    """As many labels are there as before."""
    run_all(platform, REVIEWED_FACES)

    def happy_faces():
        return int((platform.arena.pairwise(OPERATOR, "happy", "sad", REVIEWED_FACES)[0].labels == HAPPY).sum())

    assert happy_faces() == 3
    for annotator in ANNOTATORS[:2]:
        platform.review.undo(annotator, study.id, faces[0].id)
        platform.review.label(annotator, study.id, faces[0].id, Verdict.EMOTION, distribution=only(SAD))
    assert happy_faces() == 2
    state = platform.arena.state(OPERATOR, REVIEWED_FACES)
    assert state.then == state.now and state.is_revised


def test_taking_back_what_models_may_be_tested_on_counts_for_reviewed_faces_too(platform, study, faces):
    run_all(platform, REVIEWED_FACES)
    assert len(platform.arena.pairwise(OPERATOR, "happy", "sad", REVIEWED_FACES)[0].labels) == 4
    owner = platform.accounts.sign_in("0@example.org", PASSWORD).person
    platform.consents.give(owner, platform.consents.text().sha256, EVERYTHING - {Purpose.TRAIN}, adult=True)
    assert len(platform.arena.pairwise(OPERATOR, "happy", "sad", REVIEWED_FACES)[0].labels) == 3


def test_measuring_the_same_again_gives_the_same(platform, study, faces, clock):
    version = EvaluationSet(EvaluationLabels.VERSION, platform.versions.freeze(OPERATOR, study.id, "v1").id)
    run_all(platform, version)
    before = [result for _, result in platform.arena.leaderboard(OPERATOR, version)]
    platform.arena._results.save_result(replace(before[0], figures={}, faces_sha256="lost"))
    clock.advance(hours=1)
    run_all(platform, version)
    after = [result for _, result in platform.arena.leaderboard(OPERATOR, version)]
    assert [result.figures for result in after] == [result.figures for result in before]


def test_a_model_that_saw_fewer_faces_narrows_the_board_until_it_runs_again(platform, study, faces):
    run_all(platform, OWN_LABELS)
    give_face(platform, participant(platform, "late@example.org"))
    platform.arena.evaluate(OPERATOR, "happy")
    assert {result.n for _, result in platform.arena.leaderboard(OPERATOR)} == {4}
    platform.arena.evaluate(OPERATOR, "sad")
    assert {result.n for _, result in platform.arena.leaderboard(OPERATOR)} == {5}


def test_evaluation_sets_are_named_as_people_name_them(platform, study, faces):
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    named = platform.arena.evaluation_set
    assert (named(OPERATOR, "own"), named(OPERATOR, "consensus")) == (OWN_LABELS, REVIEWED_FACES)
    whole, test = (
        EvaluationSet(EvaluationLabels.VERSION, dataset_version.id),
        EvaluationSet(EvaluationLabels.VERSION, dataset_version.id, Split.TEST),
    )
    assert named(OPERATOR, "v1") == named(OPERATOR, dataset_version.id[:8]) == whole
    assert named(OPERATOR, "v1#test") == named(OPERATOR, test.key) == test
    assert [choice.evaluation_set for choice in platform.arena.evaluation_sets(OPERATOR, study.id)] == [
        OWN_LABELS,
        REVIEWED_FACES,
        whole,
        test,
    ]
    for unknown, error in (("v2", NotFound), ("v1#exam", InvalidInput)):
        with pytest.raises(error):
            named(OPERATOR, unknown)
    for evaluation_set in (OWN_LABELS, REVIEWED_FACES, whole, test):
        assert EvaluationSet.from_key(evaluation_set.key) == evaluation_set
        for model in ("a-model", "net on fer", "x on y#z"):
            assert asked_by(job_of(model, evaluation_set)) == (model, evaluation_set)
    assert asked_by("shadow a-model") is None


def test_where_nothing_has_a_label_no_face_is_gone_through(platform, study, monkeypatch):
    give_face(platform, participant(platform), Answer(None, before_prediction=True))
    monkeypatch.setattr(platform.arena._records, "faces", lambda *_: pytest.fail("faces are read one by one"))
    assert [choice.faces for choice in platform.arena.evaluation_sets(OPERATOR, study.id)] == [0, 0]
    with pytest.raises(InvalidInput):
        platform.arena.evaluate(OPERATOR, "happy")


def test_a_part_of_a_version_is_that_part(platform, study, faces):
    dataset_version = platform.versions.freeze(OPERATOR, study.id, "v1")
    parts = {split: list(platform.versions.entries(OPERATOR, dataset_version.id, split)) for split in Split}
    split, entries = max(parts.items(), key=lambda part: len(part[1]))
    run_all(platform, EvaluationSet(EvaluationLabels.VERSION, dataset_version.id, split))
    board = platform.arena.leaderboard(OPERATOR, EvaluationSet(EvaluationLabels.VERSION, dataset_version.id, split))
    assert {result.n for _, result in board} == {len(entries)}


def test_intervals_are_by_people_and_earlier_ones_by_faces_are_measured_anew(platform, study, faces):
    """A second face of the first person is one more face, and nobody new."""
    first = platform.accounts.sign_in("0@example.org", PASSWORD).person
    give_face(platform, first, Answer(HAPPY, before_prediction=True), pattern(9))
    run_all(platform, OWN_LABELS)
    results = [result for _, result in platform.arena.leaderboard(OPERATOR)]
    assert {(result.n, result.people) for result in results} == {(5, 4)}
    assert platform.arena.people(OPERATOR).people == 4  # Nobody labelled the fifth face.
    platform.arena._results.save_result(replace(results[0], people=0, figures={"top1": (0.5, 0.5, 0.5)}))
    platform.arena.evaluate(OPERATOR, "sad")
    assert [result for _, result in platform.arena.leaderboard(OPERATOR)][0].people == 4


def test_what_another_fers_measured_is_measured_anew(platform, study, faces):
    """It may have reckoned otherwise, and the result says which one did."""
    run_all(platform, OWN_LABELS)
    [before, *_] = [result for _, result in platform.arena.leaderboard(OPERATOR)]
    older = replace(before, fers_version="0.1", figures=before.figures | {"ece": (0.5, 0.6, 0.7)})
    platform.arena._results.save_result(older)
    platform.arena.evaluate(OPERATOR, "sad")
    [after, *_] = [result for _, result in platform.arena.leaderboard(OPERATOR)]
    assert (after.who, after.fers_version, after.figures) == (before.who, before.fers_version, before.figures)


def test_the_line_for_people_goes_with_the_votes_it_rests_on(platform, study, faces, clock):
    """The faces and their people's own labels are the same as before."""
    run_all(platform, OWN_LABELS)
    assert platform.arena.people(OPERATOR).n == 4
    clock.advance(minutes=1)
    for face in faces:
        for annotator in ANNOTATORS:
            platform.review.undo(annotator, study.id, face.id)
    run_all(platform, OWN_LABELS)
    assert platform.arena.people(OPERATOR) is None
    assert not platform.arena.state(OPERATOR).is_revised
    assert {standing.info.id for standing, _ in platform.arena.leaderboard(OPERATOR)} == {"happy", "sad"}


def test_ranges_asked_about_one_by_one_are_all_reviewed_faces(platform, study, faces, happy):
    for among in divided(3):
        platform.arena.ask(OPERATOR, "happy", REVIEWED_FACES, among)
    assert happy.asked == len(faces)


def test_every_face_of_a_study_is_that_studys(platform, study, faces):
    other = platform.studies.create(OPERATOR, "Another study")
    offered = {choice.evaluation_set.key: choice for choice in platform.arena.evaluation_sets(OPERATOR, study.id)}
    theirs = {choice.evaluation_set.key: choice for choice in platform.arena.evaluation_sets(OPERATOR, other.id)}
    assert (offered[f"own@{study.id}"].study, offered[f"own@{study.id}"].faces) == (study.name, 4)
    assert (theirs[f"own@{other.id}"].study, theirs[f"own@{other.id}"].faces) == ("Another study", 0)
    assert theirs["own"].study == "" and theirs["own"].faces == 4
    on = platform.arena.evaluation_set(OPERATOR, f"consensus@{study.id}")
    assert asked_by(job_of("happy", on)) == ("happy", on)
    run_all(platform, on)
    assert top1(platform, on) == {"happy": 3 / 4, "sad": 1 / 4}
    with pytest.raises(InvalidInput, match="own"):
        platform.arena.evaluate(OPERATOR, "happy", platform.arena.evaluation_set(OPERATOR, f"own@{other.id}"))
    with pytest.raises(NotFound):
        platform.arena.evaluation_set(OPERATOR, "own@nowhere")


def test_people_are_not_held_against_themselves_where_a_face_has_two_labels(platform, study, faces):
    for face in faces:
        for annotator in ANNOTATORS[2:]:
            platform.review.undo(annotator, study.id, face.id)
    run_all(platform, REVIEWED_FACES)
    assert platform.arena.people(OPERATOR, REVIEWED_FACES) is None, "who agrees would be right by construction"
