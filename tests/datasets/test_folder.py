"""Class sub-folders."""

import pytest

from fers.datasets import DataError, load
from fers.domain.emotions import Emotion
from tests.datasets.test_sets import brightness, zip_of
from tests.training.faces import drawn_face


def test_folders_name_the_classes_in_anyones_words(tmp_path):
    files = {
        "set/Happiness/a.PNG": drawn_face(10),
        "set/angry/b.png": drawn_face(20),
        "set/angry/notes.txt": b"not an image",
        "set/.DS_Store": b"left behind",
        "__MACOSX/set/angry/._b.png": b"left behind",
    }
    faces = load(f"folder:{zip_of(tmp_path / 'set.zip', files)}")
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.ANGER]
    assert [brightness(faces.image(index)) for index in range(2)] == [10, 20]


@pytest.mark.parametrize("name", ["bored/a.png", "a.png"])
def test_a_folder_that_names_no_class_is_named(tmp_path, name):
    files = {"happy/a.png": drawn_face(10), name: drawn_face(20)}
    with pytest.raises(
        DataError, match=r"the folder '(bored|\.)' holds images, but its name is none of neutral, happy"
    ):
        load(f"folder:{zip_of(tmp_path / 'set.zip', files)}")


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match="lists no faces"):
        load(f"folder:{tmp_path}")
