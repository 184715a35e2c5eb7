"""A run learns, logs, keeps its last epoch, and goes on after a kill as if nothing had happened."""

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from itertools import product

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from fers.datasets import load
from fers.domain.emotions import LABELS
from fers.inference.classifier import FolderClassifier
from fers.inference.model_folder import read_model_folder
from tests import REPOSITORY
from tests.people import OneModel
from tests.training import tiny
from tests.training.faces import write_ferplus
from tests.training.tiny import RECIPE
from training import package, pipeline
from training import run as runs
from training.beginnings import learned
from training.compiled import compiled
from training.networks import emotion_network
from training.recipe import Augmentation, Stage, names
from training.recipe import load as load_recipe
from training.run import CHECKPOINT, CURVES, LOG, PROGRESS, train
from training.train import taught

GRAY = (16, 16, 1)
VOTES = [
    tuple(10 if column == emotion else 0 for column in range(10))
    for emotion in (0, 1, 2, 3, 4, 5, 6, 7)
    for _ in range(2)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_ferplus(tmp_path_factory.mktemp("ferplus") / "set", VOTES)


@pytest.fixture(scope="module")
def faces(folder):
    return load(f"ferplus:{folder}")


@pytest.fixture(scope="module")
def plain(faces, tmp_path_factory):
    """The folder and the trained network of a run by the tiny recipe."""
    run = tmp_path_factory.mktemp("plain")
    return run, keras.models.load_model(train(RECIPE, faces, faces, run))


def log(run):
    with (run / LOG).open() as file:
        return list(csv.DictReader(file))


def test_every_recipe_can_be_loaded_and_an_unknown_one_names_them():
    assert all(load_recipe(name).epochs for name in names())
    with pytest.raises(ValueError, match="alexnet"):
        load_recipe("alexnett")


def test_a_stage_takes_its_epochs_in_turn():
    recipe = replace(load_recipe("vgg"), stages=(Stage(2), Stage(1, {"side": 32})))
    assert [recipe.stage(epoch) for epoch in range(recipe.epochs)] == [Stage(2), Stage(2), Stage(1, {"side": 32})]
    assert replace(recipe, batch_size=8).steps(1003) == 3 * 125
    with pytest.raises(IndexError):
        recipe.stage(3)


@pytest.mark.parametrize("name", names())
def test_on_few_faces_the_weights_of_the_beginning_do_not_stay_in_the_average(name):
    chosen = load_recipe(name)
    few = chosen.fitted(300)
    assert few.averaging ** few.steps(300) < 1e-3
    assert chosen.fitted(100_000).averaging == chosen.averaging


def test_class_weights_help_rare_classes_and_average_to_one():
    labels = np.array([0] * 90 + [1] * 10)
    weights = pipeline.class_weights(labels, 2, power=1)
    assert weights[1] / weights[0] == pytest.approx(9)
    assert weights[labels].mean() == pytest.approx(1)
    np.testing.assert_allclose(pipeline.class_weights(labels, 2, power=0), 1)


def test_teachers_and_votes_count_alike(faces):
    targets = taught(faces, [OneModel(), OneModel()]).targets
    [said] = OneModel().predict(np.zeros((1, 224, 224, 3), np.uint8))
    np.testing.assert_allclose(targets, (faces.targets + said) / 2, atol=1e-6)


@pytest.mark.slow
def test_a_run_can_begin_with_what_another_has_learned(faces, plain, tmp_path):
    run, network = plain
    still = replace(RECIPE, learning_rate=0.0)
    begun = keras.models.load_model(train(still, faces, faces, tmp_path, learned(run)))
    for mine, theirs in zip(begun.trainable_weights, network.trainable_weights, strict=True):
        np.testing.assert_allclose(mine, theirs)
    with pytest.raises(ValueError, match="0 .keras files"):
        learned(run.parent)


@pytest.mark.slow
def test_a_network_that_learns_on_keeps_a_share_of_what_it_was(faces, plain, tmp_path):
    run, start = plain
    briefly = replace(RECIPE, stages=(Stage(1, {"side": 16}),))
    freely = keras.models.load_model(train(briefly, faces, faces, tmp_path / "freely", learned(run)))
    held = keras.models.load_model(
        train(replace(briefly, start_share=0.25), faces, faces, tmp_path / "held", learned(run))
    )
    was, free, kept = (network.get_layer("emotion").kernel.numpy() for network in (start, freely, held))
    assert np.abs(free - was).max() > 1e-3
    np.testing.assert_allclose(kept, 0.25 * was + 0.75 * free, atol=2e-3)
    measured = held.evaluate(pipeline.batches(faces, GRAY, 8), return_dict=True)
    assert measured["loss"] == pytest.approx(float(log(tmp_path / "held")[-1]["val_loss"]), rel=1e-3)
    with pytest.raises(ValueError, match="--init-from"):
        train(replace(briefly, start_share=0.25), faces, faces, tmp_path / "alone")
    with pytest.raises(ValueError, match="leave --patience out"):
        train(replace(briefly, start_share=0.25), faces, faces, tmp_path / "early", learned(run), patience=1)


@pytest.mark.slow
def test_whatever_was_learned_can_be_learned_on_from(faces, plain, tmp_path):
    run, start = plain
    briefly = replace(load_recipe("more"), stages=(Stage(2),), batch_size=8)
    network = keras.models.load_model(train(briefly, faces, faces, tmp_path / "on", learned(run)))
    assert [layer.name for layer in network.layers] == [layer.name for layer in start.layers]
    moved = np.abs(network.get_layer("emotion").kernel - start.get_layer("emotion").kernel).max()
    assert 1e-5 < moved < 0.1
    inputs = keras.Input((16, 16, 1))
    other = keras.Model(inputs, keras.layers.Dense(8, name="classes")(keras.layers.Flatten()(inputs)))
    with pytest.raises(ValueError, match="no output called emotion"):
        train(briefly, faces, faces, tmp_path / "other", other)


@pytest.mark.parametrize(
    "ending",
    [
        keras.layers.Dense(8, name="emotion"),
        keras.layers.Dense(8, activation="sigmoid", name="emotion"),
        keras.layers.Dense(7, activation="softmax", name="emotion"),
    ],
    ids=["logits", "scores", "other classes"],
)
@pytest.mark.parametrize("by_torch", [False, True], ids=["keras", "torch"])
def test_a_network_that_tells_no_probabilities_is_not_learned_on_from(faces, tmp_path, ending, by_torch):
    inputs = keras.Input(GRAY)
    start = keras.Model(inputs, ending(keras.layers.Flatten()(inputs)))
    with pytest.raises(ValueError, match="emotion of the network to begin with tells no probabilities of the 8"):
        train(load_recipe("more"), faces, faces, tmp_path, start, by_torch=by_torch)


@pytest.mark.slow
def test_statistics_may_stay_as_they_are(faces, plain, tmp_path):
    run, start = plain
    still = replace(RECIPE, stages=(Stage(1, {"side": 16}),), frozen_statistics=True)
    network = keras.models.load_model(train(still, faces, faces, tmp_path, learned(run)))
    pairs = list(zip(network.layers, start.layers, strict=True))
    normalised = [pair for pair in pairs if isinstance(pair[0], keras.layers.BatchNormalization)]
    assert normalised
    for mine, theirs in normalised:
        for now, before in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(now, before)
    assert not np.allclose(network.layers[-1].kernel, start.layers[-1].kernel, atol=1e-4)


def test_what_a_network_was_made_to_keep_is_not_learned_where_statistics_stay(faces):
    start = tiny.build()
    start.layers[1].trainable = False
    network = compiled(replace(load_recipe("more"), batch_size=8), 0, start, len(faces))
    assert [layer.trainable for layer in network.layers if layer.weights] == [False, False, True]


def test_statistics_stay_in_networks_within_a_network_as_well(faces):
    inputs = keras.Input(GRAY)
    within = keras.Sequential([keras.Input(GRAY), keras.layers.BatchNormalization(), keras.layers.Flatten()])
    start = keras.Model(inputs, keras.layers.Dense(8, activation="softmax", name="emotion")(within(inputs)))
    network = compiled(replace(load_recipe("more"), batch_size=8), 0, start, len(faces))
    assert len(network.trainable_weights) == 2


def test_a_run_logs_every_epoch_and_keeps_the_last(plain):
    run, network = plain
    assert [row["epoch"] for row in log(run)] == ["0", "1"]
    assert {"loss", "top1", "top3", "val_loss", "val_top1", "val_top3"} <= log(run)[0].keys()
    assert int(network.optimizer.iterations) == 4
    assert float(network.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"learning_rate": 0.5}, "another recipe (learning_rate 0.1, not 0.5)"),
        ({"augmentation": Augmentation(blur=0.01)}, "another recipe (blur 0.0, not 0.01)"),
        ({"model": "vgg", "stages": (Stage(1),)}, "model tiny, not vgg, stages [{'epochs': 2, "),
    ],
)
def test_a_run_is_not_gone_on_with_by_another_recipe(faces, plain, other, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        train(replace(RECIPE, **other), faces, faces, plain[0])


def test_a_run_is_not_gone_on_with_on_other_faces(faces, plain):
    for learning, measured, told in (
        (faces.only(range(8)), faces, "on so many faces, 16, not 8"),
        (faces, replace(faces, source="others"), "measured on others, ferplus:set, not others"),
        (replace(faces, source="others"), faces, "on other faces, ferplus:set, not others"),
    ):
        with pytest.raises(ValueError, match=told):
            train(RECIPE, learning, measured, plain[0])


def test_a_run_is_not_gone_on_with_by_other_teachers_or_from_another_beginning(faces, plain, tmp_path):
    with pytest.raises(ValueError, match=r"taught by others, none, not vgg13 1\.0\.0"):
        train(RECIPE, faces, faces, plain[0], taught_by=["vgg13 1.0.0"])
    shared, one, other = replace(RECIPE, start_share=0.5), tiny.build(), tiny.build()
    other.set_weights([weights + 1 for weights in one.get_weights()])
    train(shared, faces, faces, tmp_path / "run", one)
    with pytest.raises(ValueError, match="begun from another network"):
        train(shared, faces, faces, tmp_path / "run", other)


def test_runs_of_earlier_releases_are_gone_on_with(faces, plain, capsys, tmp_path):
    run = shutil.copytree(plain[0], tmp_path / "run")
    for before in ({}, {"faces": faces.source}, {"recipe": {"mixup": 0.0, "seed": RECIPE.seed}}):
        (run / PROGRESS).write_text(json.dumps({"epochs_done": 2} | before))
        train(RECIPE, faces, faces, run)
        assert "holds 2 of 2 epochs already" in capsys.readouterr().out


def test_a_run_that_is_over_draws_its_curves(plain):
    run, _ = plain
    assert "accuracy" in (run / CURVES).read_text()


@pytest.mark.slow
def test_a_run_that_rises_no_more_is_over_early_also_when_it_is_called_again(faces, tmp_path, capsys):
    still = replace(RECIPE, learning_rate=0.0, frozen_statistics=True, stages=(Stage(9),))
    for _ in range(2):
        train(still, faces, faces, tmp_path, patience=1)
        assert len(log(tmp_path)) == 2
        assert "Top-1 has not risen for 1 epochs: the run is over after 2 of 9." in capsys.readouterr().out


@pytest.mark.slow
def test_the_last_stage_makes_the_network_that_is_kept(faces, tmp_path):
    growing = replace(RECIPE, stages=(Stage(1, {"side": 16}), Stage(1, {"side": 32})))
    network = keras.models.load_model(train(growing, faces, faces, tmp_path))
    assert network.input_shape == (None, 32, 32, 1)
    assert int(network.optimizer.iterations) == 4


@pytest.mark.slow
def test_averaged_weights_are_those_that_are_measured_and_kept(faces, plain, tmp_path):
    network = keras.models.load_model(train(replace(RECIPE, averaging=0.9), faces, faces, tmp_path))
    measured = network.evaluate(pipeline.batches(faces, GRAY, 8), return_dict=True)
    assert measured["loss"] == pytest.approx(float(log(tmp_path)[-1]["val_loss"]), rel=1e-3)
    _, unaveraged = plain
    assert not np.allclose(network.get_layer("emotion").kernel, unaveraged.get_layer("emotion").kernel, atol=1e-3)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_where_an_unbroken_one_does(folder, faces, tmp_path, monkeypatch):
    unbroken = keras.models.load_model(train(RECIPE, faces, faces, tmp_path / "unbroken"))
    script = f"""
import itertools, os, signal
from dataclasses import replace
from pathlib import Path
from fers.datasets import load
from tests.training.tiny import RECIPE
from training.run import train
faces = load({f"ferplus:{folder}"!r})
opened = itertools.count()
def open_or_die(index):
    if next(opened) >= len(faces):
        os.kill(os.getpid(), signal.SIGKILL)
    return faces.open(index)
train(RECIPE, replace(faces, open=open_or_die), faces, Path({str(tmp_path / "killed")!r}))
"""
    ended = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert json.loads((tmp_path / "killed" / PROGRESS).read_text())["epochs_done"] == 1

    resumed = keras.models.load_model(train(RECIPE, faces, faces, tmp_path / "killed"))
    for mine, theirs in zip(resumed.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("unsaid", [CHECKPOINT, PROGRESS])
def test_an_epoch_that_was_saved_or_logged_and_not_yet_counted_is_trained_once(
    faces, plain, tmp_path, monkeypatch, unsaid
):
    written = []

    def killed(path, write):
        written.append(path.name)
        if written.count(unsaid) == 2:
            raise KeyboardInterrupt
        return whole(path, write)

    whole = runs.write_whole
    monkeypatch.setattr(runs, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        train(RECIPE, faces, faces, tmp_path)
    monkeypatch.undo()
    resumed = keras.models.load_model(train(RECIPE, faces, faces, tmp_path))
    for mine, theirs in zip(resumed.get_weights(), plain[1].get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-3)
    assert [row["epoch"] for row in log(tmp_path)] == ["0", "1"]


@pytest.mark.slow
def test_two_tasks_are_learned_and_the_emotion_is_packaged(folder, faces, tmp_path):
    run, models = tmp_path / "run", tmp_path / "models"
    tasks = {"side": 32, "tasks": "two-stage"}
    train(replace(load_recipe("att2_2mt"), stages=(Stage(1, tasks),), batch_size=8, warmup_steps=1), faces, faces, run)
    [epoch] = log(run)
    losses = ("emotion", "valence_arousal", "emotion_first", "valence_arousal_first")
    assert all(np.isfinite(float(epoch[f"val_{name}_loss"])) for name in losses)
    assert "val_emotion_top1" in epoch

    options = {"run": run, "id": "att", "version": "1", "name": "Att", "data": "drawn", "licence": "none"}
    options |= {"validate": f"ferplus:{folder}", "out": models}
    arguments = [part for key, value in options.items() for part in (f"--{key}", str(value))]
    for wrong in (["--validate", "ferplus:nowhere"], ["--run", str(tmp_path)]):
        refused = CliRunner().invoke(package.main, [*arguments, *wrong])
        assert refused.output.startswith("Error: ") and not models.exists()
    packaged = CliRunner().invoke(package.main, [*arguments, "--weights", "float16"])
    assert packaged.exit_code == 0, packaged.output
    classifier = FolderClassifier(read_model_folder(models / "att"))
    assert classifier.predict(np.zeros((2, 224, 224, 3), np.uint8)).shape == (2, len(LABELS))
    trained = emotion_network(keras.models.load_model(run / CHECKPOINT, compile=False))
    kept = keras.models.load_model(models / "att" / package.NETWORK, compile=False)
    for mine, theirs in zip(kept.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs.astype(np.float16))
    assert (models / "att" / package.NETWORK).stat().st_size < 3 * trained.count_params()


def by_torch(recipe, faces, run, start=None):
    pytest.importorskip("torch")
    return keras.models.load_model(train(recipe, faces, faces, run, start, by_torch=True))


@pytest.mark.slow
def test_the_quickest_way_is_found_and_leaves_the_network_as_it_is(faces):
    pytest.importorskip("torch")
    from training import torch_training

    network = tiny.build()
    before = network.get_weights()
    batches = list(pipeline.training_batches(faces, GRAY, RECIPE, 0).as_numpy_iterator())
    way, measured = torch_training.fastest(network, RECIPE, batches, most=2, cores=2)
    assert set(measured) == {torch_training.Way(*one) for one in product((False, True), (1, 2))}
    assert measured[way] == max(measured.values())
    for mine, was in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(mine, was)
    as_it_began, _ = torch_training.fastest(network, RECIPE, batches, most=2, cores=2, bfloat16=True)
    assert as_it_began.bfloat16


def test_a_moment_of_other_work_does_not_decide_how_a_run_is_computed(faces, monkeypatch):
    pytest.importorskip("torch")
    from training import torch_training

    turns = defaultdict(list)

    def epoch(trainer, batches):
        list(batches)
        turns[trainer.way].append(trainer.way)
        alone = 1500.0 if trainer.way.bfloat16 else 1100.0
        busy = trainer.way.bfloat16 and len(turns[trainer.way]) in (2, 3)
        return {"images_per_second": alone / 2 if busy else alone}

    monkeypatch.setattr(torch_training.TorchTrainer, "epoch", epoch)
    batches = pipeline.training_batches(faces, GRAY, RECIPE, 0).as_numpy_iterator()
    way, measured = torch_training.fastest(tiny.build(), RECIPE, batches, most=2, cores=1)
    assert way == torch_training.Way(True, 1)
    assert sorted(measured.values()) == [1100.0, 1500.0]


def test_a_run_by_pytorch_computes_as_it_began(faces, tmp_path):
    run = tmp_path / "run"
    by_torch(replace(RECIPE, stages=(Stage(1),)), faces, run)
    progress = json.loads((run / "progress.json").read_text())
    assert progress["bfloat16"] is False
    longer = progress["recipe"] | {"stages": [{"epochs": 2, "options": {}}]}
    (run / "progress.json").write_text(json.dumps(progress | {"bfloat16": True, "recipe": longer}))
    by_torch(replace(RECIPE, stages=(Stage(2),)), faces, run)
    assert json.loads((run / "progress.json").read_text())["bfloat16"] is True


@pytest.mark.slow
def test_a_run_by_pytorch_goes_on_elsewhere_as_if_nothing_had_happened(faces, tmp_path, monkeypatch):
    from training import torch_training

    one_way = torch_training.Way(False, 1)
    monkeypatch.setattr(torch_training, "fastest", lambda *_: (one_way, {one_way: 1.0}))
    averaged = replace(RECIPE, stages=(Stage(1, {"side": 16}), Stage(2, {"side": 20})), averaging=0.9)
    whole = by_torch(averaged, faces, tmp_path / "whole")
    begun = replace(averaged, stages=averaged.stages)
    calls = []

    def killed(*arguments, **more):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return note(*arguments, **more)

    note = runs._note
    monkeypatch.setattr(runs, "_note", killed)
    with pytest.raises(KeyboardInterrupt):
        by_torch(begun, faces, tmp_path / "begun")
    monkeypatch.setattr(runs, "_note", note)
    (tmp_path / "begun").rename(tmp_path / "elsewhere")
    again = by_torch(begun, faces, tmp_path / "elsewhere")
    for mine, theirs in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
    with pytest.raises(ValueError, match="--engine torch"):
        train(begun, faces, faces, tmp_path / "elsewhere")


def test_a_run_by_keras_is_not_gone_on_with_by_pytorch(faces, plain):
    with pytest.raises(ValueError, match="--engine keras"):
        by_torch(RECIPE, faces, plain[0])
