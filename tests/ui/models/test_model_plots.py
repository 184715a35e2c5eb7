"""Plots say what they show: differences by their size, and models by names that can be read."""

from types import SimpleNamespace

import numpy as np
import pytest

from fers.ui.models.model_plots import accuracy_and_time, confusion


def texts(chart, data=None):
    """The layers of a chart that are text, each with the name of what it draws."""
    data = chart.get("data", {}).get("name", data)
    if "layer" not in chart and chart["mark"]["type"] == "text":
        yield chart | {"data": data}
    for layer in chart.get("layer", []):
        yield from texts(layer, data)


@pytest.mark.parametrize("models", [10, 30])
def test_names_of_models_that_are_alike_lie_neither_on_each_other_nor_among_the_dots(models):
    rows = [
        (
            SimpleNamespace(info=SimpleNamespace(id=f"model-{number}")),
            SimpleNamespace(figures={"top1": (0.5, 0.4, 0.6)}, milliseconds=1 + number / 100),
        )
        for number in range(models)
    ]
    plot = accuracy_and_time(rows, None).to_dict()
    named = list(texts(plot))
    assert all("field" not in layer["encoding"]["x"] for layer in named), "in one column, wherever the dots are"
    at = np.sort([row["at"] for layer in named for row in plot["datasets"][layer["data"]]])
    drawn = np.ptp([*at, 0.4, 0.6])
    assert len(at) == models and (np.diff(at) / drawn * plot["height"]).min() > 12, "a line of text"


def test_no_difference_has_no_sign():
    one, other = np.zeros((8, 8), int), np.zeros((8, 8), int)
    one[0, :3], other[0, :3] = (501, 299, 200), (500, 300, 200)
    one[1, :2], other[1, :2] = (75, 25), (50, 50)
    cells = confusion(one, "one minus other", less=other).data
    said = {name: dict(zip(of["answer"], of["said"], strict=True)) for name, of in cells.groupby("label")}
    assert {*said["neutral (1,000)"].values()} == {"0%"}
    assert said["happy (100)"]["neutral"] == "+25%" and said["happy (100)"]["happy"] == "−25%"
    shares = confusion(one, "one").data
    assert {"50%", "30%", "20%", "75%", "25%", "0%"} == {*shares["said"]}
