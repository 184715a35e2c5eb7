"""Several networks answer as one."""

from functools import partial

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from training import ensemble
from training.models import fersnet, vgg
from training.run import CHECKPOINT

FACES = np.random.default_rng(3).random((6, 32, 32, 1), np.float32)


def fresh(seed, build=fersnet.build):
    """A network whose batch normalisation has seen something, too."""
    keras.utils.set_random_seed(seed)
    network = build(side=32)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([np.random.default_rng(seed).uniform(0.5, 1.5, one.shape) for one in layer.get_weights()])
    return network


def test_several_networks_answer_with_their_geometric_mean(tmp_path):
    members = [fresh(seed) for seed in (1, 2, 3)]
    arguments = ["--out", str(tmp_path / "run")]
    for number, member in enumerate(members):
        member.save(tmp_path / f"{number}.keras")
        arguments += ["--member", str(tmp_path / f"{number}.keras")]
    result = CliRunner().invoke(ensemble.main, arguments)
    assert result.exit_code == 0, result.output
    said = np.prod([member.predict(FACES, verbose=0).astype(float) for member in members], axis=0) ** (1 / 3)
    kept = keras.models.load_model(tmp_path / "run" / CHECKPOINT)
    whole = fersnet.build(side=32, members=3)
    whole.set_weights(kept.get_weights())
    expected = said / said.sum(axis=1, keepdims=True)
    assert np.ptp(expected, axis=0).max() > 1e-3, "members that say the same of every face would prove nothing"
    np.testing.assert_allclose(whole.predict(FACES, verbose=0), expected, atol=1e-5)


@pytest.mark.parametrize("other", [vgg.build, partial(fersnet.build, members=2)], ids=["vgg", "ensemble"])
def test_a_network_of_another_architecture_is_no_member(other, tmp_path):
    fresh(1).save(tmp_path / "one.keras")
    fresh(2, other).save(tmp_path / "other.keras")
    files = [part for name in ("one", "other") for part in ("--member", str(tmp_path / f"{name}.keras"))]
    result = CliRunner().invoke(ensemble.main, [*files, "--out", str(tmp_path / "run")])
    assert result.exit_code == 1 and "must be a single FERSNet" in result.output
    assert not (tmp_path / "run").exists()


def test_one_network_is_no_ensemble(tmp_path):
    result = CliRunner().invoke(ensemble.main, ["--member", "fersnet-ferplus", "--out", str(tmp_path)])
    assert result.exit_code == 2 and "at least two" in result.output
