"""What FERS hands out can be trained on as it is."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fers.datasets import DataError, load
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR
from fers.domain.versions import Split
from fers.exporting.exported_version import Cut
from tests.people import HAPPY_POSED, give_face, participant, pattern


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.mark.parametrize("format", ["parquet", "imagefolder", "coco", "affectnet", "folders"])
@pytest.mark.parametrize("cut", Cut)
def test_a_download_comes_back(platform, study, tmp_path, format, cut):
    person = participant(platform)
    given = give_face(platform, person, replace(HAPPY_POSED, valence=0.5, arousal=-0.25))
    give_face(platform, person, replace(HAPPY_POSED, label=None), pattern(1))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    path = tmp_path / "v1.zip"
    path.write_bytes(b"".join(platform.downloads.open(OPERATOR, study.id, "v1", format, cut).zip()))
    faces = load(f"fers:{path}#train")
    assert list(faces.labels) == [Emotion.HAPPY]
    assert faces.dropped == {"without a label": 1}
    assert faces.image(0).size == ((224, 224) if cut is Cut.CROP else (given.box.width, given.box.height))
    np.testing.assert_array_equal(faces.valence_arousal, [[0.5, -0.25]])


def test_a_download_says_which_faces_are_of_the_same_person(platform, study, tmp_path):
    for number in range(4):
        give_face(platform, participant(platform, f"{number % 2}@example.org"), picture=pattern(number))
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.downloads.write(OPERATOR, study.id, "v1", "imagefolder", Cut.CROP, tmp_path / "v1")
    parts = {entry.split for entry in platform.versions.entries(OPERATOR, version.id)}
    people = [load(f"fers:{tmp_path / 'v1'}#{part}").people for part in parts]
    assert sorted(map(len, people)) == [2, 2]
    assert len(set(people[0])) == len(set(people[1])) == 1 and people[0] != people[1]


def test_splits_are_not_read_together(platform, study, tmp_path):
    for number in range(3):
        give_face(platform, participant(platform, f"{number}@example.org"), picture=pattern(number))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.downloads.write(OPERATOR, study.id, "v1", "imagefolder", Cut.CROP, tmp_path / "v1")
    assert [len(load(f"fers:{tmp_path / 'v1'}#{split}")) for split in Split] == [1, 1, 1]
    with pytest.raises(DataError, match="several splits"):
        load(f"fers:{tmp_path / 'v1'}")


@pytest.mark.parametrize("format", ["webdataset", "tfrecord"])
def test_packed_faces_are_refused_with_a_way_out(platform, study, tmp_path, format):
    give_face(platform, participant(platform))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.downloads.write(OPERATOR, study.id, "v1", format, Cut.CROP, tmp_path / "v1")
    with pytest.raises(DataError, match="another format"):
        load(f"fers:{tmp_path / 'v1'}")


def test_packed_images_are_those_of_their_faces(platform, study, tmp_path):
    given = [give_face(platform, participant(platform, f"{n}@example.org"), picture=pattern(n)) for n in range(3)]
    platform.versions.freeze(OPERATOR, study.id, "v1")
    for format in ("parquet", "imagefolder"):
        platform.downloads.write(OPERATOR, study.id, "v1", format, Cut.CROP, tmp_path / format)
    for face in given:
        [image] = (tmp_path / "imagefolder").rglob(f"{face.id}.jpg")
        split = image.parent.name
        faces = load(f"fers:{tmp_path / 'parquet'}#{split}")
        np.testing.assert_array_equal(faces.image(faces.names.index(face.id)), Image.open(image))


def test_a_broken_parquet_file_is_named(platform, study, tmp_path):
    give_face(platform, participant(platform))
    platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.downloads.write(OPERATOR, study.id, "v1", "parquet", Cut.CROP, tmp_path / "v1")
    [file] = (tmp_path / "v1" / "data").iterdir()
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(DataError, match=rf"{file.name}: This is not a sound Parquet file"):
        load(f"fers:{tmp_path / 'v1'}")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("3", "not a JSON object"),
        ('{"label": "happy", "image": "images/a.jpg"}', "not a box"),
        ('{"label": "happy", "image": "../a.jpg", "box": [0, 0, 9, 9]}', "leads out of the dataset"),
        ('{"label": "happy", "image": "images/a.jpg", "box": [0, 0, 9, 9]}', "no file"),
        ('{"label": 3, "image": "images/a.jpg", "box": [0, 0, 9, 9]}', "The emotion “3” is unknown|no file"),
    ],
)
def test_a_broken_line_is_named(tmp_path, line, message):
    (tmp_path / "faces.jsonl").write_text(f'{{"label": null}}\n{line}\n')
    with pytest.raises(DataError, match=rf"faces\.jsonl, row 2: .*({message})"):
        load(f"fers:{tmp_path}")


def test_a_folder_that_fers_did_not_write_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"holds no faces\.jsonl"):
        load(f"fers:{tmp_path}")
