"""People are asked for what is wanted most, one thing at a time, until they or the study are through."""

import io
import json
import zipfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import EvaluationSet
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Answer, Display, LiveGuess, Source
from fers.domain.groups import AgeBand
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.domain.protocols import Protocol, Quota, Task, TaskOrder
from fers.errors import AlreadyExists, InvalidInput, StoreUnavailable
from fers.services.faces.tasks import LEASE
from tests.exporting.versions import download
from tests.people import EVERYTHING, OneModel, give_face, newcomer, participant, pattern, photo

FEAR, SAD, HAPPY = (Task(emotion) for emotion in (Emotion.FEAR, Emotion.SAD, Emotion.HAPPY))
YOUNG = ("Age", AgeBand.UNDER_30.value)


@pytest.fixture
def ask(platform):
    """Give the study a protocol."""

    def ask(*tasks: Task, **more) -> None:
        asks_groups = any(quota.group for quota in more.get("quotas", ()))
        study = platform.studies.current()
        platform.studies.update(OPERATOR, replace(study, protocol=Protocol(tasks, **more), asks_groups=asks_groups))

    return ask


@pytest.fixture
def ada(platform):
    return participant(platform)


def go_through(platform, person, most: int = 20) -> list[Emotion]:
    """Give a face for every task until there is none. Returns what was asked."""
    asked = []
    while (turn := platform.tasks.turn(person)).task and len(asked) < most:
        asked.append(turn.task.intended)
        give_face(platform, person)
    return asked


def progress(platform):
    return platform.progress.of(OPERATOR, platform.studies.current().id)


def test_a_study_without_tasks_asks_for_nothing(platform, ada):
    assert platform.tasks.turn(ada) is None
    assert give_face(platform, ada).intended is None
    assert platform.tasks.ending(ada) is None


def test_what_was_asked_is_kept_apart_from_what_the_person_says(platform, ada, ask):
    ask(FEAR)
    face = give_face(platform, ada, Answer(Emotion.SURPRISE, before_prediction=True))
    assert (face.intended, face.answer.label) == (Emotion.FEAR, Emotion.SURPRISE)
    assert platform.data_export.faces(ada)[0].intended is Emotion.FEAR


def test_a_task_says_whether_it_is_felt_or_posed_or_leaves_it_to_the_person(platform, ada, ask):
    ask(replace(FEAR, display=Display.POSED), SAD)
    shown = [give_face(platform, ada, Answer(None, True, Display.FELT)).answer.display for _ in range(2)]
    assert shown == [Display.POSED, Display.FELT]


def test_tasks_come_in_their_order_each_as_often_as_it_is_asked_and_then_it_is_over(platform, ada, ask):
    ask(FEAR, replace(SAD, times=2), HAPPY)
    turn = platform.tasks.turn(ada)
    assert (turn.done, turn.length) == (0, 4)
    assert go_through(platform, ada) == [Emotion.FEAR, Emotion.SAD, Emotion.SAD, Emotion.HAPPY]
    assert platform.tasks.turn(ada).is_through
    assert progress(platform).through == 1


def test_a_skipped_task_is_counted_and_not_asked_again(platform, ada, ask):
    ask(FEAR, SAD)
    turn = platform.tasks.turn(ada)
    for _ in range(2):
        platform.tasks.skip(ada, turn)
    assert go_through(platform, ada) == [Emotion.SAD]
    assert [(one.task.intended, one.given, one.skipped) for one in progress(platform).tasks] == [
        (Emotion.FEAR, 0, 1),
        (Emotion.SAD, 1, 0),
    ]


def test_the_end_says_how_often_model_and_person_agreed_and_how_far_the_study_is(platform, ada, ask):
    ask(FEAR, SAD, HAPPY, quotas=(Quota(Emotion.FEAR, 2), Quota(Emotion.SAD, 8)))
    faces = [
        give_face(platform, ada, Answer(label, before_prediction=True))
        for label in (Emotion.HAPPY, Emotion.SAD)  # The model always says "happy".
    ]
    platform.tasks.skip(ada, platform.tasks.turn(ada))
    ending = platform.tasks.ending(ada)
    assert (ending.given, ending.skipped, ending.compared, ending.agreed, ending.filled) == (2, 1, 2, 1, 0.2)
    platform.withdrawal.withdraw_face(ada, faces[0].id)
    ending = platform.tasks.ending(ada)
    assert (ending.given, ending.compared, ending.agreed, ending.filled) == (2, 1, 0, 0.1)


def test_what_is_full_is_not_asked_and_asked_again_once_there_is_room(platform, ada, ask):
    ask(FEAR, SAD, quotas=(Quota(Emotion.FEAR, 1),))
    bob, cyd = newcomer(platform), newcomer(platform)
    face = give_face(platform, ada)
    assert go_through(platform, bob) == [Emotion.SAD]
    assert not platform.tasks.turn(bob).is_through and not platform.tasks.turn(bob).may_come
    platform.withdrawal.withdraw_face(ada, face.id)
    assert go_through(platform, cyd) == [Emotion.FEAR, Emotion.SAD]
    assert progress(platform).fills[0].given == 1


def test_a_place_is_kept_for_whoever_is_at_it_and_given_back_by_whoever_leaves(platform, ada, ask, clock):
    ask(FEAR, quotas=(Quota(Emotion.FEAR, 1),))
    bob = newcomer(platform)
    assert platform.tasks.turn(ada).task == FEAR
    assert platform.tasks.turn(bob).task is None and platform.tasks.turn(bob).may_come
    assert (progress(platform).fills[0].given, progress(platform).fills[0].held) == (0, 1)
    platform.tasks.leave(ada)
    assert platform.tasks.turn(bob).task == FEAR
    platform.tasks.skip(bob, platform.tasks.turn(bob))
    assert platform.tasks.turn(ada).task == FEAR
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert platform.tasks.turn(newcomer(platform)).task is None
    platform.capture.predict(ada, *_begun(platform, ada))
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert platform.tasks.turn(newcomer(platform)).task is None
    clock.advance(seconds=1)
    assert platform.tasks.turn(newcomer(platform)).task == FEAR
    assert platform.tasks.turn(ada).task is None


def test_a_face_that_comes_after_its_place_was_lost_is_kept_all_the_same(platform, ada, ask, clock):
    ask(FEAR, quotas=(Quota(Emotion.FEAR, 1),))
    started, box = _begun(platform, ada)
    prediction = platform.capture.predict(ada, started, box)
    clock.advance(seconds=LEASE.total_seconds())
    give_face(platform, newcomer(platform))
    assert platform.capture.submit(ada, started, box, prediction, Answer(None, True)).intended is Emotion.FEAR
    assert progress(platform).fills[0].given == 2
    assert platform.tasks.turn(ada).is_through


def _begun(platform, person):
    started = platform.capture.receive(person, photo(), Source.UPLOAD)
    return started, started.suggestions[0]


def _ready(platform, person):
    """A photo that is about to be handed in, as `Capture.submit` takes it."""
    started, box = _begun(platform, person)
    return started, box, platform.capture.predict(person, started, box), Answer(None, before_prediction=True)


def test_of_two_windows_that_give_one_task_one_does_and_the_other_is_told(platform, ada, ask):
    ask(FEAR, SAD)
    first, second = _ready(platform, ada), _ready(platform, ada)
    face = platform.capture.submit(ada, *first)
    for _ in range(2):
        with pytest.raises(AlreadyExists) as told:
            platform.capture.submit(ada, *second)
        assert told.value.code == "capture.task-done"
    assert platform.capture.submit(ada, *first) == face  # Whose answer got lost.
    assert [one.id for one in platform.data_export.faces(ada)] == [face.id]
    assert [one.given for one in progress(platform).tasks] == [1, 0]
    assert platform.tasks.turn(ada).task == SAD


def test_windows_that_give_one_task_at_the_same_moment_give_one_face(platform, ada, ask):
    ask(FEAR)
    photos = [_ready(platform, ada) for _ in range(4)]

    def given(ready):
        try:
            return platform.capture.submit(ada, *ready)
        except AlreadyExists:
            return None

    with ThreadPoolExecutor(4) as threads:
        faces = list(filter(None, threads.map(given, photos)))
    assert platform.data_export.faces(ada) == faces and len(faces) == 1
    assert (progress(platform).tasks[0].given, progress(platform).through) == (1, 1)


def test_a_photo_that_never_came_to_be_stored_keeps_no_other_one_out(platform, ada, ask, monkeypatch):
    ask(FEAR)
    first, second = _ready(platform, ada), _ready(platform, ada)
    with monkeypatch.context() as broken, pytest.raises(StoreUnavailable):
        broken.setattr(platform.capture._storing._images, "put", _fails)
        platform.capture.submit(ada, *first)
    face = platform.capture.submit(ada, *second)
    with pytest.raises(AlreadyExists):
        platform.capture.submit(ada, *first)
    assert platform.data_export.faces(ada) == [face]


def test_a_face_whose_server_died_before_it_noted_the_task_is_the_one_that_was_given(platform, ada, ask, monkeypatch):
    ask(FEAR)
    first, second = _ready(platform, ada), _ready(platform, ada)
    with monkeypatch.context() as broken, pytest.raises(StoreUnavailable):
        broken.setattr(platform.tasks, "note_given", _fails)
        platform.capture.submit(ada, *first)
    with pytest.raises(AlreadyExists):
        platform.capture.submit(ada, *second)
    assert len(platform.data_export.faces(ada)) == 1
    assert platform.tasks.turn(ada).is_through


def _fails(*_):
    raise StoreUnavailable("store.contended")


def test_a_task_that_was_skipped_in_another_window_takes_no_photo(platform, ada, ask):
    ask(FEAR)
    ready = _ready(platform, ada)
    platform.tasks.skip(ada, platform.tasks.turn(ada))
    with pytest.raises(AlreadyExists):
        platform.capture.submit(ada, *ready)
    assert platform.data_export.faces(ada) == []


def test_whoever_keeps_no_photos_gives_a_task_once_as_well(platform, ask):
    ask(FEAR, SAD)
    trying = participant(platform, "eve@example.org", frozenset())
    first, second = _ready(platform, trying), _ready(platform, trying)
    assert platform.capture.submit(trying, *first) is None
    with pytest.raises(AlreadyExists):
        platform.capture.submit(trying, *second)
    assert [one.given for one in progress(platform).tasks] == [1, 0]


def test_what_one_window_does_is_not_undone_by_another_one(platform, ada, ask):
    ask(FEAR, SAD, HAPPY)
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            turn = platform.tasks.turn(ada)
            done = [threads.submit(platform.tasks.skip, ada, turn)]
            done += [threads.submit(act, ada) for act in (platform.tasks.turn, platform.tasks.leave) * 2]
            for one in done:
                one.result()
    assert platform.tasks.turn(ada).is_through
    assert [one.skipped for one in progress(platform).tasks] == [1, 1, 1]


def test_windows_that_begin_at_once_begin_one_sitting(platform, ada, ask):
    ask(FEAR, SAD, HAPPY, order=TaskOrder.RANDOM)
    with ThreadPoolExecutor(4) as threads:
        turns = list(threads.map(lambda _: platform.tasks.turn(ada), range(4)))
    assert len({turn.task for turn in turns}) == progress(platform).begun == 1


def test_whoever_gets_some_of_the_tasks_gets_those_with_the_fewest_faces(platform, ask):
    quotas = (Quota(Emotion.FEAR, 2), Quota(Emotion.SAD, 4), Quota(Emotion.HAPPY, 4))
    ask(FEAR, SAD, HAPPY, per_person=1, quotas=quotas)
    for _ in range(10):
        assert len(go_through(platform, newcomer(platform))) == 1
    assert [fill.given for fill in progress(platform).fills] == [2, 4, 4]
    assert platform.tasks.turn(newcomer(platform)).task is None


def test_a_full_task_is_replaced_by_one_that_has_room(platform, ada, ask):
    ask(FEAR, SAD, per_person=1, quotas=(Quota(Emotion.FEAR, 1), Quota(Emotion.SAD, 1)))
    bob = newcomer(platform)
    taken = platform.tasks.turn(ada).task
    assert {taken, platform.tasks.turn(bob).task} == {FEAR, SAD}


def test_quotas_of_a_group_are_filled_by_its_people(platform, ada, ask):
    ask(FEAR, SAD, quotas=(Quota(Emotion.FEAR, 5), Quota(Emotion.FEAR, 1, YOUNG)))
    young = [ada, newcomer(platform)]
    for person in young:
        words = platform.groups.words(person)
        platform.groups.describe(person, words.sha256, True, age=AgeBand.UNDER_30)
    bob = newcomer(platform)
    assert [go_through(platform, person) for person in (*young, bob)] == [
        [Emotion.FEAR, Emotion.SAD],
        [Emotion.SAD],
        [Emotion.FEAR, Emotion.SAD],
    ]
    assert [(fill.given, fill.held) for fill in progress(platform).fills] == [(2, 0), (None, None)]
    for _ in range(3):
        person = newcomer(platform)
        platform.groups.describe(person, platform.groups.words(person).sha256, True, age=AgeBand.UNDER_30)
    assert progress(platform).fills[1].given == 1


def test_in_a_balanced_order_each_task_comes_first_as_often_as_every_other(platform, ask):
    ask(FEAR, SAD, HAPPY, Task(Emotion.ANGER), order=TaskOrder.BALANCED)
    orders = [tuple(go_through(platform, newcomer(platform))) for _ in range(8)]
    assert set(Counter(order[0] for order in orders).values()) == {2}
    assert set(Counter(orders).values()) == {2}


def test_a_random_order_has_all_tasks(platform, ask):
    ask(FEAR, SAD, HAPPY, order=TaskOrder.RANDOM)
    assert sorted(go_through(platform, newcomer(platform))) == [Emotion.HAPPY, Emotion.SAD, Emotion.FEAR]


def test_a_changed_protocol_asks_for_what_is_new_and_not_again_for_what_is_done(platform, ada, ask):
    ask(FEAR, SAD)
    give_face(platform, ada)
    platform.tasks.turn(ada)
    ask(replace(FEAR, scenario="A dog barks."), SAD, HAPPY)
    assert go_through(platform, ada) == [Emotion.SAD, Emotion.HAPPY]
    ask(replace(FEAR, scenario="A big dog barks."), SAD, HAPPY)
    assert platform.tasks.turn(ada).is_through


def test_whoever_keeps_no_photos_goes_through_all_tasks_and_takes_no_place(platform, ask):
    ask(FEAR, quotas=(Quota(Emotion.FEAR, 1),))
    trying = participant(platform, "eve@example.org", frozenset())
    assert go_through(platform, trying) == [Emotion.FEAR]
    assert progress(platform).fills[0].given == 0
    assert go_through(platform, newcomer(platform)) == [Emotion.FEAR]


def test_a_photo_of_the_live_page_is_no_answer_to_a_task(platform, ada, ask):
    ask(FEAR)
    seen = LiveGuess(OneModel.info.id, OneModel.info.fingerprint, (0.125,) * 8)
    live = platform.capture.receive(ada, photo(), Source.WEBCAM, seen)
    assert live.turn is None


def test_twenty_people_at_once_fill_the_quotas_and_no_more(platform, ask):
    quotas = tuple(Quota(task.intended, 7) for task in (FEAR, SAD, HAPPY))
    ask(FEAR, SAD, HAPPY, order=TaskOrder.BALANCED, quotas=quotas)
    people = [newcomer(platform) for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda person: go_through(platform, person), people))
    for person in people:  # What was in others' hands at the end may have come free.
        go_through(platform, person)
    assert [(fill.given, fill.held) for fill in progress(platform).fills] == [(7, 0)] * 3


def test_a_withdrawal_takes_faces_off_the_counts_and_gives_the_place_back(platform, ada, ask):
    ask(FEAR, SAD, quotas=(Quota(Emotion.FEAR, 1), Quota(Emotion.SAD, 1)))
    give_face(platform, ada)
    platform.tasks.turn(ada)
    platform.withdrawal.withdraw_everything(ada)
    assert [(fill.given, fill.held) for fill in progress(platform).fills] == [(0, 0)] * 2


@pytest.mark.parametrize(
    "protocol",
    [
        Protocol((replace(FEAR, scenario="x" * 501),)),
        Protocol((replace(FEAR, times=0),)),
        Protocol((replace(FEAR, times=30), replace(SAD, times=30))),
        Protocol((FEAR,), per_person=2),
        Protocol((FEAR,), quotas=(Quota(Emotion.SAD, 1),)),
        Protocol((FEAR,), quotas=(Quota(Emotion.FEAR, 0),)),
        Protocol((FEAR,), quotas=(Quota(Emotion.FEAR, 1), Quota(Emotion.FEAR, 2))),
        Protocol((FEAR,), quotas=(Quota(Emotion.FEAR, 1, YOUNG),)),
    ],
    ids=["long", "never", "many", "more than all", "not asked", "none", "twice", "groups not asked"],
)
def test_a_protocol_that_nobody_could_follow_is_refused(platform, protocol):
    with pytest.raises(InvalidInput):
        platform.studies.update(OPERATOR, replace(platform.studies.current(), protocol=protocol))


def test_a_protocol_changes_nothing_in_what_people_agreed_to(platform, ada, ask):
    study = platform.studies.current()
    assert platform.consents.asked_again(OPERATOR, replace(study, protocol=Protocol((FEAR,)))) == 0
    ask(FEAR)
    assert platform.consents.current(ada).purposes == EVERYTHING >= {Purpose.STORE}


def test_everybody_takes_home_what_they_were_asked_and_what_it_was_asked_of(platform, ada, ask):
    ask(replace(FEAR, scenario="A dog barks."), SAD, HAPPY)
    face = give_face(platform, ada)
    platform.tasks.skip(ada, platform.tasks.turn(ada))
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as files:
        [given], [tasks] = (json.loads(files.read(name)) for name in ("faces.json", "tasks.json"))
    assert (given["intended"], given["label"]) == ("fear", "happy")
    assert [(task["intended"], task["scenario"], task["outcome"], task["face"]) for task in tasks["tasks"]] == [
        ("fear", "A dog barks.", "given", face.id),
        ("sad", "", "skipped", None),
    ]


def test_a_dataset_version_says_what_was_asked_beside_what_was_said(platform, ada, ask):
    free = give_face(platform, ada, picture=pattern(1))
    before = platform.versions.freeze(OPERATOR, free.study_id, "before")
    ask(FEAR)
    asked = give_face(platform, ada, picture=pattern(2))
    version = platform.versions.freeze(OPERATOR, free.study_id, "after")
    entries = {entry.face_id: entry for entry in platform.versions.entries(OPERATOR, version.id)}
    assert (entries[asked.id].intended, entries[asked.id].own_label) == (Emotion.FEAR, Emotion.HAPPY)
    assert entries[free.id].intended is None
    assert list(platform.versions.entries(OPERATOR, before.id)) == [entries[free.id]]


def test_explore_finds_faces_by_what_was_asked(platform, ada, ask):
    free = give_face(platform, ada)
    ask(FEAR, SAD)
    asked = [give_face(platform, ada) for _ in range(2)]

    def found(*intended) -> set[str]:
        wanted = FaceFilter(intended=frozenset(intended))
        faces = {one.face.id for one in platform.explore.newest(OPERATOR, free.study_id, wanted, 9)}
        counts = platform.explore.counts(OPERATOR, free.study_id, wanted)
        assert sum(count.count for count in counts) == len(faces)
        return faces

    assert found(Emotion.FEAR) == {asked[0].id}
    assert found(Emotion.SAD, None) == {asked[1].id, free.id}
    platform.withdrawal.withdraw_face(ada, asked[0].id)
    assert found(Emotion.FEAR) == set()


def test_what_was_asked_is_held_against_what_is_reported_and_what_is_perceived(platform, ada, ask):
    give_face(platform, ada)
    ask(FEAR, replace(SAD, times=3))
    said = (Emotion.FEAR, Emotion.SAD, Emotion.SURPRISE, None)
    faces = [give_face(platform, ada, Answer(label, before_prediction=True)) for label in said]
    annotator = Person("f" * 32, Role.ANNOTATOR, ada.created_at, asked_first=False)
    for face, seen in zip(faces, (Emotion.FEAR, Emotion.ANGER, Emotion.SURPRISE), strict=False):
        platform.review.label(annotator, face.study_id, face.id, Verdict.EMOTION, distribution=only(seen))
    report = platform.agreement.asked(OPERATOR, faces[0].study_id)
    assert (report.faces, report.reported.sum(), report.perceived.sum()) == (4, 3, 3)
    assert report.reported[Emotion.SAD, Emotion.SURPRISE] == report.perceived[Emotion.SAD, Emotion.ANGER] == 1
    shares = (report.people_report[0], report.annotators_see[0], report.managed_and_seen[0])
    assert shares == (pytest.approx(2 / 3), pytest.approx(1 / 3), 0.5)


def test_models_are_measured_by_what_was_asked(platform, ada, ask):
    free = give_face(platform, ada)

    def offered() -> dict[str, int]:
        return {one.evaluation_set.key: one.faces for one in platform.arena.evaluation_sets(OPERATOR, free.study_id)}

    assert "intended" not in offered()
    ask(FEAR, HAPPY)
    for _ in range(2):
        give_face(platform, ada, Answer(None, before_prediction=True))
    assert offered()["intended"] == 2
    on = platform.arena.evaluation_set(OPERATOR, "intended")
    assert EvaluationSet.from_key(on.key) == on
    platform.arena.evaluate(OPERATOR, "always-happy", on)
    [result] = [one for one in platform.arena.results(OPERATOR, on) if one.model_id == "always-happy"]
    assert (result.n, result.figures["top1"][0]) == (2, 0.5)
    assert result.confusion[Emotion.FEAR][Emotion.HAPPY] == result.confusion[Emotion.HAPPY][Emotion.HAPPY] == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_croissant_says_what_was_asked_once_anything_was(platform, ada, ask, tmp_path):
    import mlcroissant

    free = give_face(platform, ada, picture=pattern(1))
    ask(FEAR)
    asked = give_face(platform, ada, picture=pattern(2))
    platform.versions.freeze(OPERATOR, free.study_id, "v1")
    download(platform, "imagefolder").extractall(tmp_path)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "croissant.json")
    assert not dataset.metadata.ctx.issues.errors
    read = {record["faces/id"].decode(): record["faces/intended"] for record in dataset.records("faces")}
    assert read.keys() == {free.id, asked.id}
    assert read[asked.id] == b"fear" != read[free.id]
