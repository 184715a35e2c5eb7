"""Plots say what they show: differences by their size."""

import numpy as np

from fers.ui.models.model_plots import confusion


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
