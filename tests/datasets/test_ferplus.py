"""FER+'s published protocol, its softer sister, and errors that name the file and the row."""

import numpy as np
import pytest

from fers.datasets import DataError, load
from fers.datasets.ferplus import majority_vote, vote_distribution
from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face, write_ferplus

#         neutral happy surprise sad anger disgust fear contempt unknown not-a-face
HAPPY = (0, 9, 1, 0, 0, 0, 0, 0, 0, 0)
SPLIT = (4, 4, 2, 0, 0, 0, 0, 0, 0, 0)
UNKNOWN = (0, 2, 0, 0, 0, 0, 0, 0, 8, 0)
NO_FACE = (0, 0, 0, 0, 0, 0, 0, 0, 0, 10)
FEAR = (0, 0, 3, 0, 0, 0, 7, 0, 0, 0)


@pytest.mark.parametrize("zipped", [False, True])
def test_faces_with_a_majority_are_kept_and_the_others_counted(tmp_path, zipped):
    rows = [HAPPY, SPLIT, UNKNOWN, NO_FACE, FEAR]
    faces = load(f"ferplus:{write_ferplus(tmp_path / 'faces', rows, zipped=zipped)}")
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.FEAR]
    assert faces.dropped == {"no majority": 1, "unknown": 1, "not a face": 1}
    assert faces.image(1).getpixel((0, 0)) == (80, 80, 80)
    assert faces.valence_arousal is None


def test_faces_without_a_majority_are_kept_with_their_votes(tmp_path):
    faces = load(f"ferplus-votes:{write_ferplus(tmp_path / 'faces', [SPLIT, UNKNOWN])}")
    assert faces.dropped == {"unknown": 1}
    assert faces.targets[0][[Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SURPRISE]] == pytest.approx([0.4, 0.4, 0.2])


def test_single_votes_are_outliers_and_the_rest_becomes_a_distribution():
    target, _ = majority_vote(np.array(HAPPY))
    assert target[Emotion.HAPPY] == 1
    target, _ = majority_vote(np.array(FEAR))
    assert target[Emotion.FEAR] == pytest.approx(0.7)
    assert target[Emotion.SURPRISE] == pytest.approx(0.3)


def test_exactly_half_is_no_majority():
    assert majority_vote(np.array((5, 5, 0, 0, 0, 0, 0, 0, 0, 0))) == (None, "no majority")


def test_where_all_votes_are_single_all_count():
    target, _ = vote_distribution(np.array((1, 1, 1, 1, 0, 0, 0, 0, 0, 0)))
    assert sorted(target) == [0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25]


@pytest.mark.parametrize("votes", [(1, 2, 3), (-1, 9, 2, 0, 0, 0, 0, 0, 0, 0), ("x",) * 10, (0,) * 10, (10**400,) * 10])
def test_a_broken_row_is_named(tmp_path, votes):
    path = write_ferplus(tmp_path / "faces", [HAPPY, votes])
    with pytest.raises(DataError, match=r"label\.csv, row 2: The row does not have ten vote counts"):
        load(f"ferplus:{path}")


@pytest.mark.parametrize(
    ("image", "message"),
    [("absent.png", "row 1: There is no file"), ("../fer0.png", "row 1: .*leads out of the dataset")],
)
def test_an_image_that_is_not_there_is_named(tmp_path, image, message):
    (tmp_path / "faces").mkdir()
    (tmp_path / "fer0.png").write_bytes(drawn_face(10))
    (tmp_path / "faces" / "label.csv").write_text(f'{image},"(0, 0, 48, 48)",{",".join(map(str, HAPPY))}\n')
    with pytest.raises(DataError, match=message):
        load(f"ferplus:{tmp_path / 'faces'}")


def test_a_folder_without_votes_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no label\.csv"):
        load(f"ferplus:{tmp_path}")
