"""The robustness table: what each change does to a picture, and that the figures are those of the changed faces."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fers.datasets import load
from fers.domain.boxes import Box
from fers.services.models.prediction import proposed_face
from tests.people import OneFace, OneModel
from tests.training.faces import Seeing, photos, pictures_held, write_ferplus, write_tied
from training import robustness

BOX = Box(40, 40, 100, 100)


@pytest.fixture
def picture():
    return Image.fromarray(np.random.default_rng(6).integers(0, 256, (200, 200, 3), np.uint8))


@pytest.mark.parametrize("name", robustness.CHANGES)
def test_every_change_changes_the_face_and_leaves_the_picture_whole(picture, name):
    before = picture.copy()
    changed, box = robustness.CHANGES[name](picture, BOX)
    assert changed.size == picture.size and box.corners()[2] <= 200 and box.corners()[3] <= 200
    assert picture.tobytes() == before.tobytes()
    assert (changed.tobytes(), box) != (before.tobytes(), BOX)


def test_a_box_keeps_its_shape_at_any_scale(picture):
    """A face that is squashed while it is cut out is squashed as much when it is changed."""
    for name in robustness.CHANGES:
        _, box = robustness.CHANGES[name](picture, Box(40, 40, 100, 50))
        assert box.width == 2 * box.height
    _, most = robustness.scaled(1.4)(picture, Box(0, 0, 200, 100))
    assert most == Box(0, 0, 200, 100)


def test_a_box_at_the_edge_moves_only_as_far_as_the_picture_reaches(picture):
    _, box = robustness.shifted(0.1, 0.1)(picture, Box(95, 100, 100, 100))
    assert box == Box(100, 100, 100, 100)


def test_rotation_is_around_the_box(picture):
    picture.paste((255, 0, 0), (85, 85, 95, 95))
    turned, _ = robustness.rotated(90)(picture, BOX)
    assert turned.getpixel((90, 90)) == (255, 0, 0)


def test_light_of_a_colour_changes_the_channels_apart():
    grey = Image.new("RGB", (200, 200), (100, 100, 100))
    lit, _ = robustness.lit(red=1.3, blue=0.6)(grey, BOX)
    assert lit.getpixel((0, 0)) == (130, 100, 60)
    overexposed, _ = robustness.lit(red=3, blue=1)(grey, BOX)
    assert overexposed.getpixel((0, 0)) == (255, 100, 100)


class Bright(OneModel):
    """Says "happy" of bright faces and "neutral" of dark ones."""

    def predict(self, faces):
        happy = faces.mean(axis=(1, 2, 3)) > 40
        return np.column_stack([~happy, happy, *[np.zeros(len(faces))] * 6]).astype(float)


@pytest.fixture
def spec(tmp_path):
    """Faces of which the brighter ones are happy."""
    votes = [(0, 10, *[0] * 8) if index >= 5 else (10, *[0] * 9) for index in range(12)]
    return f"ferplus:{write_ferplus(tmp_path / 'set', votes)}"


def test_the_figures_are_those_of_the_changed_faces(spec):
    result = robustness.measure(Bright(), load(spec), None)
    top1, change, low, high = result.changed["darkened to 40%"]
    assert top1 == pytest.approx(result.unchanged + change) and low <= change <= high and change < -0.2
    assert result.changed["JPEG quality 20"][1] == 0


@pytest.mark.parametrize("detector", [None, OneFace()])
def test_unchanged_faces_are_those_that_the_model_is_evaluated_on(detector):
    wide, model = photos(3, (96, 48)), Seeing()
    robustness.measure(model, wide, detector)
    evaluated = [proposed_face(wide.image(index), model, detector)[0] for index in range(3)]
    np.testing.assert_array_equal(model.seen[:3], evaluated)


def test_where_the_face_is_the_whole_picture_no_change_is_told_that_was_not_made():
    model = Seeing()
    result = robustness.measure(model, photos(1, (48, 48)), None)
    unchanged, *changed = model.seen
    assert len(changed) == len(result.changed) == 10
    assert not any(np.array_equal(face, unchanged) for face in changed)


def test_photos_are_not_held_beyond_their_turn(monkeypatch):
    held = pictures_held(monkeypatch)
    robustness.measure(Seeing(), photos(20, (64, 48)), OneFace())
    assert max(held) <= 2


def test_many_faces_of_a_person_prove_no_more_than_one(spec):
    faces = load(spec)
    by_face = robustness.measure(Bright(), faces, None).changed["darkened to 40%"]
    of_one = replace(faces, people=["Ada"] * len(faces))
    assert robustness.measure(Bright(), of_one, None).changed["darkened to 40%"] == (*by_face[:2], -1, 1)
    twice = replace(faces, people=[f"{index % 2}" for index in range(len(faces))])
    assert robustness.measure(Bright(), twice, None).changed["darkened to 40%"][2:] != by_face[2:]


def test_the_command_prints_a_row_for_every_change(spec, monkeypatch):
    monkeypatch.setattr(robustness.adapters, "registry", lambda _: type("R", (), {"classifier": lambda *_: Bright()})())
    arguments = ["--model", "bright", "--data", spec, "--whole"]
    table = CliRunner().invoke(robustness.main, arguments).stdout
    assert all(f"| {name} |" in table for name in robustness.CHANGES if name not in robustness.BEYOND)
    told = json.loads(CliRunner().invoke(robustness.main, [*arguments, "--json"]).stdout)
    assert told["n"] == 12


def test_faces_whose_votes_tie_are_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(robustness.adapters, "registry", lambda _: type("R", (), {"classifier": lambda *_: Bright()})())
    arguments = ["--model", "bright", "--data", write_tied(tmp_path / "set"), "--whole", "--json"]
    assert json.loads(CliRunner().invoke(robustness.main, arguments).stdout)["n"] == 1


def test_pictures_without_faces_are_told(spec):
    class Blind:
        def detect(self, image):
            return []

    with pytest.raises(robustness.DataError, match="No face was found"):
        robustness.measure(Bright(), load(spec), Blind())
