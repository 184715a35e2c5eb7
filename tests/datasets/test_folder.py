"""Class sub-folders."""

import pytest

from fers.datasets import DataError, Faults, Meanings, load
from fers.datasets.words import Vocabulary
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
        DataError,
        match=r"The folder “(bored|\.)” holds images, but its name is not a class. Classes are neutral, happy",
    ):
        load(f"folder:{zip_of(tmp_path / 'set.zip', files)}")


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(DataError, match="lists no faces"):
        load(f"folder:{tmp_path}")


def test_people_lie_below_their_classes_or_as_somebody_says(tmp_path):
    files = {f"happy/{person}/{number}.png": drawn_face(10) for person in ("s01", "s02") for number in range(2)}
    faces = load(f"folder:{zip_of(tmp_path / 'set.zip', files)}")
    assert (list(faces.people), set(faces.labels)) == (["s01", "s01", "s02", "s02"], {Emotion.HAPPY})
    faces = load(f"folder:{tmp_path / 'set.zip'}", Meanings(folders="class/*"))
    assert (faces.people, set(faces.labels)) == (None, {Emotion.HAPPY})


def test_classes_that_lie_below_people_are_asked_about(tmp_path):
    files = {f"{person}/{label}/a.png": drawn_face(10) for person in ("s01", "s02") for label in ("sad", "happy")}
    spec = f"folder:{zip_of(tmp_path / 'set.zip', files)}"
    with pytest.raises(DataError, match=r"may be splits \(s01 and s02\).*If they are people, .* person/class"):
        load(spec)
    faces = load(spec, Meanings(folders="person/class"))
    assert list(faces.people) == ["s01", "s01", "s02", "s02"]
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.SAD] * 2


def test_numbers_of_a_known_set_name_folders_too(tmp_path):
    files = {f"train/{number}/a.png": drawn_face(10) for number in (1, 4)}
    spec = f"folder:{zip_of(tmp_path / 'set.zip', files)}#train"
    with pytest.raises(DataError, match="The folder “train/1” holds images"):
        load(spec)
    faces = load(spec, Meanings(Vocabulary.parsed(["raf-db"])))
    assert list(faces.labels) == [Emotion.SURPRISE, Emotion.HAPPY]


def test_classes_may_be_numbered(tmp_path):
    for name in ("0_neutral", "1-happy", "2 sad", "03.surprise"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(drawn_face(1))
    # In the order of their names: "03" comes first.
    assert list(load(f"folder:{tmp_path}").labels) == [Emotion.SURPRISE, Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD]


def test_a_folder_of_another_name_is_left_out_where_that_is_asked(tmp_path):
    files = {"happy/a.png": drawn_face(10), "bored/a.png": drawn_face(20), "other/b.png": drawn_face(20)}
    faults = Faults()
    faces = load(f"folder:{zip_of(tmp_path / 'set.zip', files)}", Meanings(Vocabulary.parsed(["bored="])), faults)
    assert (faces.names, faces.dropped, faults.words) == (["happy/a.png"], {"in bored": 1}, {"other": 1})


@pytest.mark.parametrize("folders", ["person", "class/house", "person/class/person/class"])
def test_a_nesting_that_nothing_is_like_is_refused(tmp_path, folders):
    with pytest.raises(DataError):
        load(f"folder:{zip_of(tmp_path / 'set.zip', {'happy/a.png': drawn_face(10)})}", Meanings(folders=folders))


def test_the_sessions_of_ck_plus_are_not_its_classes(tmp_path):
    """Its pictures lie in folders of people and of sessions, its classes in files apart: 001 is no anger."""
    files = {f"S005/{session}/S005_{session}_00000001.png": drawn_face(10) for session in ("001", "002", "011")}
    spec = f"folder:{zip_of(tmp_path / 'set.zip', files)}"
    faults = Faults()
    with pytest.raises(DataError, match=r"no folder is called after a class\. .* write a table"):
        load(spec, Meanings(Vocabulary.parsed(["ck+"]), folders="person/class"), faults)
    assert faults.words == {"001": 1, "002": 1, "011": 1}
    assert load(spec, Meanings(Vocabulary.parsed(["001=happy"])), faults).labels.tolist() == [Emotion.HAPPY]
