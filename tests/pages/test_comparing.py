"""Two models side by side on the page for comparing them: what the charts hold, and the faces behind them."""

from dataclasses import replace

import pytest
from driving import click, plotted, told
from test_studies import sign_in

from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import OWN_LABELS
from fers.domain.faces import Answer
from fers.domain.people import OPERATOR, Role
from fers.ui.models import slices
from fers.ui.models.pair_faces import FACES_OF_A_PAGE
from tests.people import Always, Several, give_face, grant, participant

HAPPY, SAD, FEAR = Emotion.HAPPY, Emotion.SAD, Emotion.FEAR


@pytest.fixture
def models(platform):
    """One that always says happy, and promises much, one that always says sad, and one that says fear."""
    models = [Always(emotion) for emotion in (HAPPY, SAD, FEAR)]
    models[0].info = replace(models[0].info, metrics={"a benchmark": {"top1": 0.9}})
    platform.arena._models = Several(*models[:2])
    return models


@pytest.fixture
def give(platform):
    """Gives a face of this label, each somebody else's."""

    def give(label: Emotion):
        give.people += 1
        giver = participant(platform, f"{give.people}@example.org")
        return give_face(platform, giver, Answer(label, before_prediction=False))

    give.people = 0
    return give


@pytest.fixture
def run_all(platform):
    def run_all(*names: str):
        for name in names or ("happy", "sad"):
            platform.arena.evaluate(OPERATOR, name)

    return run_all


@pytest.fixture
def page(app, platform, models):
    """The page of comparisons, opened by a researcher."""

    def page():
        participant(platform)
        grant(platform, "ada@example.org", Role.RESEARCHER)
        sign_in(app)
        app.switch_page("pages/arena.py").run()
        assert not app.exception and not app.error
        return app

    return page


@pytest.fixture
def compared(page, give, run_all):
    """Two happy faces, a sad one, and both models."""
    for label in (HAPPY, HAPPY, SAD):
        give(label)
    run_all()
    return page()


def test_accuracy_stands_against_time(compared):
    points, *_ = plotted(compared, "Milliseconds per face")
    points = points.set_index("model")
    assert points["top1"].to_dict() == pytest.approx({"happy": 2 / 3, "sad": 1 / 3})
    assert (points["low"] <= points["top1"]).all() and (points["top1"] <= points["high"]).all()
    assert (points["ms"] > 0).all()
    assert "Each time is the median of 30 answers or more" in told(compared)


def test_confusions_and_their_difference_are_shares_of_each_label(compared):
    def cells(title):
        [rows] = plotted(compared, f'"title": "{title}"')
        assert set(rows["label"]) == {"happy (2)", "sad (1)"}, "no face has another label"
        rows["label"] = rows["label"].str.split().str[0]
        return rows.set_index(["label", "answer"])["share"]

    happy, sad, difference = cells("happy"), cells("sad"), cells("happy minus sad")
    assert (happy["happy", "happy"], happy["sad", "happy"], happy["sad", "sad"]) == (1, 1, 0)
    assert (sad["happy", "sad"], sad["sad", "sad"]) == (1, 1)
    assert (difference["happy", "happy"], difference["happy", "sad"], difference["happy", "fear"]) == (1, -1, 0)


def test_reliability_sets_confidence_beside_what_is_right(compared):
    for name, right in (("happy", 2 / 3), ("sad", 1 / 3)):
        [_, rows] = plotted(compared, f"{name}, ECE {0.93 - right:.3f}")
        [row] = rows.to_dict("records")
        assert row == pytest.approx({"confidence": 0.93, "accuracy": right, "faces": 3})


def test_slices_have_charts_and_a_table(compared):
    [rows] = plotted(compared, "Source")
    assert set(rows["slice"]) == {"Upload (3)"} and rows["small"].all()
    assert rows.set_index("model")["accuracy"].to_dict() == pytest.approx({"happy": 2 / 3, "sad": 1 / 3})
    [table] = [table.value for table in compared.dataframe if "Slice" in table.value]
    upload = table[table["Slice"] == "Upload"].iloc[0]
    assert (upload["Faces"], upload["People"], upload["Better"]) == (3, 3, "too few people")
    assert upload["happy"].startswith("67% [") and upload["Difference"].startswith("+33% [")
    assert "No slice tells the two apart on these faces." in told(compared)


def test_what_a_benchmark_promises_stands_beside_what_is_found_here(compared):
    [_, rows] = plotted(compared, "Top-1 on the benchmark")
    [row] = rows.to_dict("records")
    assert (row["model"], row["promised"], row["found"]) == ("happy", 0.9, pytest.approx(2 / 3))
    assert "The largest gap: happy, 90% there and 67% here." in told(compared)


def test_without_promises_there_is_no_plot_of_them(page, give, run_all, models):
    models[0].info = replace(models[0].info, metrics={})
    give(HAPPY)
    run_all()
    assert "No model states a benchmark score yet." in told(page())


def test_each_face_says_what_both_models_said(compared):
    assert told(compared).count("A: happy 93%  \nB: sad 93%  \nlabel: happy") == 2
    assert told(compared).count("A: happy 93%  \nB: sad 93%  \nlabel: sad") == 1


def test_whoever_looks_closer_sees_the_top_three_of_both_models(compared):
    pictures = len(compared.image)
    click(compared, "Look closer")
    assert not compared.exception and not compared.error
    assert "A: happy" in told(compared) and "B: sad" in told(compared)
    assert len(compared.image) == pictures + 1 + 6


def test_faces_are_gone_through_page_by_page(page, give, run_all):
    for _ in range(FACES_OF_A_PAGE):
        give(HAPPY)
    give(SAD)
    run_all()
    app = page()
    assert f"Only one is right: {FACES_OF_A_PAGE + 1}" in told(app)
    assert len(app.image) == FACES_OF_A_PAGE
    app.pagination[0].select(2).run()
    assert len(app.image) == 1 and not app.exception


def test_models_that_were_not_compared_are_no_better_and_no_worse(page, give, run_all, platform):
    give(HAPPY)
    run_all()
    for result in platform.arena.results(OPERATOR):
        platform.arena._results.save_result(replace(result, against={}))
    app = page()
    assert "happy and sad have not been compared yet" in told(app) and "is better than" not in told(app)
    assert app.dataframe[0].value["Against the leader"].tolist()[:2] == ["leads", "–"]


def test_side_by_side_too_chances_are_corrected_for_all_pairs_on_the_board(page, give, run_all, platform, models):
    platform.arena._models = Several(*models)
    give(HAPPY)
    run_all("happy", "sad", "fear")
    for result in platform.arena.results(OPERATOR, OWN_LABELS):
        platform.arena._results.save_result(replace(result, against=dict.fromkeys(result.against, 0.03)))
    assert "A tie: 100.0% against 0.0% could be chance (p = 0.09)." in told(page())


def test_the_model_that_limits_the_comparison_is_named(page, give, run_all, clock):
    give(HAPPY)
    run_all("sad")
    clock.advance(minutes=1)
    for _ in range(3):
        give(HAPPY)
    run_all("happy")
    app = page()
    assert "Compared on 1 of 4 faces; run **sad** again to compare on all." in told(app)
    assert "**sad** 1.0.0: 1 of 4 faces" in [bar.proto.text for bar in app.get("progress")]


def test_the_table_ranks_nothing_and_calls_few_people_few(platform, models, give, run_all):
    give(HAPPY)
    run_all()
    parts = platform.slices.compare(OPERATOR, "happy", "sad").slices
    table = slices.table(parts, "happy", "sad")
    assert list(table["Slice"]) == [part.name for part in parts]
    assert set(table["Better"]) == {"too few people"}
    assert table["happy"][0].startswith("100% [")
