"""FER+'s published protocol, manifests, and errors that name the file and the row."""

import numpy as np
import pytest

from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face, write_ferplus
from training.data import DataError, load, majority_vote

#         neutral happy surprise sad anger disgust fear contempt unknown not-a-face
HAPPY = (0, 9, 1, 0, 0, 0, 0, 0, 0, 0)
SPLIT = (4, 4, 2, 0, 0, 0, 0, 0, 0, 0)
UNKNOWN = (0, 2, 0, 0, 0, 0, 0, 0, 8, 0)
NO_FACE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)
FEAR = (0, 0, 3, 0, 0, 0, 7, 0, 0, 0)


@pytest.mark.parametrize("zipped", [False, True])
def test_ferplus_keeps_faces_with_a_majority_and_counts_the_others(tmp_path, zipped):
    rows = [HAPPY, SPLIT, UNKNOWN, NO_FACE, FEAR]
    faces = load(f"ferplus:{write_ferplus(tmp_path / 'faces', rows, zipped=zipped)}")
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.FEAR]
    assert faces.dropped == {"no majority": 1, "unknown": 1, "not a face": 1}
    assert faces.read(1) == drawn_face(80)


def test_single_votes_are_outliers_and_the_rest_becomes_a_distribution():
    target, _ = majority_vote(np.array(HAPPY))
    assert target[Emotion.HAPPY] == 1
    target, _ = majority_vote(np.array(FEAR))
    assert target[Emotion.FEAR] == pytest.approx(0.7)
    assert target[Emotion.SURPRISE] == pytest.approx(0.3)


def test_exactly_half_is_no_majority():
    assert majority_vote(np.array((5, 5, 0, 0, 0, 0, 0, 0, 0, 0))) == (None, "no majority")


def test_a_broken_row_is_named(tmp_path):
    path = write_ferplus(tmp_path / "faces", [HAPPY, (1, 2, 3)])
    with pytest.raises(DataError, match=r"label\.csv, row 2: ten vote counts"):
        load(f"ferplus:{path}")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ferplus", "not a data specification"),
        ("nonsense:/tmp", "not a data specification"),
        ("ferplus:/does/not/exist", "does not exist"),
        ("manifest:/does/not/exist.csv", "does not exist"),
    ],
)
def test_a_bad_specification_says_what_is_wrong(spec, message):
    with pytest.raises(DataError, match=message):
        load(spec)


def _manifest(folder, text):
    (folder / "images").mkdir()
    (folder / "a.png").write_bytes(drawn_face(10))
    (folder / "images" / "b.png").write_bytes(drawn_face(20))
    (folder / "faces.csv").write_text(text)
    return f"manifest:{folder / 'faces.csv'}"


def test_manifest_finds_images_beside_it_and_in_its_images_folder(tmp_path):
    faces = load(_manifest(tmp_path, "image,label,extra\na.png,happiness,x\nb.png,fear,y\n"))
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.FEAR]
    assert [faces.read(0), faces.read(1)] == [drawn_face(10), drawn_face(20)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,label\na.png,boredom\n", "row 2: unknown emotion 'boredom'"),
        ("image,label\na.png,happy\nmissing.png,sad\n", r"row 3: no image missing\.png"),
        ("picture,label\na.png,happy\n", "row 1: no column image"),
        ("image,label\n", "lists no faces"),
    ],
)
def test_a_broken_manifest_names_the_row(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        load(_manifest(tmp_path, text))
