"""The evaluation command prints the field's figures for faces whose answer is known."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from fers.datasets import load
from fers.domain.emotions import LABELS
from fers.domain.models import Answers, OutputSpec
from fers.errors import ModelRejected
from tests.people import OneFace, OneModel
from tests.training.faces import write_ferplus
from training import evaluate as evaluation
from training import speed

HAPPY = (0, 10, 0, 0, 0, 0, 0, 0, 0, 0)
SAD = (0, 0, 0, 10, 0, 0, 0, 0, 0, 0)
SPLIT = (5, 5, 0, 0, 0, 0, 0, 0, 0, 0)


@pytest.fixture
def spec(tmp_path):
    return f"ferplus:{write_ferplus(tmp_path / 'set', [HAPPY, HAPPY, HAPPY, SAD, SPLIT])}"


def test_figures_of_a_model_that_always_says_happy(spec):
    result = evaluation.evaluate(OneModel(), load(spec))
    assert (result["n"], result["top1"]) == (4, 0.75)
    assert result["ece"] == pytest.approx(0.15)
    assert result["recall"]["happy"] == 1
    assert result["recall"]["sad"] == 0
    assert result["recall"]["fear"] is None
    assert result["macro_f1"] == pytest.approx((2 * 3 / 7) / 2)
    assert np.array(result["confusion"])[2, 1] == 1
    assert result["classes"] == list(LABELS)
    assert result["dropped"] == {"no majority": 1}


def test_with_a_detector_the_coverage_is_told(spec):
    class NoFace:
        def detect(self, pixels):
            return []

    assert evaluation.evaluate(OneModel(), load(spec), NoFace())["coverage"] == 0
    assert "coverage" not in evaluation.evaluate(OneModel(), load(spec))


def test_a_detector_decides_what_the_model_sees(tmp_path):
    from tests.people import photo

    (tmp_path / "ada.jpg").write_bytes(photo())
    (tmp_path / "faces.csv").write_text("image,label\nada.jpg,happy\n")
    seen = []

    class Watching(OneModel):
        def predict(self, faces):
            seen.append(faces)
            return super().predict(faces)

    faces = load(f"manifest:{tmp_path / 'faces.csv'}")
    evaluation.evaluate(Watching(), faces)
    assert evaluation.evaluate(Watching(), faces, OneFace())["coverage"] == 1
    assert (seen[0] != seen[1]).any()


def test_it_says_of_how_many_faces_the_model_cant_tell(spec):
    class Unsure(OneModel):
        info = replace(OneModel.info, output=OutputSpec(familiarity="familiarity", least_familiarity=0.5))

        def answer(self, faces):
            return Answers(self.predict(faces), familiarity=np.array([0.49, 0.5, 0.9, 0.1])[: len(faces)])

    result = evaluation.evaluate(Unsure(), load(spec))
    assert (result["cant_tell"], result["top1"]) == (0.5, 0.75)
    assert "cant_tell" not in evaluation.evaluate(OneModel(), load(spec))


def test_the_command_prints_one_json_object(spec, monkeypatch):
    monkeypatch.setattr(evaluation.adapters, "registry", lambda settings: OneRegistry())
    result = CliRunner().invoke(evaluation.main, ["--model", "always-happy", "--data", spec, "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["top1"] == 0.75


def test_the_command_prints_a_table_for_people(spec, monkeypatch):
    monkeypatch.setattr(evaluation.adapters, "registry", lambda settings: OneRegistry())
    result = CliRunner().invoke(evaluation.main, ["--model", "always-happy", "--data", spec])
    assert "n=4" in result.stdout
    assert "dropped: 1 no majority" in result.stdout


def test_models_are_timed_in_turns(monkeypatch):
    monkeypatch.setattr(speed.adapters, "registry", lambda settings: OneRegistry())
    result = CliRunner().invoke(speed.main, ["--model", "always-happy", "--model", "always-happy", "--rounds", "2"])
    assert result.exit_code == 0, result.output
    assert all(re.fullmatch(r"always-happy 1.0.0: \d+\.\d\d ms a face", line) for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) == 2


def test_mistakes_are_one_clear_line(spec, monkeypatch):
    result = CliRunner().invoke(evaluation.main, ["--model", "no-such-model", "--data", spec])
    assert result.exit_code == 1
    assert result.output.startswith("Error: There is no model called no-such-model.")


def test_a_model_that_fails_on_a_face_is_one_clear_line(spec, monkeypatch):
    monkeypatch.setattr(evaluation.adapters, "registry", lambda settings: OneRegistry(Failing()))
    result = CliRunner().invoke(evaluation.main, ["--model", "failing", "--data", spec])
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("Error: failing answers with numbers that are not finite.")


class Failing(OneModel):
    def answer(self, faces):
        raise ModelRejected("network.not-finite", file="failing")


class OneRegistry:
    def __init__(self, model=None):
        self._model = model or OneModel()

    def classifier(self, model_id):
        return self._model
