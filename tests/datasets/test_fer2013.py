"""FER-2013's CSV, in both forms that Kaggle distributes."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from fers.datasets import DataError, load
from fers.datasets.recognising import format_of
from fers.domain.emotions import Emotion

BLACK = " ".join(["0"] * 2304)


def _face(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (48, 48), np.uint8)


def _text(face: np.ndarray) -> str:
    return " ".join(map(str, face.ravel()))


def _write(path, rows, header="emotion,pixels,Usage"):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_faces_come_back_pixel_by_pixel_in_the_order_of_the_splits_rows(tmp_path):
    rows = [f"{i % 7},{_text(_face(i))},{'Training' if i % 2 else 'PublicTest'}" for i in range(14)]
    faces = load(f"fer2013:{_write(tmp_path / 'fer2013.csv', rows)}#Training")
    names = ["disgust", "happy", "surprise", "anger", "fear", "sad", "neutral"]
    assert [Emotion(label).label for label in faces.labels] == names
    for index in range(7):
        np.testing.assert_array_equal(np.asarray(faces.image(index, "L")), _face(2 * index + 1))
    with pytest.raises(DataError, match="PublicTest and Training"):
        load(f"fer2013:{tmp_path / 'fer2013.csv'}")


def test_the_other_form_has_other_columns_and_spaces(tmp_path):
    path = _write(tmp_path / "icml_face_data.csv", [f"3,Training,{_text(_face(1))}", ""], "emotion, Usage, pixels")
    faces = load(f"fer2013:{path}")
    assert list(faces.labels) == [Emotion.HAPPY]
    np.testing.assert_array_equal(np.asarray(faces.image(0, "L")), _face(1))


def test_a_file_of_one_split_says_nothing_of_splits_and_a_zip_is_to_be_unpacked(tmp_path):
    path = _write(tmp_path / "train.csv", [f"3,{_text(_face(1))}", f"0,{BLACK}"], "emotion,pixels")
    assert format_of(path) == "fer2013"
    faces = load(f"fer2013:{path}")
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.ANGER]
    np.testing.assert_array_equal(np.asarray(faces.image(0, "L")), _face(1))
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.write(path, "fer2013/fer2013.csv")
    for read in (load, lambda spec: format_of(Path(spec.removeprefix("fer2013:")))):
        with pytest.raises(DataError, match=r"archive.zip is a zip.*Unpack it, and hand in the CSV"):
            read(f"fer2013:{tmp_path / 'archive.zip'}")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (f"7,{BLACK},Training", "“7” is not one of FER-2013's class ids"),
        ("3,0 0 0,Training", "The row does not have 2,304 pixels"),
        ("3", "The row does not have an emotion, the pixels and the usage"),
        ("\0\0", "The row does not have an emotion, the pixels and the usage"),
    ],
)
def test_a_broken_row_is_named(tmp_path, row, message):
    path = _write(tmp_path / "fer2013.csv", [f"3,{BLACK},Training", row])
    with pytest.raises(DataError, match=rf"fer2013\.csv, row 3: {message}"):
        load(f"fer2013:{path}")


def test_a_broken_pixel_is_named_when_the_face_is_read(tmp_path):
    pixels = BLACK[:-1] + "256"
    faces = load(f"fer2013:{_write(tmp_path / 'fer2013.csv', [f'3,{BLACK},Training', f'3,{pixels},Training'])}")
    with pytest.raises(DataError, match="row 3: This can't be read as an image"):
        faces.image(1)


def test_another_table_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"row 1: This is not FER-2013: it has no column pixels"):
        load(f"fer2013:{_write(tmp_path / 'other.csv', ['3,a.png'], 'emotion,image')}")
