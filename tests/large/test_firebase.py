"""Beam workers on Firebase leave what one process leaves."""

from dataclasses import replace

import numpy as np
import pytest

from fers import config
from fers.adapters import open_stores, registry
from fers.assembly import assemble
from fers.domain.people import OPERATOR
from fers.exporting.exported_version import Cut
from tests.large import beam
from tests.large.test_exporting import files, order
from tests.people import OneFace, give_face, newcomer, pattern
from tests.serving import firebase_project

pytestmark = pytest.mark.slow
MODEL = "vgg13-ferplus"
PEOPLE, FACES = 8, 24


@pytest.fixture(scope="module")
def firebase(firebase_servers):
    return firebase_project()


@pytest.fixture(scope="module")
def settings(firebase, tmp_path_factory):
    return replace(config.load(firebase), data=tmp_path_factory.mktemp("firebase") / "unused")


@pytest.fixture(scope="module")
def stores(settings):
    return open_stores(settings)


@pytest.fixture(scope="module")
def platform(settings, stores):
    platform = assemble(settings, stores=stores, detector=OneFace())
    people = [newcomer(platform) for _ in range(PEOPLE)]
    for number in range(FACES):
        give_face(platform, people[number % PEOPLE], picture=pattern(number))
    return platform


def test_a_model_is_asked_about_every_face(firebase, settings, stores, platform):
    beam.run(settings, "evaluate", MODEL, "--engine", "beam", "--workers", 2, **firebase)
    given = dict(stores.answers.answers(registry(settings).find(MODEL).info.fingerprint))
    predicted = {face.id: face.prediction.probabilities for face in stores.records.faces()}
    assert list(given) == list(predicted)
    np.testing.assert_allclose(list(given.values()), list(predicted.values()), atol=1e-5)
    [run] = stores.answers.runs()
    assert platform.arena.evaluate(OPERATOR, MODEL) == run, "nothing is left to ask"


def test_a_version_is_written_byte_for_byte(firebase, settings, platform, tmp_path):
    study = platform.studies.current()
    platform.versions.freeze(OPERATOR, study.id, "v1")
    alone, together = tmp_path / "alone", tmp_path / "together"
    platform.downloads.write(OPERATOR, study.id, "v1", "webdataset", Cut.WHOLE, alone)
    beam.run(settings, *order(study, together), **firebase)
    assert files(together) == files(alone)
    assert sum(name.endswith(".tar") for name in files(alone)) > 1
