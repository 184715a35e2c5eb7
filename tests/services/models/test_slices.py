"""Two models on parts of the stored faces."""

import io
from dataclasses import replace

import pytest
from PIL import Image, ImageEnhance
from skimage import data

from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR
from fers.services.models import pictures
from fers.ui.models.slices import gaps_of
from tests.people import Always, OneFace, Several, give_face, participant


@pytest.fixture
def platform(settings, clock):
    models = Several(Always(Emotion.HAPPY), Always(Emotion.SAD))
    return assemble(settings, models=models, detector=OneFace(), now=clock)


def portrait(light: float) -> bytes:
    file = io.BytesIO()
    ImageEnhance.Brightness(Image.fromarray(data.astronaut())).enhance(light).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def faces(platform):
    """Two happy ones in good light and a sad one in the dark, of two people."""
    ada, bob = participant(platform), participant(platform, "bob@example.org")
    happy, sad = Answer(Emotion.HAPPY, before_prediction=False), Answer(Emotion.SAD, before_prediction=False)
    return [
        give_face(platform, ada, happy, portrait(1)),
        give_face(platform, bob, happy, portrait(0.95)),
        give_face(platform, bob, sad, portrait(0.2)),
    ]


@pytest.fixture
def compared(platform, faces):
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)
    return platform.slices.compare(OPERATOR, "happy", "sad")


def test_models_differ_by_light(compared):
    light = {part.name: part for part in compared.slices if part.dimension == "Brightness"}
    dark = light.pop("Dark")
    assert (dark.faces, dark.people, dark.accuracy[0][0], dark.accuracy[1][0]) == (1, 1, 0, 1)
    assert sum(part.faces for part in light.values()) == 2
    assert all(part.accuracy[0][0] == 1 and part.is_small for part in light.values())
    assert compared.unmeasured == 0


def test_how_far_confidence_is_meant(compared):
    happy, sad = compared.reliability
    assert (happy.faces.sum(), sad.faces.sum()) == (3, 3)
    assert sad.ece > happy.ece


def test_a_picture_is_measured_once(platform, faces, monkeypatch):
    measured = []
    monkeypatch.setattr(
        pictures, "measure", lambda pixels, box, real=pictures.measure: measured.append(box) or real(pixels, box)
    )
    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)
    platform.slices.compare(OPERATOR, "happy", "sad")
    assert len(measured) == 3


def test_what_is_known_of_a_picture_goes_with_the_withdrawn_face(platform, compared, faces):
    bob = platform.accounts.sign_in("bob@example.org", "correct horse battery").person
    platform.withdrawal.withdraw_face(bob, faces[2].id)
    left = platform.slices.compare(OPERATOR, "happy", "sad").slices
    assert "Dark" not in {part.name for part in left}


def test_benchmarks_are_set_beside_the_faces_given_here(settings, clock):
    promising = Always(Emotion.HAPPY)
    promising.info = replace(promising.info, metrics={"a benchmark": {"top1": 0.9, "n": 100}})
    platform = assemble(settings, models=Several(promising), detector=OneFace(), now=clock)
    give_face(platform, participant(platform))
    platform.arena.evaluate(OPERATOR, "happy")
    [gap] = gaps_of(platform.arena.leaderboard(OPERATOR))
    assert (gap.benchmark, gap.promised, gap.found[0]) == ("a benchmark", 0.9, 1)
