"""Manifests in CSV and Parquet."""

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from fers.datasets import DataError, Faults, Meanings, load
from fers.domain.emotions import Emotion
from tests.datasets.test_sets import brightness
from tests.training.faces import drawn_face


def _images(folder):
    (folder / "images").mkdir()
    (folder / "a.png").write_bytes(drawn_face(10))
    (folder / "images" / "b.png").write_bytes(drawn_face(20))


def _manifest(folder, text):
    _images(folder)
    (folder / "faces.csv").write_text(text)
    return f"manifest:{folder / 'faces.csv'}"


def _parquet(folder, columns):
    _images(folder)
    parquet.write_table(pyarrow.table(columns), folder / "faces.parquet")
    return f"manifest:{folder / 'faces.parquet'}"


def test_images_lie_beside_the_table_or_in_its_images_folder(tmp_path):
    faces = load(_manifest(tmp_path, "\ufeffimage,label,extra\na.png,happiness,x\n\nb.png,fear,y\n"))
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.FEAR]
    assert [brightness(faces.image(index)) for index in range(2)] == [10, 20]


def test_votes_dimensions_and_boxes_are_read(tmp_path):
    header = "image,label,angry,sadness,valence,arousal,left,top,width,height\n"
    rows = "a.png,angry,3,1,-0.5,,24,0,24,48\nb.png,happy,,,,,,,,\n"
    faces = load(_manifest(tmp_path, header + rows))
    assert faces.targets[0][[Emotion.ANGER, Emotion.SAD]] == pytest.approx([0.75, 0.25])
    assert faces.targets[1][Emotion.HAPPY] == 1
    np.testing.assert_array_equal(faces.valence_arousal, [[-0.5, np.nan], [np.nan, np.nan]])
    assert [faces.image(0).size, brightness(faces.image(0))] == [(24, 48), 0]
    assert faces.image(1).size == (48, 48)


def test_a_label_that_votes_are_against_is_told_and_somebody_says_which_counts(tmp_path):
    """A single column called after an emotion, such as how happy a face looks, made all of them happy."""
    text = "image,label,happy,sadness\na.png,sad,4,1\nb.png,happy,2,2\n"
    spec, faults = _manifest(tmp_path, text), Faults()
    assert list(load(spec, Meanings(), faults).labels) == [Emotion.HAPPY]
    assert "row 2: The label is sad, but most votes are for happy (columns “happy”, “sadness”)" in str(faults)
    assert list(load(spec, Meanings(columns={"label": "label"})).labels) == [Emotion.SAD, Emotion.HAPPY]
    assert load(spec, Meanings(columns={"label": ""})).targets[0][Emotion.HAPPY] == pytest.approx(0.8)


@pytest.mark.parametrize("label", ["", "3", "somewhat"])
def test_votes_decide_where_the_label_is_no_class(tmp_path, label):
    assert list(load(_manifest(tmp_path, f"image,label,happy\na.png,{label},4\n")).labels) == [Emotion.HAPPY]


@pytest.mark.parametrize("column", ["person", "subject"])
def test_a_manifest_may_say_whom_a_face_shows(tmp_path, column):
    rows = f"image,label,{column}\na.png,happy, ada \nb.png,sad,\n"
    assert list(load(_manifest(tmp_path, rows)).people) == ["ada", ""]


def test_without_any_name_nobody_knows_who_is_in_a_manifest(tmp_path):
    assert load(_manifest(tmp_path, "image,label,person\na.png,happy,\n")).people is None


@pytest.mark.parametrize("write", [_manifest, _parquet])
def test_splits_are_chosen_by_name(tmp_path, write):
    rows = {"image": ["a.png", "b.png"], "label": ["happy", "sad"], "split": ["train", "test"]}
    spec = write(tmp_path, _csv(rows) if write is _manifest else rows)
    assert list(load(f"{spec}#test").labels) == [Emotion.SAD]
    with pytest.raises(DataError, match="test and train"):
        load(spec)


def _csv(columns):
    return "\n".join(",".join(row) for row in [columns, *zip(*columns.values(), strict=True)]) + "\n"


def test_parquet_keeps_its_types(tmp_path):
    votes = {"neutral": pyarrow.array([2, None], pyarrow.int64()), "fear": [2.0, 0.0], "subject": [0, 7]}
    faces = load(_parquet(tmp_path, {"image": ["a.png", "b.png"], "label": ["", "sad"], "blob": [b"x", b"y"]} | votes))
    assert list(faces.people) == ["0", "7"]
    assert faces.targets[0][[Emotion.NEUTRAL, Emotion.FEAR]] == pytest.approx([0.5, 0.5])
    assert faces.labels[1] == Emotion.SAD


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("image,label\na.png,boredom\n", "row 2: The emotion “boredom” is unknown"),
        ("image,label\na.png,happy\nmissing.png,sad\n", r"row 3: There is no file “missing\.png”"),
        ("image,label\n../a.png,happy\n", "row 2: .*leads out of the dataset"),
        ("image,label\n/etc/passwd,happy\n", "row 2: .*leads out of the dataset"),
        (
            "house,label\na.png,happy\n",
            r"faces\.csv, row 1: There is no column that FERS knows as image. Columns here: “house”, “label”",
        ),
        ("image,label\na.png,\n", "row 2: The cell for the label is empty"),
        ("image,label\na.png\n", "row 2: The row has another number of cells"),
        ("image,happy,sad\na.png,3,-1\n", "row 2: A number of votes is below zero"),
        ("image,label,valence\na.png,happy,2\n", "row 2: .*from -1 to 1"),
        ("image,label,left\na.png,happy,2\n", "row 1: There is no column height or width, which a box needs"),
        ("image,label\n", "lists no faces"),
        ("", "lists no faces"),
    ],
)
def test_a_broken_row_is_named(tmp_path, text, message):
    with pytest.raises(DataError, match=message):
        load(_manifest(tmp_path, text))


def test_a_broken_row_of_parquet_is_named(tmp_path):
    with pytest.raises(DataError, match=r"faces\.parquet, row 2: The emotion “bored” is unknown"):
        load(_parquet(tmp_path, {"image": ["a.png", "b.png"], "label": ["happy", "bored"]}))
