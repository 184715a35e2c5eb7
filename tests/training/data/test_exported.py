"""What `python -m fers export` writes can be trained on as it is."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR
from tests.people import HAPPY_POSED, give_face, participant
from training.data import DataError, load


@pytest.mark.parametrize("zipped", [False, True])
def test_an_export_comes_back(platform, tmp_path, zipped):
    person = participant(platform)
    give_face(platform, person, replace(HAPPY_POSED, valence=0.5, arousal=-0.25))
    unlabelled = replace(HAPPY_POSED, label=None)
    given = give_face(platform, person, unlabelled)
    path = tmp_path / "export"
    platform.export.write(OPERATOR, path, Purpose.TRAIN)
    if zipped:
        path = shutil.make_archive(tmp_path / "set", "zip", tmp_path, "export")
    faces = load(f"fers:{path}")
    assert list(faces.labels) == [Emotion.HAPPY]
    assert faces.dropped == {"without a label": 1}
    assert faces.image(0).size == (given.box.width, given.box.height)
    np.testing.assert_array_equal(faces.valence_arousal, [[0.5, -0.25]])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("3", "not a JSON object"),
        ('{"label": "happy", "image": "images/a.jpg"}', "not a box"),
        ('{"label": "happy", "image": "../a.jpg", "box": [0, 0, 9, 9]}', "leads out of the data set"),
        ('{"label": "happy", "image": "images/a.jpg", "box": [0, 0, 9, 9]}', "no file"),
        ('{"label": 3, "image": "images/a.jpg", "box": [0, 0, 9, 9]}', "unknown emotion '3'|no file"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, message):
    (tmp_path / "faces.jsonl").write_text(f'{{"label": null}}\n{line}\n')
    with pytest.raises(DataError, match=rf"faces\.jsonl, row 2: .*({message})"):
        load(f"fers:{tmp_path}")


def test_a_folder_that_fers_did_not_write_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no faces\.jsonl"):
        load(f"fers:{tmp_path}")
