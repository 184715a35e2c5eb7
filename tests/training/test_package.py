"""What can't be packaged leaves the models there are as they were."""

import pytest
from click.testing import CliRunner

from tests.training import tiny
from tests.training.faces import write_ferplus
from training import package
from training.run import CHECKPOINT


@pytest.fixture
def spec(tmp_path):
    return f"ferplus:{write_ferplus(tmp_path / 'set', [(10, *[0] * 9), (0, 10, *[0] * 8)])}"


def refused(tmp_path, spec, **changes):
    """What the command says of a run that is not to be packaged."""
    options = {"run": tmp_path / "run", "id": "tiny", "version": "1", "name": "Tiny", "data": "drawn"}
    options |= {"licence": "none", "validate": spec, "out": tmp_path / "models"} | changes
    result = CliRunner().invoke(
        package.main, [part for key, value in options.items() for part in (f"--{key}", str(value))]
    )
    assert isinstance(result.exception, SystemExit) and result.exit_code, result.output
    assert not (tmp_path / "models").exists()
    return result.output


def test_a_run_whose_network_is_broken_is_named(tmp_path, spec):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / CHECKPOINT).write_bytes(b"PK")
    assert f"{tmp_path / 'run' / CHECKPOINT} can't be loaded" in refused(tmp_path, spec)


def test_what_is_wrong_is_said_before_anything_is_written(tmp_path, spec):
    (tmp_path / "run").mkdir()
    tiny.build().save(tmp_path / "run" / CHECKPOINT)
    assert "nowhere does not exist" in refused(tmp_path, f"ferplus:{tmp_path / 'nowhere'}")
    assert "letters, digits" in refused(tmp_path, spec, id="../tiny")
    assert "crop-scale" in refused(tmp_path, spec, **{"crop-scale": "9"})
