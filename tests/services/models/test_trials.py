"""Participants meet one of two models without being told, and their own label judges both."""

import io
import json
import threading
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, LiveGuess, Source, Unscored, UnscoredReason
from fers.domain.field import Entrant, Trial, drawn
from fers.domain.models import Answers
from fers.domain.people import OPERATOR, Role
from fers.errors import InvalidInput, NotFound, UnknownModel
from fers.services.models import challengers
from tests.contracts.samples import NOON
from tests.people import EVERYTHING, OneFace, OneModel, draft, give_face, grant, participant, photo

HAPPY, SAD = Answer(Emotion.HAPPY, before_prediction=False), Answer(Emotion.SAD, before_prediction=True)


class Always:
    """A model that always gives the same answer, unless it is broken or has to wait."""

    def __init__(self, name: str, emotion: Emotion):
        self.info = replace(OneModel.info, id=name, sha256=name * 8)
        self.says = np.full(8, 0.01)
        self.says[emotion] = 0.93
        self.broken = False
        self.wait = None

    def predict(self, faces):
        if self.wait:
            self.wait.wait()
        if self.broken:
            raise RuntimeError("out of memory")
        return np.tile(self.says, (len(faces), 1))

    def answer(self, faces):
        return Answers(self.predict(faces))


class Registry(OneModel):
    def __init__(self, *models):
        self.by_id = {model.info.id: model for model in models}

    def models(self):
        return [OneModel.info, *(model.info for model in self.by_id.values())]

    def classifier(self, model_id=None):
        if model_id in (None, OneModel.info.id):
            return OneModel()
        if model_id not in self.by_id:
            raise UnknownModel("model.vanished", model=model_id)
        return self.by_id[model_id]


@pytest.fixture
def happy():
    return Always("happy", Emotion.HAPPY)


@pytest.fixture
def sad():
    return Always("sad", Emotion.SAD)


@pytest.fixture
def registry(happy, sad):
    return Registry(happy, sad)


@pytest.fixture
def platform(settings, clock, registry):
    return assemble(settings, models=registry, detector=OneFace(), now=clock)


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def trial(platform):
    return platform.trials.start(OPERATOR, ["happy", "sad"])


def test_every_face_meets_one_model_and_keeps_what_the_other_says(platform, ada, trial):
    faces = [give_face(platform, ada, HAPPY) for _ in range(12)]
    for face in faces:
        assert {face.prediction.model_id, face.challenger.prediction.model_id} == {"happy", "sad"}
        assert face.challenger.trial_id == trial.id
    assert len({face.prediction.model_id for face in faces}) == 2
    assert platform.data_export.faces(ada)[0].challenger is not None


def test_the_label_judges(platform, ada, trial):
    for answer in (HAPPY, HAPPY, HAPPY, SAD, Answer(Emotion.FEAR, True), Answer(None, True)):
        give_face(platform, ada, answer)
    result = platform.trials.result(OPERATOR, trial.id)
    tally = result.pairs["happy", "sad"]
    assert (tally.wins, tally.losses, tally.both_right, tally.both_wrong) == (3, 1, 0, 1)
    assert (result.faces, result.before) == (5, 2)
    assert result.by_label.difference(0, 1)[0] == pytest.approx(np.log(3))
    assert result.winner is None
    before = platform.trials.result(OPERATOR, trial.id, before_only=True)
    assert (before.faces, before.pairs["happy", "sad"].losses) == (2, 1)


def test_wins_are_told_apart_by_whose_guess_was_shown(platform, ada, trial):
    faces = [give_face(platform, ada, HAPPY) for _ in range(8)]
    shown = sum(face.prediction.model_id == "happy" for face in faces)
    split = platform.trials.result(OPERATOR, trial.id).shown
    assert split["happy", "sad"].wins == shown
    assert split["sad", "happy"].losses == 8 - shown


def test_a_winner_is_named_when_there_is_enough(platform, ada, trial):
    for number in range(24):
        give_face(platform, ada, SAD if number % 8 == 0 else HAPPY)
    assert platform.trials.result(OPERATOR, trial.id).winner == "happy"


def test_a_photo_meets_the_same_model_again(platform, ada, trial):
    started = draft(platform, ada)
    said = {platform.capture.predict(ada, started, started.suggestions[0]).model_id for _ in range(5)}
    assert len(said) == 1


def test_every_ordered_pair_is_drawn_about_as_often():
    trial = Trial("t", tuple(Entrant(name, "1", name) for name in "abc"), NOON)
    pairs = [tuple(entrant.model_id for entrant in drawn(trial, str(number))) for number in range(6000)]
    counts = {pair: pairs.count(pair) for pair in set(pairs)}
    assert len(counts) == 6
    assert all(850 < count < 1150 for count in counts.values())
    assert all(one != other for one, other in counts)


def test_a_challenger_that_fails_keeps_nobody_from_going_on(platform, ada, trial, happy, sad):
    started = draft(platform, ada)
    shown = platform.capture.predict(ada, started, started.suggestions[0])
    {"happy": sad, "sad": happy}[shown.model_id].broken = True
    face = platform.capture.submit(ada, started, started.suggestions[0], shown, HAPPY)
    assert (face.prediction, face.challenger) == (shown, None)
    result = platform.trials.result(OPERATOR, trial.id)
    assert (result.faces, result.unscored) == (0, {face.unscored: 1})
    assert face.unscored.why is UnscoredReason.FAILED
    assert face.unscored.model_id != shown.model_id


def test_a_challenger_that_is_stuck_is_not_waited_for(settings, clock, registry, happy, sad, monkeypatch):
    monkeypatch.setattr(challengers, "PATIENCE_SECONDS", 0.05)
    platform = assemble(settings, models=registry, detector=OneFace(), now=clock)
    trial = platform.trials.start(OPERATOR, ["happy", "sad"])
    ada, stuck = participant(platform), threading.Event()
    for _ in range(6):  # More than are asked at a time.
        started = draft(platform, ada)
        shown = platform.capture.predict(ada, started, started.suggestions[0])
        challenger = {"happy": sad, "sad": happy}[shown.model_id]
        challenger.wait = stuck
        assert platform.capture.submit(ada, started, started.suggestions[0], shown, HAPPY).challenger is None
        challenger.wait = None
    stuck.set()
    unscored = platform.trials.result(OPERATOR, trial.id).unscored
    assert unscored.total() == 6
    assert {one.why for one in unscored} == {UnscoredReason.SLOW}


def test_a_shown_model_that_fails_gives_way_to_the_live_one_and_is_counted(platform, ada, trial, happy, clock):
    clock.advance(minutes=1)
    happy.broken = True
    faces = [give_face(platform, ada, HAPPY) for _ in range(24)]
    stood_in = [face for face in faces if face.prediction.model_id == "always-happy"]
    assert 0 < len(stood_in) < len(faces)
    assert {(face.challenger, face.unscored) for face in faces} == {
        (None, Unscored(trial.id, "happy", UnscoredReason.FAILED))
    }
    assert platform.trials.result(OPERATOR, trial.id).unscored.total() == len(faces)


def test_a_guess_from_before_the_trial_was_known_counts_for_nobody(platform, ada):
    started = draft(platform, ada)
    shown = platform.capture.predict(ada, started, started.suggestions[0])
    trial = platform.trials.start(OPERATOR, ["happy", "sad"])
    face = platform.capture.submit(ada, started, started.suggestions[0], shown, HAPPY)
    assert (face.challenger, face.unscored) == (None, None)
    assert not platform.trials.result(OPERATOR, trial.id).unscored


def test_a_model_that_was_changed_is_met_no_more(platform, ada, trial, sad):
    sad.info = replace(sad.info, sha256="changed")
    assert give_face(platform, ada, HAPPY).prediction.model_id == "always-happy"
    assert platform.trials.changed() == ["sad"]


@pytest.mark.parametrize("missing", [Purpose.TRAIN, Purpose.STORE])
def test_only_faces_that_models_may_be_tested_on_take_part(platform, trial, missing):
    eve = participant(platform, "eve@example.org", EVERYTHING - {missing})
    started = draft(platform, eve)
    assert platform.capture.predict(eve, started, started.suggestions[0]).model_id == "always-happy"


def test_who_saw_the_live_guess_is_in_no_trial(platform, ada, trial):
    seen = LiveGuess("always-happy", OneModel.info.fingerprint, (0.3,) + (0.1,) * 7)
    started = platform.capture.receive(ada, photo(), Source.WEBCAM, seen)
    shown = platform.capture.predict(ada, started, started.suggestions[0])
    assert shown.model_id == "always-happy"
    assert platform.capture.submit(ada, started, started.suggestions[0], shown, HAPPY).challenger is None


def test_what_was_said_goes_with_the_withdrawn_face(platform, ada, trial):
    first = give_face(platform, ada, HAPPY)
    give_face(platform, ada, HAPPY)
    platform.withdrawal.withdraw_face(ada, first.id)
    assert platform.trials.result(OPERATOR, trial.id).faces == 1
    platform.consents.give(ada, platform.consents.text().sha256, frozenset({Purpose.STORE}), adult=True)
    assert platform.trials.result(OPERATOR, trial.id).faces == 0


def test_what_the_other_model_said_is_in_the_persons_own_download(platform, ada, trial):
    face = give_face(platform, ada, HAPPY)
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as archive:
        [described] = json.loads(archive.read("faces.json"))
    assert described["rival"]["model"]["id"] == face.challenger.prediction.model_id
    assert sum(described["rival"]["probabilities"].values()) == pytest.approx(1)


def test_ending_it_brings_the_live_model_back_or_promotes_one(platform, ada, trial):
    platform.trials.end(OPERATOR, trial.id)
    assert give_face(platform, ada).prediction.model_id == "always-happy"
    again = platform.trials.start(OPERATOR, ["happy", "sad"])
    platform.trials.end(OPERATOR, again.id, promote="sad")
    face = give_face(platform, ada)
    assert (face.prediction.model_id, face.challenger) == ("sad", None)
    said = [entry.action for entry in platform.members.whole_log(OPERATOR, 5)]
    assert said == [
        "ended a trial",
        "made live: sad 1.0.0",
        "began a trial: happy 1.0.0, sad 1.0.0",
        "ended a trial",
        "began a trial: happy 1.0.0, sad 1.0.0",
    ]


def test_a_trial_that_somebody_else_ended_changes_the_live_model_no_more(platform, trial):
    platform.trials.end(OPERATOR, trial.id, promote="sad")
    with pytest.raises(InvalidInput) as told:
        platform.trials.end(OPERATOR, trial.id, promote="happy")
    assert told.value.code == "trial.over"
    assert platform.live_model.default().id == "sad"


def test_of_two_trials_that_begin_at_the_same_moment_one_goes_on(platform, settings, clock, registry, monkeypatch):
    other = assemble(settings, models=registry, detector=OneFace(), now=clock)
    begun, add = [], platform.trials._store.add_trial

    def add_behind_another(trial):
        if not begun:
            begun.append(None)
            begun[0] = other.trials.start(OPERATOR, ["happy", "sad"])
        add(trial)

    monkeypatch.setattr(platform.trials._store, "add_trial", add_behind_another)
    with pytest.raises(InvalidInput, match="running already"):
        platform.trials.start(OPERATOR, ["sad", "happy"])
    assert [one.id for one in platform.trials.trials(OPERATOR) if one.ended_at is None] == [begun[0].id]
    assert platform.trials.current() == begun[0]


def test_other_servers_follow_within_half_a_minute(platform, settings, clock, registry, trial):
    other = assemble(settings, models=registry, detector=OneFace(), now=clock)
    assert other.trials.current() == trial
    platform.trials.end(OPERATOR, trial.id)
    clock.advance(seconds=30)
    assert other.trials.current() is None


@pytest.mark.parametrize("names", [["happy"], ["happy", "happy"], []])
def test_a_trial_needs_two_different_models(platform, names):
    with pytest.raises(InvalidInput, match="different models"):
        platform.trials.start(OPERATOR, names)


def test_what_makes_no_sense_is_refused(platform, trial):
    with pytest.raises(InvalidInput, match="running already"):
        platform.trials.start(OPERATOR, ["happy", "sad"])
    with pytest.raises(InvalidInput, match="not in this trial"):
        platform.trials.end(OPERATOR, trial.id, promote="always-happy")
    with pytest.raises(NotFound):
        platform.trials.result(OPERATOR, "none")
    platform.trials.end(OPERATOR, trial.id)
    with pytest.raises(UnknownModel):
        platform.trials.start(OPERATOR, ["happy", "nobody"])
    assert platform.trials.current() is None


def test_a_researcher_may_begin_one(platform):
    platform.accounts.sign_up("rea@example.org", "correct horse battery")
    grant(platform, "rea@example.org", Role.RESEARCHER)
    researcher = platform.accounts.sign_in("rea@example.org", "correct horse battery").person
    assert platform.trials.start(researcher, ["happy", "sad"]) in platform.trials.trials(researcher)
