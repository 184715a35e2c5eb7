"""What holds for every set: specifications, images read from folders and zips, splits, sets joined."""

import errno
import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from fers.datasets import FORMATS, DataError, load, load_all, load_to_measure
from fers.domain.emotions import Emotion
from tests.training.faces import drawn_face, write_ferplus

HAPPY = (0, 9, 1, 0, 0, 0, 0, 0, 0, 0)
FEAR = (0, 0, 3, 0, 0, 0, 7, 0, 0, 0)


def brightness(image: Image.Image) -> int:
    return image.convert("L").getpixel((0, 0))


def zip_of(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("ferplus", "names no labelled dataset"),
        ("nonsense:/tmp", "names no labelled dataset"),
        ("ferplus:/does/not/exist", "does not exist"),
        ("folder:/does/not/exist#train", "does not exist"),
        ("manifest:/does/not/exist.csv", "does not exist"),
    ],
)
def test_a_bad_specification_says_what_is_wrong(spec, message):
    with pytest.raises(DataError, match=message):
        load(spec)


def test_a_file_that_is_no_zip_is_refused(tmp_path):
    (tmp_path / "set.zip").write_bytes(b"PK\x03\x04 or so")
    with pytest.raises(DataError, match=r"neither a folder nor a zip file\. .* unpack it first"):
        load(f"folder:{tmp_path / 'set.zip'}")


def test_images_come_upright_in_colour_or_gray(tmp_path):
    (tmp_path / "happy").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # Lies on its side.
    Image.new("RGB", (20, 10), "red").save(tmp_path / "happy" / "a.jpg", exif=exif)
    faces = load(f"folder:{tmp_path}")
    assert (faces.image(0).size, faces.image(0).mode) == ((10, 20), "RGB")
    assert faces.image(0, "L").mode == "L"


def test_whose_a_face_is_goes_by_its_persons_name_and_nobody_is_nobody_elses(tmp_path):
    (tmp_path / "faces.csv").write_text("image,label,person\na.png,sad,Ada\nb.png,sad,\nc.png,sad,\nd.png,happy,Ada\n")
    for name in "abcd":
        (tmp_path / f"{name}.png").write_bytes(drawn_face(10))
    faces = load(f"manifest:{tmp_path / 'faces.csv'}")
    assert faces.whose.tolist() == [0, 1, 2, 0]
    assert faces.only([3, 2]).whose.tolist() == [0, 1]
    assert replace(faces, people=None).whose.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("zipped", [False, True])
def test_a_broken_image_is_named_when_it_is_read(tmp_path, zipped):
    files = {"happy/sound.png": drawn_face(10), "happy/torn.png": drawn_face(20)[:60], "sad/text.png": b"text"}
    path = zip_of(tmp_path / "set.zip", files)
    if not zipped:
        path = tmp_path / "set"
        zipfile.ZipFile(tmp_path / "set.zip").extractall(path)
    faces = load(f"folder:{path}")
    assert brightness(faces.image(0)) == 10
    for index, name in [(1, "torn.png"), (2, "text.png")]:
        with pytest.raises(DataError, match=rf"{name}: This can't be read as an image"):
            faces.image(index)


def test_an_image_that_went_missing_is_named(tmp_path):
    path = write_ferplus(tmp_path / "faces", [HAPPY])
    faces = load(f"ferplus:{path}")
    (path / "FER2013Train" / "fer0000000.png").unlink()
    with pytest.raises(DataError, match=r"fer0000000\.png"):
        faces.image(0)


def test_many_threads_read_one_zip(tmp_path):
    faces = load(f"ferplus:{write_ferplus(tmp_path / 'faces.zip', [HAPPY] * 12, zipped=True)}")
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda index: brightness(faces.image(index % 12)), range(480)))
    assert read == [20 * (index % 12) for index in range(480)]


@pytest.mark.parametrize("name", ["../happy/a.png", "/happy/a.png", "..\\happy\\a.png", "C:\\happy\\a.png"])
def test_a_zip_that_leads_out_of_itself_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="leads out of the dataset"):
        load(f"folder:{zip_of(tmp_path / 'set.zip', {name: drawn_face(10)})}")


def test_of_several_splits_one_must_be_chosen(tmp_path):
    files = {f"{split}/happy/{i}.png": drawn_face(10) for split, n in [("test", 1), ("train", 2)] for i in range(n)}
    path = zip_of(tmp_path / "set.zip", files)
    with pytest.raises(DataError, match=r"may be splits \(test and train\)"):
        load(f"folder:{path}")
    with pytest.raises(DataError, match="has no split called “validation”. Choose test or train"):
        load(f"folder:{path}#validation")
    assert len(load(f"folder:{path}#train")) == 2
    assert load(f"folder:{path}#train").source == "folder:set.zip#train"


def test_a_path_may_hold_a_number_sign(tmp_path):
    (tmp_path / "set#1" / "sad").mkdir(parents=True)
    (tmp_path / "set#1" / "sad" / "a.png").write_bytes(drawn_face(10))
    assert load(f"folder:{tmp_path / 'set#1'}").source == "folder:set#1"


@pytest.mark.parametrize("kind", FORMATS)
def test_a_path_that_can_be_none_is_said_to_be_none(kind):
    with pytest.raises(DataError, match="can't be read \\(File name too long\\)"):
        load(f"{kind}:{'x' * 300}#test")


def test_a_folder_that_nobody_may_look_into_is_not_passed_over(tmp_path, monkeypatch):
    for folder in ("happy", "sad", "lost+found"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.png").write_bytes(drawn_face(10))
    scandir, closed = os.scandir, {str(tmp_path / "lost+found")}

    def refused(path):
        if str(path) in closed:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    assert len(load(f"folder:{tmp_path}")) == 2
    closed.add(str(tmp_path / "sad"))
    with pytest.raises(DataError, match=r"sad can't be read \(Permission denied\)"):
        load(f"folder:{tmp_path}")


def test_sets_are_joined_in_order(tmp_path):
    first = write_ferplus(tmp_path / "faces", [HAPPY, (5, 5, 0, 0, 0, 0, 0, 0, 0, 0), FEAR])
    (tmp_path / "a.png").write_bytes(drawn_face(200))
    (tmp_path / "own.csv").write_text("image,label,valence,arousal\na.png,sad,-0.5,0.25\n")
    faces = load_all([f"ferplus:{first}", f"manifest:{tmp_path / 'own.csv'}"])
    assert list(faces.labels) == [Emotion.HAPPY, Emotion.FEAR, Emotion.SAD]
    assert [brightness(faces.image(index)) for index in range(3)] == [0, 40, 200]
    assert [len(faces), len(faces.names), faces.dropped] == [3, 3, {"no majority": 1}]
    assert faces.source == "ferplus:faces + manifest:own.csv"
    np.testing.assert_array_equal(faces.valence_arousal, [[np.nan] * 2, [np.nan] * 2, [-0.5, 0.25]])


def test_of_joined_sets_nobody_is_in_two(tmp_path):
    write_ferplus(tmp_path / "faces", [HAPPY])
    (tmp_path / "a.png").write_bytes(drawn_face(200))
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("image,label,person,split\na.png,sad,s01,val\na.png,sad,s02,test\n")
    specs = [f"manifest:{tmp_path}/{part}" for part in ("one.csv#val", "one.csv#test", "two.csv#val", "two.csv#test")]
    faces = load_all([*specs, specs[0], f"ferplus:{tmp_path / 'faces'}"])
    assert list(faces.whose) == [0, 1, 2, 3, 0, 4]


def test_faces_whose_votes_tie_are_not_measured_on(tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(drawn_face(200))
    votes = tmp_path / "votes.csv"
    votes.write_text("image,happy,surprise,sad\na.png,2,2,1\nb.png,1,1,3\n")
    faces = load_to_measure([f"manifest:{votes}"])
    assert (list(faces.labels), faces.dropped) == ([Emotion.SAD], {"whose votes tie": 1})
    raters = tmp_path / "raters.csv"
    raters.write_text("image,label,annotator\na.png,happy,ann\na.png,neutral,bea\n")
    with pytest.raises(DataError, match="The votes for every face in .* tie"):
        load_to_measure([f"manifest:{raters}"])


def test_sets_without_valence_and_arousal_stay_without(tmp_path):
    spec = f"ferplus:{write_ferplus(tmp_path / 'faces', [HAPPY])}"
    assert load_all([spec, spec]).valence_arousal is None


def test_transparent_and_palette_images_are_no_surprise(tmp_path):
    (tmp_path / "happy").mkdir()
    for name, mode in [("a", "LA"), ("b", "P"), ("c", "RGBA")]:
        file = io.BytesIO()
        Image.new(mode, (8, 8)).save(file, "PNG")
        (tmp_path / "happy" / f"{name}.png").write_bytes(file.getvalue())
    faces = load(f"folder:{tmp_path}")
    assert {faces.image(index).mode for index in range(3)} == {"RGB"}


def test_a_zip_with_a_password_is_refused_as_one(tmp_path):
    path = zip_of(tmp_path / "set.zip", {"happy/a.png": drawn_face(10)})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)
    with pytest.raises(DataError, match="protected by a password"):
        load(f"folder:{path}")


@pytest.mark.parametrize(
    "content",
    [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x4e\x20\0\0\x4e\x20"],
)
def test_no_other_program_runs_and_no_bomb_goes_off(tmp_path, content):
    """PostScript, and the header of a picture of 400 million pixels."""
    faces = load(f"folder:{zip_of(tmp_path / 'set.zip', {'happy/a.png': content})}")
    with pytest.raises(DataError, match="can't be read as an image|more than 64 million pixels"):
        faces.image(0)
