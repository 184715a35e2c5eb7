"""A face is stored whole, once, under consent, or not at all."""

import io
import threading
import zipfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.boxes import Box
from fers.domain.faces import Answer, Display, Source
from fers.domain.images import FACE_SIDE, crop_stored, decode_stored
from fers.domain.people import OPERATOR
from fers.errors import ConsentRequired, ImageRejected, InvalidInput, NotSignedIn, StoreUnavailable, StudyClosed
from tests.people import EVERYTHING, HAPPY_POSED, PASSWORD, another_study, draft, give_face, participant, photo


@pytest.fixture
def ada(platform):
    return participant(platform)


def test_everything_of_the_face_is_kept(platform, ada, clock):
    started = draft(platform, ada)
    clock.advance(seconds=5)
    box = started.suggestions[0]
    prediction = platform.capture.predict(ada, started, box)
    clock.advance(seconds=5)
    answer = Answer(None, True, Display.FELT, intensity=2, valence=-0.5, arousal=1.0)
    face = platform.capture.submit(ada, started, box, prediction, answer)
    assert platform.data_export.faces(ada) == [face]
    assert (face.box, face.prediction, face.answer, face.source) == (box, prediction, answer, Source.UPLOAD)
    assert (prediction.model_id, len(prediction.probabilities)) == ("always-happy", 8)
    assert face.consent_id == platform.consents.current(ada).id
    assert face.captured_at < prediction.made_at < face.given_at
    assert face.purge_at - face.given_at == timedelta(days=platform.studies.current().retention_days)
    assert platform.doctor.examine() == []


def test_submitting_twice_stores_once(platform, ada):
    started = draft(platform, ada)
    box = started.suggestions[0]
    prediction = platform.capture.predict(ada, started, box)
    first = platform.capture.submit(ada, started, box, prediction, HAPPY_POSED)
    second = platform.capture.submit(ada, started, box, prediction, HAPPY_POSED)
    assert first == second
    assert platform.data_export.faces(ada) == [first]


def test_the_top_three_are_explained_on_the_crop(platform, ada):
    started = draft(platform, ada)
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    maps = platform.capture.explain(ada, started, started.suggestions[0], prediction).maps
    assert [emotion for emotion, _ in maps] == [emotion for emotion, _ in prediction.top(3)]
    assert all(heat.shape == (FACE_SIDE, FACE_SIDE) and (heat == emotion / 10).all() for emotion, heat in maps)


def test_submitting_at_once_from_many_threads_stores_once(platform, ada):
    started = draft(platform, ada)
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    arguments = (ada, started, started.suggestions[0], prediction, HAPPY_POSED)
    threads = [threading.Thread(target=platform.capture.submit, args=arguments) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(platform.data_export.faces(ada)) == 1
    assert platform.doctor.examine() == []


def test_who_agreed_to_nothing_may_try_and_leaves_nothing(platform, settings):
    eve = participant(platform, "eve@example.org", frozenset())
    assert give_face(platform, eve) is None
    assert platform.data_export.faces(eve) == []
    assert not [file for file in (settings.data / "images").rglob("*") if file.is_file()]


def test_no_inference_before_consent(platform):
    platform.accounts.sign_up("new@example.org", PASSWORD)
    newcomer = platform.accounts.sign_in("new@example.org", PASSWORD).person
    with pytest.raises(ConsentRequired):
        platform.capture.receive(newcomer, photo(), Source.WEBCAM)


def test_consent_withdrawn_midway_is_respected(platform, ada):
    started = draft(platform, ada)
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    platform.consents.give(ada, platform.consents.text().sha256, frozenset(), adult=True)
    assert platform.capture.submit(ada, started, started.suggestions[0], prediction, HAPPY_POSED) is None


def test_a_photo_that_was_taken_for_one_study_comes_into_no_other(platform, ada, clock):
    """There they agreed to other terms, and might be asked first what lets not everybody on."""
    started, first = draft(platform, ada), platform.studies.current()
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    other = another_study(platform, "Another")
    for study, is_taken in ((other, False), (first, True)):
        clock.advance(seconds=1)
        platform.invitations.accept(ada, study.join_code)
        ada = platform.accounts.sign_in("ada@example.org", PASSWORD).person
        platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
        about = (ada, started, started.suggestions[0])
        calls = (
            lambda about=about: platform.capture.predict(*about),
            lambda about=about: platform.capture.explain(*about, prediction),
            lambda about=about: platform.capture.submit(*about, prediction, HAPPY_POSED),
        )
        for call in calls:
            with nullcontext() if is_taken else pytest.raises(InvalidInput, match="another study"):
                call()
    assert [face.study_id for face in platform.data_export.faces(ada)] == [first.id]


def test_a_closed_study_takes_nothing(platform, ada):
    platform.studies.update(OPERATOR, replace(platform.studies.current(), open=False))
    with pytest.raises(StudyClosed):
        draft(platform, ada)


def test_a_study_may_keep_the_crop_only(platform):
    platform.studies.update(OPERATOR, replace(platform.studies.current(), crop_only=True))
    assert "Only the part you choose is kept" in platform.consents.text().body
    ada = participant(platform)
    started = draft(platform, ada)
    box = started.suggestions[0]
    prediction = platform.capture.predict(ada, started, box)
    face = platform.capture.submit(ada, started, box, prediction, HAPPY_POSED)
    assert face.box == Box(0, 0, box.width, box.height)
    assert (face.image.width, face.image.height) == (box.width, box.height)
    assert platform.capture.submit(ada, started, box, prediction, HAPPY_POSED) == face
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as given:
        [name] = [name for name in given.namelist() if name.endswith(".jpg")]
        kept = decode_stored(given.read(name))
    assert kept.size == (box.width, box.height), "in what its person can have, too, nothing is left of the rest"
    assert abs(platform.data_export.crop(ada, face.id).astype(int) - crop_stored(started.photo.data, box)).mean() < 3
    assert platform.doctor.examine() == []
    platform.withdrawal.withdraw_face(ada, face.id)
    assert platform.data_export.faces(ada) == [] and platform.doctor.examine() == []


def test_what_was_kept_whole_before_stays_and_people_are_asked_about_the_change(platform, ada):
    whole = give_face(platform, ada)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), crop_only=True))
    with pytest.raises(ConsentRequired):
        draft(platform, ada)
    assert platform.data_export.faces(ada) == [whole]


def test_signed_out_nobody_gives(platform):
    with pytest.raises(NotSignedIn):
        platform.capture.receive(None, photo(), Source.UPLOAD)


def test_a_rejected_file_leaves_no_trace(platform, ada, settings):
    with pytest.raises(ImageRejected):
        platform.capture.receive(ada, b"not a picture", Source.UPLOAD)
    assert not [file for file in (settings.data / "images").rglob("*") if file.is_file()]


@pytest.mark.parametrize("step", ["put", "create_face"])
def test_a_store_that_fails_midway_keeps_nothing_and_can_be_tried_again(platform, ada, monkeypatch, step):
    adapter = getattr(platform.capture._storing, {"put": "_images", "create_face": "_records"}[step])
    started = draft(platform, ada)
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    arguments = (ada, started, started.suggestions[0], prediction, HAPPY_POSED)

    def fail(*_):
        raise StoreUnavailable("store.unreachable")

    with monkeypatch.context() as broken:
        broken.setattr(adapter, step, fail)
        with pytest.raises(StoreUnavailable):
            platform.capture.submit(*arguments)
    assert platform.data_export.faces(ada) == []
    assert platform.doctor.examine() == []
    assert platform.capture.submit(*arguments)
    assert platform.doctor.examine() == []
