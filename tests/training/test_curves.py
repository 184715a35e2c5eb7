"""Learning curves: drawn from a log, of networks with one output or several."""

from xml.etree import ElementTree

import pytest

from training import curves


def test_a_run_is_flat_when_its_last_epochs_brought_nothing_better():
    assert not curves.is_flat([0.5, 0.6], 2)
    assert not curves.is_flat([0.5, 0.6, 0.5, 0.61], 2)
    assert curves.is_flat([0.5, 0.6, 0.5, 0.6], 2)


@pytest.mark.parametrize("output", ["", "emotion_"])
def test_the_curves_of_a_log_are_drawn(tmp_path, output):
    log = tmp_path / "log.csv"
    log.write_text(f"epoch,loss,val_loss,val_{output}top1,val_{output}top3\n0,2,2.1,0.4,0.7\n1,1.5,1.7,0.55,0.8\n")
    assert curves.top1(log) == [0.4, 0.55]
    curves.draw(log, tmp_path / "curves.svg")
    drawn = "".join(ElementTree.parse(tmp_path / "curves.svg").getroot().itertext())
    assert all(name in drawn for name in ("learned from", "measured on", "top-1", "top-3", "epoch"))


def test_runs_are_drawn_together_the_best_first(tmp_path):
    logs = {}
    for name, top1 in (("worse", (0.3, 0.4)), ("better", (0.2, 0.6))):
        logs[name] = tmp_path / f"{name}.csv"
        logs[name].write_text(
            "epoch,loss,val_loss,val_top1\n" + "".join(f"{n},2,2,{at}\n" for n, at in enumerate(top1))
        )
    curves.draw_together(logs, tmp_path / "curves.svg")
    drawn = "".join(ElementTree.parse(tmp_path / "curves.svg").getroot().itertext())
    assert drawn.index("better") < drawn.index("worse")


def test_a_run_without_a_log_has_no_scores(tmp_path):
    assert curves.top1(tmp_path / "log.csv") == []
