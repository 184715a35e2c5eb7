"""AffectNet's two layouts."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fers.datasets import DataError, load
from fers.datasets.recognising import format_of
from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face

HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n"


def _saved(value) -> bytes:
    file = io.BytesIO()
    np.save(file, value)
    return file.getvalue()


def _numbered(folder, faces):
    """Write AffectNet's numbered layout: (class, valence, arousal) a face."""
    for kind in ("images", "annotations"):
        (folder / kind).mkdir(parents=True)
    for number, values in enumerate(faces):
        (folder / "images" / f"{number}.jpg").write_bytes(drawn_face(20 * number))
        for name, value in zip(("exp", "val", "aro"), values, strict=True):
            (folder / "annotations" / f"{number}_{name}.npy").write_bytes(_saved(value))


def _listed(folder, rows, images="Manually_Annotated_Images", header=HEADER):
    """Write AffectNet's lists: one 40 x 20 image, red but for a blue face, and these rows about it."""
    (folder / images / "12").mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (40, 20), "red")
    picture.paste("blue", (10, 5, 20, 15))
    picture.save(folder / images / "12" / "a.png")
    (folder / "training.csv").write_text(header + "".join(f"12/a.png,10,5,10,10,1.5;2.5,{row}\n" for row in rows))


def test_numbered_faces_with_numbers_kept_as_text_or_not(tmp_path):
    _numbered(tmp_path / "val_set", [("1", "0.5", "-0.25"), (8, -2, -2), (7, 0.1, 0.2), (np.int64(10), -2, -2)])
    faces = load(f"affectnet:{tmp_path}")
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.CONTEMPT]
    assert faces.dropped == {"none of the eight": 1, "not a face": 1}
    assert faces.valence_arousal == pytest.approx(np.array([[0.5, -0.25], [0.1, 0.2]]))
    assert faces.image(1).getpixel((0, 0)) == (40, 40, 40)


def test_train_and_validation_are_splits(tmp_path):
    _numbered(tmp_path / "train_set", [(1, 0, 0), (2, 0, 0)])
    _numbered(tmp_path / "val_set", [(3, 0, 0)])
    assert list(load(f"affectnet:{tmp_path}#val_set").labels) == [Emotion.SURPRISE]
    with pytest.raises(DataError, match="several splits"):
        load(f"affectnet:{tmp_path}")


@pytest.mark.parametrize("content", [b"", b"text", _saved(np.arange(3)), _saved(11), _saved("happy"), _saved(1.5)])
def test_a_broken_annotation_is_named(tmp_path, content):
    _numbered(tmp_path, [(1, 0, 0)])
    (tmp_path / "annotations" / "0_exp.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"annotations/0_exp\.npy"):
        load(f"affectnet:{tmp_path}")


def test_annotations_that_would_run_code_are_refused(tmp_path):
    _numbered(tmp_path, [(1, 0, 0)])
    np.save(tmp_path / "annotations" / "0_exp.npy", np.array({"a": 1}, object), allow_pickle=True)
    with pytest.raises(DataError, match="does not hold one number"):
        load(f"affectnet:{tmp_path}")


@pytest.mark.parametrize("images", ["Manually_Annotated_Images", "."])
def test_listed_faces_are_cut_out_by_their_boxes(tmp_path, images):
    _listed(tmp_path, ["6,-0.5,0.75", "9,-2,-2", "0,-2,-2"], images)
    faces = load(f"affectnet:{tmp_path}")
    assert list(faces.labels) == [Emotion.ANGER, Emotion.NEUTRAL]
    assert faces.dropped == {"uncertain": 1}
    assert (faces.image(0).size, faces.image(0).getcolors()) == ((10, 10), [(100, (0, 0, 255))])
    np.testing.assert_array_equal(faces.valence_arousal, [[-0.5, 0.75], [np.nan, np.nan]])


def test_lists_without_a_header_are_read_as_well(tmp_path):
    _listed(tmp_path, ["6,-0.5,0.75"], header="")
    assert list(load(f"affectnet:{tmp_path}#training").labels) == [Emotion.ANGER]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("11,0,0", "“11” is not one of AffectNet's class ids"),
        ("1,3,0", "from -1 to 1"),
        ("1", "7.*AffectNet's lists have"),
        ("1,x,0", "“x” is not a usable number"),
    ],
)
def test_a_broken_row_is_named(tmp_path, row, message):
    _listed(tmp_path, ["1,0,0", row])
    with pytest.raises(DataError, match=rf"training\.csv, row 3: .*{message}"):
        load(f"affectnet:{tmp_path}")


def test_another_layout_is_refused(tmp_path):
    with pytest.raises(DataError, match="is not AffectNet"):
        load(f"affectnet:{tmp_path}")


@pytest.mark.parametrize("zipped", [False, True])
def test_lists_may_lie_in_the_folder_that_was_packed(tmp_path, zipped):
    """The numbered layout may, too."""
    _listed(tmp_path / "AffectNet", ["6,-0.5,0.75"])
    lists = tmp_path / "AffectNet" / "Manually_Annotated_file_lists"
    lists.mkdir()
    (tmp_path / "AffectNet" / "training.csv").rename(lists / "training.csv")
    path = tmp_path
    if zipped:
        path = shutil.make_archive(tmp_path / "set", "zip", tmp_path, "AffectNet")
    assert format_of(Path(path)) == "affectnet"
    faces = load(f"affectnet:{path}")
    assert (list(faces.labels), faces.image(0).size) == ([Emotion.ANGER], (10, 10))
