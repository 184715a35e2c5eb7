"""What the live page said in a person's browser is kept with the face they gave, and believed no further."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import LiveGuess, Source
from fers.domain.people import OPERATOR
from fers.domain.versions import content_id
from fers.errors import InvalidInput
from tests.contracts.samples import SEEN_LIVE, an_entry
from tests.exporting.versions import described, download
from tests.people import HAPPY_POSED, OneModel, give_face, participant, pattern, photo

SAD = tuple(0.93 if emotion is Emotion.SAD else 0.01 for emotion in Emotion)
SEEN = LiveGuess(OneModel.info.id, OneModel.info.fingerprint, SAD)
FROZEN = "110936cbacec4d38c05ffd7f8fa92d4c4c7e3eed5fd949e779c6af233f6c0bca"


@pytest.fixture
def ada(platform):
    return participant(platform)


@pytest.fixture
def face(platform, ada):
    """Given from the live page, which said "sad" where the server says "happy"."""
    started = platform.capture.receive(ada, photo(), Source.WEBCAM, SEEN)
    box = started.suggestions[0]
    return platform.capture.submit(ada, started, box, platform.capture.predict(ada, started, box), HAPPY_POSED)


def test_it_is_kept_beside_the_servers_own_guess(platform, ada, face):
    assert (face.live, face.prediction.top(1)[0][0]) == (SEEN, Emotion.HAPPY)
    assert platform.data_export.faces(ada) == [face]
    assert give_face(platform, ada).live is None


def test_it_is_in_its_owners_download_and_goes_with_the_face(platform, ada, face, settings):
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as archive:
        [mine] = json.loads(archive.read("faces.json"))
    assert mine["live"] == {
        "model": {"id": OneModel.info.id, "answers_id": OneModel.info.fingerprint},
        "probabilities": dict(zip(LABELS, SAD, strict=True)),
    }
    kept = [file for file in settings.data.rglob("*") if file.is_file()]
    assert any(OneModel.info.fingerprint.encode() in file.read_bytes() for file in kept)
    platform.withdrawal.withdraw_face(ada, face.id)
    assert not any(OneModel.info.fingerprint.encode() in file.read_bytes() for file in kept if file.exists())


def test_dataset_versions_name_it_beside_the_guess_where_there_is_one(platform, ada, face):
    other = give_face(platform, participant(platform, "bob@example.org"), picture=pattern(1))
    platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")
    rows = {row["id"]: row for row in described(download(platform, "imagefolder"))}
    assert rows[face.id]["live"]["probabilities"] == dict(zip(LABELS, SAD, strict=True))
    assert max(rows[face.id]["probabilities"], key=rows[face.id]["probabilities"].get) == "happy"
    assert "live" not in rows[other.id]


def test_versions_without_it_keep_the_ids_they_had():
    """`FROZEN` is what the entry came to before there was anything to keep."""
    assert content_id("s", [an_entry("e")]) == FROZEN
    assert content_id("s", [an_entry("e", live=SEEN_LIVE)]) != FROZEN


def test_nothing_is_counted_by_it(platform, face):
    platform.arena.evaluate(OPERATOR, OneModel.info.id)
    [(_, result)] = platform.arena.leaderboard(OPERATOR)
    version = platform.versions.freeze(OPERATOR, face.study_id, "v1")
    drift = platform.drift.report(OPERATOR, version.id, face.study_id)
    assert (result.n, result.figures["top1"][0]) == (1, 1), "the server's model was right, whatever a browser said"
    assert (drift.guesses[0].agreed[0], drift.version.agreed) == (1, 1)


@pytest.mark.parametrize(
    "different", [{"model_id": "nobody"}, {"fingerprint": "0" * 64}, {"fingerprint": ""}], ids=lambda value: str(value)
)
def test_only_a_registered_model_as_it_is_now_is_taken(platform, ada, different):
    with pytest.raises(InvalidInput, match="no longer in use"):
        platform.capture.receive(ada, photo(), Source.WEBCAM, replace(SEEN, **different))
