"""The command that trains, as a person at the terminal meets it."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fers import config
from fers.assembly import assemble
from fers.datasets import load
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR
from fers.exporting.exported_version import Cut
from tests import REPOSITORY
from tests.people import OneFace, OneModel, give_face, participant, pattern
from tests.training import tiny
from tests.training.faces import write_ferplus
from training import beginnings, recipe, train
from training.recipes import more

LIVE = REPOSITORY / "models" / "vgg13-ferplus"


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """The folder of a dataset version of ten people."""
    folder = tmp_path_factory.mktemp("store")
    store = assemble(replace(config.load({}), data=folder / "data"), models=OneModel(), detector=OneFace())
    for number in range(10):
        answer = Answer(Emotion(number % 2), before_prediction=True)
        give_face(store, participant(store, f"{number}@example.org"), answer, pattern(number))
    study = store.studies.current()
    store.versions.freeze(OPERATOR, study.id, "v1")
    store.downloads.write(OPERATOR, study.id, "v1", "imagefolder", Cut.CROP, folder / "v1")
    return folder / "v1"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The command, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(train.main, list(map(str, arguments)))


@pytest.fixture
def asked_for(monkeypatch):
    """The names of the recipes that are loaded; in place of each stands an epoch of a small network."""
    names, quick = [], replace(tiny.RECIPE, stages=(recipe.Stage(1),), batch_size=64, averaging=0.0)
    monkeypatch.setattr(recipe, "load", lambda name: names.append(name) or quick)
    return names


@pytest.mark.slow
def test_the_live_model_learns_on_from_a_download_as_it_is(run, export, monkeypatch):
    taught_by = []
    teach = train.taught
    monkeypatch.setattr(more, "RECIPE", replace(more.RECIPE, stages=(recipe.Stage(2),)))
    monkeypatch.setattr(train, "taught", lambda faces, teachers: taught_by.extend(teachers) or teach(faces, teachers))
    learned = run("--data", f"fers:{export}", "--init-from", LIVE.name)
    assert learned.exit_code == 0, learned.output
    for part in ("train", "validation"):
        assert f"fers:v1#{part}: {len(load(f'fers:{export}#{part}'))} faces" in learned.output
    assert [teacher.info.id for teacher in taught_by] == [LIVE.name], "it holds on to what it knew"
    assert "The trained network is runs/more/checkpoint.keras." in learned.output
    assert len(Path("runs/more/log.csv").read_text().splitlines()) == 1 + 2
    assert beginnings.learned(Path("runs/more")).name == "vgg"


def test_a_new_network_learns_from_what_is_named(run, export, tmp_path, asked_for):
    others = write_ferplus(tmp_path / "others", [(10, *[0] * 9), (0, 10, *[0] * 8)])
    data = ("--data", f"fers:{export}", "--data", f"ferplus:{others}")
    learned = run(*data, "--validate", f"fers:{export}#test", "--out", "first")
    assert learned.exit_code == 0, learned.output
    assert asked_for == ["alexnet"]
    assert "fers:v1#train + ferplus:others: " in learned.output
    assert "fers:v1#test: " in learned.output
    again = run("--data", f"fers:{export}#test", "--validate", f"fers:{export}", "--out", "first")
    assert "first holds a run on other faces, fers:v1#train + ferplus:others" in again.output


def test_several_seeds_give_several_networks_and_their_spread(run, export, asked_for):
    trained = run("--data", f"fers:{export}", "--seeds", 2, "--out", "both")
    assert trained.exit_code == 0, trained.output
    first, second = (beginnings.learned(folder) for folder in sorted(Path("both").iterdir()))
    assert (first.get_weights()[0] != second.get_weights()[0]).any()
    assert "Top-1 of 2 seeds: " in trained.output


def test_what_is_missing_is_said(run, export, asked_for):
    def refused(*arguments):
        result = run(*arguments)
        assert result.exit_code == 1
        return result.output

    assert "--validate SPEC" in refused("--data", f"fers:{export}#train")
    assert "There is no model called nobody" in refused("--data", f"fers:{export}", "--init-from", "nobody")
    assert asked_for == ["alexnet", "more"]


@pytest.mark.slow
def test_a_start_that_the_recipe_can_not_go_on_from_is_refused(run, export, tmp_path):
    tiny.build().save(tmp_path / "tiny.keras")
    other = run("--data", f"fers:{export}", "--init-from", "tiny.keras")
    assert "tiny.keras is none: name one with --teacher" in other.output
    unlike = run("--recipe", "vgg", "--data", f"fers:{export}", "--init-from", "tiny.keras")
    assert "is no vgg: name its own recipe with --recipe" in unlike.output
    assert (other.exit_code, unlike.exit_code) == (1, 1)
