"""The table of all systems: trained in turn, gone on with, and put together from what is done."""

import re
from collections import Counter
from dataclasses import replace

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from fers.datasets import FaceSet, load
from tests.training.faces import drawn_face, write_ferplus
from tests.training.tiny import RECIPE
from training import table2
from training.models import affectnet_cnn, mobilenet, vgg
from training.recipe import Stage
from training.train import seeded

VOTES = [tuple(10 if column == emotion else 0 for column in range(10)) for emotion in range(8) for _ in range(2)]
SYSTEMS = {
    "svr": table2.SYSTEMS["svr"],
    "vgg-small": table2.System("A tiny network", replace(RECIPE, stages=(Stage(5),), averaging=0.0)),
}


def set_of(folder, first, votes=VOTES):
    """A set that has no picture of one whose `first` brightness is one or two away."""
    for number, file in enumerate(sorted(write_ferplus(folder, votes).rglob("*.png"))):
        file.write_bytes(drawn_face(first + 3 * number))
    return folder


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(table2, "SYSTEMS", SYSTEMS)
    # Pictures that are measured on are not learned from.
    faces, measured = (set_of(tmp_path / name, first) for name, first in (("learn", 11), ("measure", 10)))
    given = ["--data", f"ferplus:{faces}", "--validate", f"ferplus:{measured}", "--out", str(tmp_path / "table2")]

    def run(*arguments):
        result = CliRunner().invoke(table2.main, [*given, *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    return run


@pytest.mark.slow
def test_what_is_done_is_in_the_table_and_what_is_left_is_said(table, tmp_path):
    assert table("--plan").splitlines()[:2] == ["svr: 1 of 1 epochs are left", "vgg-small: 5 of 5 epochs are left"]
    alone = table("--only", "vgg-small")
    assert "| A tiny network | 0." in alone and "SVR" not in alone
    whole = table()
    assert "svr: 1 of 1 epochs are left" in whole and "vgg-small: done" in whole
    assert whole.count("| 0.277 |") == whole.count("| 0.58 |") == 1
    assert "Epoch" not in table()
    assert "A tiny network" in (tmp_path / "table2" / "curves.svg").read_text()


@pytest.fixture
def answered(tmp_path, monkeypatch):
    """Asks for the table, of other faces where they are named; its one system learns in no time."""
    monkeypatch.setattr(table2, "SYSTEMS", {"svr": SYSTEMS["svr"]})
    network = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(8)])
    monkeypatch.setattr(table2.svr, "train", lambda _: network)
    sets = {"data": set_of(tmp_path / "learn", 11), "validate": set_of(tmp_path / "measure", 10)}

    def run(*arguments, **others):
        specs = [part for option, folder in (sets | others).items() for part in (f"--{option}", f"ferplus:{folder}")]
        return CliRunner().invoke(table2.main, [*specs, "--out", str(tmp_path / "table2"), *arguments])

    return run


def test_systems_of_one_table_learn_from_the_same_faces_and_are_measured_on_the_same(answered, tmp_path):
    assert answered().exit_code == 0
    relabelled = set_of(tmp_path / "others" / "measure", 10, VOTES[::-1])
    for others in ({"data": set_of(tmp_path / "more", 11)}, {"validate": relabelled}):
        for arguments in ((), ("--plan",)):
            result = answered(*arguments, **others)
            assert result.exit_code == 1 and "name those" in result.output, result.output
    assert "table2 holds systems that were measured on ferplus:measure (16 faces)" in result.output
    assert "not ferplus:measure (16 faces), labelled otherwise: name those" in result.output
    assert answered().exit_code == 0


def test_a_folder_of_before_this_was_noted_is_taken_as_it_is(answered, tmp_path):
    assert answered().exit_code == 0
    (tmp_path / "table2" / table2.FACES).unlink()
    assert "SVR" in answered().output


def test_a_folder_of_before_this_was_noted_is_not_measured_on_more_or_fewer_faces(answered, tmp_path):
    assert answered().exit_code == 0
    (tmp_path / "table2" / table2.FACES).unlink()
    for arguments in ((), ("--plan",)):
        result = answered(*arguments, validate=set_of(tmp_path / "fewer", 10, VOTES[1:]))
        assert result.exit_code == 1
        assert "svr was measured on 16 faces, not on the 15 of --validate: name those" in result.output
    assert answered().exit_code == 0


def test_a_plan_leaves_nothing_and_is_what_is_said_last(answered, tmp_path):
    output = answered("--plan", data=set_of(tmp_path / "twins", 13)).output
    assert "they are left out" in output
    assert output.endswith("svr: 1 of 1 epochs are left\n")
    assert not (tmp_path / "table2").exists()


def test_answers_that_were_being_written_are_not_taken_for_done(tmp_path, monkeypatch):
    def killed(path, arr):
        path.write_bytes(b"half of them")
        raise KeyboardInterrupt

    network = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(8)])
    monkeypatch.setattr(table2.svr, "train", lambda _: network)
    monkeypatch.setattr(table2.np, "save", killed)
    faces = load(f"ferplus:{write_ferplus(tmp_path / 'set', VOTES)}")
    with pytest.raises(KeyboardInterrupt):
        table2.learn(None, faces, faces, tmp_path / "svr")
    assert table2.left("svr", tmp_path, 1) == "1 of 1 epochs are left"


def test_that_pytorch_is_missing_is_said_before_anything_is_read(monkeypatch, tmp_path):
    monkeypatch.setattr(table2.importlib.util, "find_spec", lambda name: None)
    arguments = ["--data", "ferplus:none", "--validate", "ferplus:none", "--out", str(tmp_path)]
    result = CliRunner().invoke(table2.main, arguments)
    assert result.exit_code == 1 and "pip install torch" in result.output


def test_the_interval_is_that_of_the_figure_beside_it(tmp_path):
    """Of two seeds, whose mean stands in the table, the first is far better than the second."""
    labels = np.arange(40) % 8
    runs = seeded(table2.SYSTEMS["vgg-small"].recipe, tmp_path / "vgg-small", 2)
    for (_, run), wrong in zip(runs, (4, 24), strict=True):
        run.mkdir(parents=True)
        np.save(run / table2.ANSWERS, np.eye(8)[np.where(np.arange(40) < wrong, 7 - labels, labels)])
    faces = FaceSet("set", [str(face) for face in range(40)], np.eye(8, dtype=np.float32)[labels], None, Counter())
    [row] = [line for line in table2.markdown(["vgg-small"], tmp_path, 2, faces).splitlines() if "VGG" in line]
    top1, low, high = map(float, re.search(r"([\d.]+) \[([\d.]+), ([\d.]+)\]", row).groups())
    assert top1 == 0.65 and low < 0.65 < high < 0.9


def test_a_single_person_says_nothing_of_how_people_differ(tmp_path):
    (tmp_path / "svr").mkdir()
    np.save(tmp_path / "svr" / table2.ANSWERS, np.eye(8))
    targets = np.eye(8, dtype=np.float32)
    ada = FaceSet("set", [str(face) for face in range(8)], targets, None, Counter(), people=["Ada"] * 8)
    assert "| 1.000 [0.000, 1.000] |" in table2.markdown(["svr"], tmp_path, 1, ada)


def test_a_run_that_still_gains_at_its_end_is_not_over():
    assert table2.gained_at_the_end([0.1, 0.2, 0.3, 0.4, 0.5]) == pytest.approx(0.1)
    assert table2.gained_at_the_end([0.1, 0.5, 0.4, 0.5, 0.5]) == 0
    assert np.isnan(table2.gained_at_the_end([0.1, 0.2]))


def test_every_system_trains_for_as_long():
    epochs = {name: system.recipe.epochs for name, system in table2.SYSTEMS.items() if system.recipe}
    assert epochs.pop("alexnet-13") == 13
    assert set(epochs.values()) == {60}


@pytest.mark.parametrize(
    ("network", "parameters"), [(vgg, 4_831_304), (mobilenet, 3_236_488), (affectnet_cnn, 29_970_120)]
)
def test_published_sizes_are_those_published(network, parameters):
    """VGG13 with its last maps pooled, MobileNet, and AlexNet on 48 x 48 gray faces."""
    assert network.build(published=True).count_params() == parameters
    assert network.build().count_params() < parameters / 3
