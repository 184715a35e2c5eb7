"""Several networks become one by the mean of their weights."""

import keras
import numpy as np
from click.testing import CliRunner

from training import average
from training.models import vgg
from training.run import CHECKPOINT

from . import tiny


def fresh(seed):
    """A network whose batch normalisation has seen something, too."""
    keras.utils.set_random_seed(seed)
    network = tiny.build()
    network.set_weights([np.random.default_rng(seed).uniform(0.5, 1.5, one.shape) for one in network.get_weights()])
    return network


def asked(folder, *networks):
    """The command's answer when it is asked for the average of these in the run folder `run`."""
    arguments = ["--out", str(folder / "run")]
    for number, network in enumerate(networks):
        network.save(folder / f"{number}.keras")
        arguments += ["--member", str(folder / f"{number}.keras")]
    return CliRunner().invoke(average.main, arguments)


def test_every_weight_is_the_mean_of_the_networks_own(tmp_path):
    one, other = fresh(1), fresh(2)
    result = asked(tmp_path, one, other)
    assert result.exit_code == 0, result.output
    kept = keras.models.load_model(tmp_path / "run" / CHECKPOINT)
    for mean, first, second in zip(kept.get_weights(), one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(mean, (first + second) / 2, rtol=1e-6)


def test_the_average_of_a_network_and_itself_answers_like_it(tmp_path):
    network = fresh(1)
    faces = np.random.default_rng(3).random((6, 16, 16, 1), np.float32)
    said = network.predict(faces, verbose=0)
    assert asked(tmp_path, network, network, network).exit_code == 0
    kept = keras.models.load_model(tmp_path / "run" / CHECKPOINT)
    np.testing.assert_allclose(kept.predict(faces, verbose=0), said, atol=1e-6)


def test_networks_of_different_architectures_have_no_average(tmp_path):
    result = asked(tmp_path, fresh(1), vgg.build(side=32))
    assert result.exit_code == 1 and "differ in their architectures" in result.output
    assert not (tmp_path / "run").exists()


def test_one_network_has_no_average(tmp_path):
    result = asked(tmp_path, fresh(1))
    assert result.exit_code == 2 and "at least two" in result.output


def test_a_file_in_the_place_of_the_run_folder_is_named(tmp_path):
    (tmp_path / "run").write_text("mine")
    result = asked(tmp_path, fresh(1), fresh(1))
    assert result.exit_code == 1 and result.output.startswith(f"Error: {tmp_path / 'run'} can't be used (File exists).")
    assert (tmp_path / "run").read_text() == "mine"
