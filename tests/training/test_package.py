"""What can't be packaged leaves the models there are as they were."""

import json

import pytest
from click.testing import CliRunner

from fers.inference.model_folder import read_model_folder
from tests.training import tiny
from tests.training.faces import write_ferplus, write_tied
from training import package
from training.run import CHECKPOINT


@pytest.fixture
def spec(tmp_path):
    return f"ferplus:{write_ferplus(tmp_path / 'set', [(10, *[0] * 9), (0, 10, *[0] * 8)])}"


@pytest.fixture
def run(tmp_path):
    """The folder of a run that is over."""
    (tmp_path / "run").mkdir()
    tiny.build().save(tmp_path / "run" / CHECKPOINT)
    return tmp_path / "run"


def packaged(tmp_path, spec, **changes):
    options = {"run": tmp_path / "run", "id": "tiny", "version": "1", "name": "Tiny", "data": "drawn"}
    options |= {"licence": "none", "validate": spec, "out": tmp_path / "models"} | changes
    return CliRunner().invoke(
        package.main, [part for key, value in options.items() for part in (f"--{key}", str(value))]
    )


def refused(tmp_path, spec, **changes):
    """What the command says of a run that is not to be packaged."""
    result = packaged(tmp_path, spec, **changes)
    assert isinstance(result.exception, SystemExit) and result.exit_code, result.output
    assert not (tmp_path / "models").exists()
    return result.output


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_run_whose_network_is_broken_is_named(tmp_path, spec):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"PK")
    assert f"{tmp_path / 'run' / CHECKPOINT} can't be loaded" in refused(tmp_path, spec)


def test_what_is_wrong_is_said_before_anything_is_written(tmp_path, spec, run):
    assert "nowhere does not exist" in refused(tmp_path, f"ferplus:{tmp_path / 'nowhere'}")
    assert "letters, digits" in refused(tmp_path, spec, id="../tiny")
    assert "crop-scale" in refused(tmp_path, spec, **{"crop-scale": "9"})


def test_a_model_is_replaced_whole_and_what_lies_beside_it_stays(tmp_path, spec, run):
    folder = tmp_path / "models" / "tiny"
    assert packaged(tmp_path, spec).exit_code == 0
    (folder / "README.md").write_text("The model card")
    result = packaged(tmp_path, spec, version="2")
    assert result.exit_code == 0, result.output
    assert set(contents(tmp_path / "models")) == {
        f"tiny/{n}" for n in (*("model.keras", "model.tflite", "model.json"), "README.md")
    }
    read_model_folder(folder).check_weights()
    told = json.loads((folder / "model.json").read_text())
    assert told["version"] == "2" and told["metrics"]["ferplus:set"]["n"] == 2


def test_metrics_are_of_faces_whose_votes_dont_tie(tmp_path, run):
    assert packaged(tmp_path, write_tied(tmp_path / "tied")).exit_code == 0
    told = json.loads((tmp_path / "models" / "tiny" / "model.json").read_text())
    assert told["metrics"]["manifest:faces.csv"]["n"] == 1


@pytest.mark.parametrize("failing", ["litert", "evaluate"])
def test_what_fails_or_is_killed_leaves_the_model_there_as_it_was(tmp_path, spec, run, monkeypatch, failing):
    assert packaged(tmp_path, spec).exit_code == 0
    before = contents(tmp_path / "models")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(package, failing, killed)
    tiny.build().save(run / CHECKPOINT)
    assert packaged(tmp_path, spec, version="2").exit_code
    assert contents(tmp_path / "models") == before


def test_a_picture_that_cant_be_read_leaves_the_model_there_as_it_was(tmp_path, spec, run):
    assert packaged(tmp_path, spec).exit_code == 0
    before = contents(tmp_path / "models")
    next((tmp_path / "set").rglob("*.png")).write_bytes(b"no picture")
    result = packaged(tmp_path, spec, version="2")
    assert result.exit_code == 1 and "can't be read" in result.output, result.output
    assert contents(tmp_path / "models") == before
