"""The comparison: the same faces for all, ties called ties, missed faces counted as wrong."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from fers.analysis.scores import score
from fers.datasets import load
from fers.domain.boxes import Box
from fers.domain.emotions import LABELS
from fers.services.models.prediction import proposed_face
from tests.people import OneFace, OneModel
from tests.training.faces import Seeing, photos, pictures_held, write_ferplus, write_tied
from training import compare

VOTES = [tuple(10 if column == index % 8 else 0 for column in range(10)) for index in range(80)]


@pytest.fixture
def faces(tmp_path):
    return load(f"ferplus:{write_ferplus(tmp_path / 'set', VOTES)}")


class Knowing:
    """Answers each face in turn with its label, except for the first `wrong`."""

    def __init__(self, name, labels, wrong):
        self.info = replace(OneModel.info, id=name, parameters=1234)
        said = np.where(np.arange(len(labels)) < wrong, (labels + 1) % 8, labels)
        self._answers, self.asked = 0.1 / 7 * np.ones((len(labels), 8)), 0
        self._answers[np.arange(len(labels)), said] = 0.9

    def predict(self, faces):
        start, self.asked = self.asked, self.asked + len(faces)
        return self._answers[start : self.asked]


class Sometimes:
    """Finds a face in every other picture."""

    fingerprint = "every other"

    def __init__(self):
        self.seen = 0

    def detect(self, image):
        self.seen += 1
        return [Box(0, 0, *image.size)] if self.seen % 2 else []


def compared(faces, models, tmp_path, detector=None):
    answers, found = compare.answers_of(models, faces, detector, tmp_path)
    infos = [model.info for model in models]
    return compare.compare(infos, answers, faces, found, [1.0] * len(models), [10] * len(models))


def test_models_are_ranked_and_ties_are_called_ties(faces, tmp_path):
    models = [Knowing(name, faces.labels, wrong) for name, wrong in (("poor", 40), ("good", 8), ("twin", 9))]
    result = compared(faces, models, tmp_path)
    assert [model["id"] for model in result["models"]] == ["good", "twin", "poor"]
    first, second, third = (model["p_same_as_the_one_above"] for model in result["models"])
    assert first is None and second > 0.05 > third
    table = compare.comparison_table.markdown(result)
    assert "a tie" in table and "worse (p < 0.001)" in table and "n = 80 " in table
    top1, low, high = result["models"][0]["scores"]["top1"]
    assert top1 == 0.9 and low < 0.9 < high


def test_a_face_that_is_not_found_is_wrong_for_everyone(faces, tmp_path):
    result = compared(faces, [Knowing("all", faces.labels, 0)], tmp_path, Sometimes())
    assert result["coverage"] == 0.5
    scores = result["models"][0]["scores"]
    assert scores["top1"][0] == scores["top3"][0] == 0.5
    assert "A face was found in 50.0%" in compare.comparison_table.markdown(result)


def test_many_faces_of_a_person_prove_no_more_than_one(faces, tmp_path):
    """Two models, one right on all faces and one on none of four people's: as faces they are told apart."""
    four = replace(faces, people=[f"person {index // 20}" for index in range(80)])
    results = {}
    for name, of in (("by face", faces), ("by person", four)):
        models = [Knowing("good", faces.labels, 0), Knowing("poor", faces.labels, 80)]
        results[name] = compared(of, models, tmp_path)
    by_face, by_person = (result["models"][1]["p_same_as_the_one_above"] for result in results.values())
    assert by_face < 0.001 and by_person == pytest.approx(1 / 2**4)
    assert (results["by face"]["people"], results["by person"]["people"]) == (None, 4)
    table = compare.comparison_table.markdown(results["by person"])
    assert "drawing its 4 people with all of their faces, too narrow still with so few" in table


def test_a_single_person_says_nothing_of_how_people_differ(faces, tmp_path):
    result = compared(replace(faces, people=["Ada"] * 80), [Knowing("good", faces.labels, 8)], tmp_path)
    assert result["models"][0]["scores"]["top1"] == [0.9, 0, 1]
    assert "0.900 [0.000, 1.000]" in compare.comparison_table.markdown(result)


def test_what_was_answered_before_is_not_asked_again(faces, tmp_path):
    first, again = Knowing("same", faces.labels, 3), Knowing("same", faces.labels, 3)
    assert compared(faces, [first], tmp_path) == compared(faces, [again], tmp_path)
    assert (first.asked, again.asked) == (len(faces), 0)


def test_faces_that_another_detector_finds_are_asked_about_anew(tmp_path):
    class Elsewhere(OneFace):
        fingerprint = "elsewhere"

    asked = []
    for detector in (None, OneFace(), Elsewhere(), OneFace()):
        model = Seeing()
        compared(photos(3, (96, 48)), [model], tmp_path, detector)
        asked.append(len(model.seen))
    assert asked == [3, 3, 3, 0]


@pytest.mark.parametrize("detector", [None, OneFace()])
def test_models_see_what_they_are_evaluated_on(tmp_path, detector):
    """Also of pictures that aren't square."""
    wide, model = photos(3, (96, 48)), Seeing()
    compared(wide, [model], tmp_path, detector)
    np.testing.assert_array_equal(
        model.seen, [proposed_face(wide.image(index), model, detector)[0] for index in range(3)]
    )


def test_other_pictures_are_asked_about_anew_whatever_they_are_called(tmp_path):
    for seed in (1, 2):
        model = Seeing()
        compared(photos(8, (48, 48), seed), [model], tmp_path)
        assert len(model.seen) == 8


def test_photos_are_not_held_beyond_their_turn(tmp_path, monkeypatch):
    held = pictures_held(monkeypatch)
    compared(photos(20, (64, 48)), [Seeing()], tmp_path, OneFace())
    assert max(held) <= 2


def test_answers_that_were_being_kept_when_a_comparison_was_killed_are_asked_again(faces, tmp_path, monkeypatch):
    def killed(path, **answers):
        path.write_bytes(b"half of them")
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compare.np, "savez", killed)
        with pytest.raises(KeyboardInterrupt):
            compared(faces, [Knowing("same", faces.labels, 3)], tmp_path)
    again = Knowing("same", faces.labels, 3)
    assert compared(faces, [again], tmp_path)["n"] == again.asked == len(faces)


def test_a_kill_leaves_the_tables_of_the_comparison_before(tmp_path, monkeypatch):
    spec, out = f"ferplus:{write_ferplus(tmp_path / 'set', VOTES[:8])}", tmp_path / "out"
    arguments = ["--data", spec, "--models", "alexnet-ferplus", "--out", str(out)]
    assert CliRunner().invoke(compare.main, arguments).exit_code == 0
    before = [(out / name).read_bytes() for name in ("compare.json", "compare.md")]

    def killed(path, data, encoding=None):
        path.write_bytes(data[:10].encode(encoding or "ascii"))
        raise KeyboardInterrupt

    monkeypatch.setattr(compare.Path, "write_text", killed)
    assert CliRunner().invoke(compare.main, arguments).exit_code
    assert [(out / name).read_bytes() for name in ("compare.json", "compare.md")] == before


def test_faces_whose_votes_tie_are_left_out(tmp_path):
    arguments = ["--data", write_tied(tmp_path / "set"), "--models", "alexnet-ferplus", "--out", str(tmp_path / "out")]
    assert CliRunner().invoke(compare.main, arguments).exit_code == 0
    assert json.loads((tmp_path / "out" / "compare.json").read_text())["n"] == 1


def test_without_missed_faces_the_scores_are_the_usual_ones():
    random = np.random.default_rng(4)
    answers, labels = random.dirichlet(np.ones(8), 200), random.integers(0, 8, 200)
    whole = score(answers, labels, np.ones(200, bool))
    from sklearn.metrics import f1_score, recall_score

    said = answers.argmax(axis=1)
    assert whole.macro_f1 == pytest.approx(f1_score(labels, said, average="macro"))
    np.testing.assert_allclose(whole.recall, recall_score(labels, said, average=None))


def test_nothing_found_scores_nothing():
    nothing = score(np.ones((3, 8)) / 8, np.array([0, 1, 2]), np.zeros(3, bool))
    assert (nothing.top1, nothing.top3, nothing.macro_f1) == (0, 0, 0)
    np.testing.assert_array_equal(nothing.recall, [0, 0, 0, *[np.nan] * 5])


def test_the_command_writes_table_figures_and_plots(tmp_path, monkeypatch):
    spec = f"ferplus:{write_ferplus(tmp_path / 'set', VOTES)}"
    arguments = ["--data", spec, "--models", "alexnet-ferplus", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(compare.main, arguments)
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "out" / "compare.json").read_text())
    assert told["n"] == 80 and set(told["models"][0]["scores"]) >= {"top1", "ece", *(f"recall {x}" for x in LABELS)}
    assert "0.551" in (tmp_path / "out" / "compare.md").read_text()
    for plot in ("accuracy-latency.svg", "recall.svg"):
        assert "alexnet-ferplus" in (tmp_path / "out" / plot).read_text()
