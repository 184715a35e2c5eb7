"""Models in the background answer for each new face once, whatever happens to whoever does it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR
from fers.errors import JobStopped, UnknownModel
from fers.services.models.shadows import BATCH, JOB
from tests.people import EVERYTHING, OneFace, OneModel, give_face, participant
from tests.waiting import wait_until

HAPPY, SAD = Answer(Emotion.HAPPY, before_prediction=False), Answer(Emotion.SAD, before_prediction=False)
LEASE = timedelta(seconds=1)


class Happy:
    """Says happy, then sad; it can be broken for some faces or be killed."""

    info = replace(OneModel.info, id="happy", sha256="1" * 64)

    def __init__(self):
        self.asked = 0
        self.fails_at = ()

    def predict(self, faces):
        self.asked += 1
        if self.asked in self.fails_at:
            raise RuntimeError("no memory")
        says = np.full(8, 0.01)
        says[Emotion.HAPPY], says[Emotion.SAD] = 0.8, 0.14
        return says[None]


class Registry(OneModel):
    def __init__(self, happy):
        self.happy = happy

    def models(self):
        return [OneModel.info, self.happy.info]

    def classifier(self, model_id=None):
        if model_id not in (None, "always-happy", "happy"):
            raise UnknownModel("model.vanished", model=model_id)
        return self.happy if model_id == "happy" else OneModel()


@pytest.fixture
def happy():
    return Happy()


@pytest.fixture
def platform(settings, clock, happy):
    settings = replace(settings, job_lease=LEASE)
    return assemble(settings, models=Registry(happy), detector=OneFace(), now=clock)


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def chosen(platform, clock):
    platform.shadows.choose(OPERATOR, ["happy"])
    clock.advance(minutes=1)


def only(platform):
    [shadow] = platform.shadows.shadows(OPERATOR)
    return shadow


def test_new_faces_are_answered_for_and_counted(platform, ada, clock):
    give_face(platform, ada)  # Not a new one: it was there before.
    clock.advance(minutes=1)
    platform.shadows.choose(OPERATOR, ["happy"])
    for answer in (HAPPY, HAPPY, SAD, Answer(Emotion.FEAR, True)):
        clock.advance(minutes=1)
        give_face(platform, ada, answer)
    assert only(platform).waiting == 4
    platform.shadows.catch_up(OPERATOR, "happy")
    shadow = only(platform)
    assert (shadow.answered, shadow.waiting, shadow.failed) == (4, 0, 0)
    assert (shadow.top1[0], shadow.top3[0]) == (0.5, 0.75)
    assert shadow.top1[1] < 0.5 < shadow.top1[2]


def test_its_answers_are_those_of_the_arena(platform, ada, happy, chosen):
    for _ in range(3):
        give_face(platform, ada)
    platform.shadows.catch_up(OPERATOR, "happy")
    assert platform.arena.ask(OPERATOR, "happy").seconds == []
    assert happy.asked == 3


def test_a_face_is_asked_about_once(platform, ada, happy, chosen, clock):
    give_face(platform, ada)
    for _ in range(3):
        clock.advance(minutes=3)
        platform.shadows.catch_up(OPERATOR, "happy")
    assert happy.asked == 1
    give_face(platform, ada)
    assert platform.shadows.catch_up(OPERATOR, "happy") == 1


def test_a_killed_server_leaves_the_rest_to_another(platform, ada, happy, chosen, clock):
    for _ in range(BATCH + 3):
        clock.advance(seconds=1)
        give_face(platform, ada)

    def killed(_asked):
        raise JobStopped("job.stopped")

    with pytest.raises(JobStopped):
        platform.shadows.catch_up(OPERATOR, "happy", killed)
    assert only(platform).answered == BATCH
    clock.advance(hours=1)
    assert platform.shadows.catch_up(OPERATOR, "happy") == 3
    assert only(platform).answered == BATCH + 3


def test_one_face_that_fails_stops_none_of_the_others(platform, ada, happy, chosen):
    for _ in range(3):
        give_face(platform, ada)
    happy.fails_at = (2,)
    platform.shadows.catch_up(OPERATOR, "happy")
    shadow = only(platform)
    assert (shadow.answered, shadow.failed, shadow.waiting) == (2, 1, 0)
    assert shadow.top1[0] == 1


def test_a_face_stored_late_is_not_missed(platform, ada, chosen, clock, settings, happy):
    """Its time is from before the model was last asked: it was on its way meanwhile, or another clock goes wrong."""
    give_face(platform, ada)
    clock.advance(minutes=2)
    platform.shadows.catch_up(OPERATOR, "happy")
    slow = assemble(settings, models=Registry(happy), detector=OneFace(), now=lambda: clock() - timedelta(minutes=1))
    give_face(slow, ada)
    assert platform.shadows.catch_up(OPERATOR, "happy") == 1


def test_only_faces_that_models_may_be_tested_on(platform, chosen, happy):
    eve = participant(platform, "eve@example.org", EVERYTHING - {Purpose.TRAIN})
    give_face(platform, eve)
    give_face(platform, participant(platform), Answer(None, True))
    platform.shadows.catch_up(OPERATOR, "happy")
    assert happy.asked == 0


def test_what_was_counted_goes_with_the_withdrawn_face(platform, ada, chosen):
    first = give_face(platform, ada)
    give_face(platform, ada)
    platform.shadows.catch_up(OPERATOR, "happy")
    platform.withdrawal.withdraw_face(ada, first.id)
    assert only(platform).answered == 1


def test_there_is_a_job_while_faces_wait(platform, ada, chosen, clock):
    platform.shadows.ask_for_what_is_missing()
    assert platform.jobs.free() == []
    give_face(platform, ada)
    for _ in range(2):
        platform.shadows.ask_for_what_is_missing()
    assert platform.jobs.free() == [JOB + "happy"]
    with platform.jobs.doing(OPERATOR, JOB + "happy") as step:
        platform.shadows.follow(OPERATOR, "happy", step, seconds=0.01, every=0.01)
    platform.shadows.ask_for_what_is_missing()
    assert platform.jobs.free() == []


def test_a_model_that_brings_everything_down_is_left_alone_until_it_is_chosen_anew(platform, ada, chosen, clock):
    give_face(platform, ada)
    platform.shadows.ask_for_what_is_missing()
    jobs = platform.jobs._jobs
    for attempt in range(3):
        jobs.claim_job(JOB + "happy", f"dead {attempt}", clock(), clock() + timedelta(minutes=2))
        clock.advance(minutes=3)
        platform.shadows.ask_for_what_is_missing()
    assert platform.jobs.free() == []
    assert only(platform).given_up
    platform.shadows.choose(OPERATOR, ["happy"])
    platform.shadows.ask_for_what_is_missing()
    assert platform.jobs.free() == [JOB + "happy"]


def test_a_model_taken_out_stops_at_its_next_step(platform, ada, chosen, clock):
    give_face(platform, ada)
    with pytest.raises(JobStopped), platform.jobs.doing(OPERATOR, JOB + "happy") as step:
        platform.shadows.choose(OPERATOR, [])
        wait_until(lambda: step(1))
    assert platform.shadows.shadows(OPERATOR) == []


def test_choosing_is_logged_and_needs_registered_models(platform, clock):
    with pytest.raises(UnknownModel):
        platform.shadows.choose(OPERATOR, ["nobody"])
    started = clock()
    for names in (["happy"], ["happy", "always-happy"], []):
        platform.shadows.choose(OPERATOR, names)
        clock.advance(minutes=1)
    said = [entry.action for entry in platform.members.whole_log(OPERATOR, 3)]
    assert said == [
        "in the background: none",
        "in the background: always-happy 1.0.0, happy 1.0.0",
        "in the background: happy 1.0.0",
    ]
    platform.shadows.choose(OPERATOR, ["happy"])
    assert only(platform).since > started
