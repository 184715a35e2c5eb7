"""A small version, and how tests look into its downloads."""

import io
import json
import zipfile

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Display, Face
from fers.domain.people import OPERATOR
from fers.exporting.exported_version import Cut
from tests.people import give_face, participant, pattern

LABELS = (Emotion.HAPPY, Emotion.SAD, None, Emotion.FEAR)


def freeze_four(platform) -> dict[str, Face]:
    """Four faces of four people in version v1, one of which nobody can name."""
    given = []
    for number, label in enumerate(LABELS):
        answer = Answer(label, before_prediction=True, display=Display.POSED, valence=0.5)
        given.append(give_face(platform, participant(platform, f"{number}@example.org"), answer, pattern(number)))
    platform.versions.freeze(OPERATOR, platform.studies.current().id, "v1")
    return {face.id: face for face in given}


def download(platform, format: str, cut: Cut = Cut.CROP, version: str = "v1") -> zipfile.ZipFile:
    study = platform.studies.current()
    data = b"".join(platform.downloads.open(OPERATOR, study.id, version, format, cut).zip())
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    return archive


def described(archive: zipfile.ZipFile) -> list[dict]:
    return [json.loads(line) for line in archive.read("faces.jsonl").splitlines()]
