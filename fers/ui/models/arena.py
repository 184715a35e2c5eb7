"""What the page of comparisons says: tables, and which of two models is better."""

import numpy as np
import pandas as pd
import streamlit as st

from fers.analysis.people import LEAST_VOTES
from fers.analysis.significance import FEW_PEOPLE, holm
from fers.domain.evaluation_sets import PEOPLE, EvaluationLabels, EvaluationSet, Result
from fers.domain.versions import DatasetVersion
from fers.exporting import csv_text
from fers.services.models.evaluation_sets import Choice
from fers.services.models.standings import EvaluationState, Standing
from fers.ui.languages import moment
from fers.ui.models.model_plots import confusion
from fers.ui.words import file_size
from fers.wording import listed

NOTHING = "–"
CONFUSION_PIXELS = 440
TIE = 0.05
"""From this chance on, a difference could be chance."""

NAMES = {
    "top1": "Top-1",
    "top3": "Top-3",
    "macro_f1": "Macro-F1",
    "balanced_accuracy": "Balanced accuracy",
    "ece": "ECE",
    "error_auroc": "Error AUROC",
}


def choose_evaluation_set(choices: list[Choice]) -> EvaluationSet | None:
    """Let somebody say what models are measured on, first of all something that has faces. None, with what to do, where
    that has none."""
    keys = [choice.evaluation_set.key for choice in choices]
    names = dict(zip(keys, map(choice_name, choices), strict=True))
    first = next((number for number, choice in enumerate(choices) if choice.faces != 0), 0)
    chosen = choices[keys.index(st.selectbox("Evaluation set", keys, first, format_func=names.get))]
    if chosen.faces != 0:
        return chosen.evaluation_set
    if any(choice.faces != 0 for choice in choices):
        st.info("This evaluation set has no labelled faces yet. Choose another one above.")
    else:
        st.info(
            "There are no labelled faces yet. You can compare models once participants have given photos and said what "
            "they show, annotators have labelled some under “Review”, or you have imported a dataset under “Study”."
        )
    return None


def choice_name(choice: Choice) -> str:
    """What it is, whose it is and how much there is of it."""
    many = "many" if choice.faces is None else f"{choice.faces:,}"
    faces = "1 face" if choice.faces == 1 else f"{many} faces"
    return f"{_evaluation_set_name(choice.evaluation_set, choice.version)} ({choice.study or 'all studies'}, {faces})"


def whose_word(evaluation_set: EvaluationSet) -> str:
    """The label source, in a sentence."""
    if evaluation_set.label_source is EvaluationLabels.OWN:
        return "Label source: what each person said about their own face. People are scored against that too."
    if evaluation_set.label_source is EvaluationLabels.INTENDED:
        return (
            "Label source: what each person was asked to show, whether they managed to or not. People are scored "
            "against that too: where annotators miss it as well, it may not be there to see."
        )
    source = "what most annotators saw."
    if evaluation_set.label_source is EvaluationLabels.VERSION:
        source = (
            "as it was frozen. That is what annotators saw, by the version's rule, or, where none looked, what the "
            "person said."
        )
    return (
        f"Label source: {source} People are scored by comparing each annotator with the others who "
        "labelled the same face (where those tie, with each of them in equal shares). Faces with fewer than "
        f"{LEAST_VOTES} labels are left out of that score. Every face counts once."
    )


def what_intervals_rest_on(result: Result) -> str:
    """On how many faces of how many people, in sentences."""
    seen = f"Measured on {result.n:,} faces that all of these models answered for"
    brackets = "In brackets: 95% bootstrap intervals, resampling"
    if not result.people:
        return f"{seen}. {brackets} faces. Run a model again to resample people."
    of = "1 person" if result.people == 1 else f"{result.people:,} people"
    few = " With so few people, the true intervals are wider still." if 1 < result.people < FEW_PEOPLE else ""
    one = " One person can't show how people differ." if result.people == 1 else ""
    return f"{seen}, of {of}. {brackets} people.{few}{one}"


def table(rows: list[tuple[Standing, Result]], people: Result | None) -> pd.DataFrame:
    """A line a model, and one for people: each score with its 95% interval, time, size, and whether the leader is
    really better."""
    chances = against_leader([result for _, result in rows])
    lines = [
        {"Model": standing.info.id, "Version": result.model_version, "Against the leader": _verdict(rank, chance)}
        | {title: _figure(result.figures.get(name)) for name, title in NAMES.items()}
        | {
            "ms per face": _number(result.milliseconds, ".1f"),
            "Parameters": _number(result.parameters, ",.0f"),
            "Weights": _size(result.weights_bytes),
            "Faces": result.n,
        }
        for rank, ((standing, result), chance) in enumerate(zip(rows, chances, strict=True))
    ]
    if people:
        scores = {title: _figure(people.figures.get(name)) for name, title in NAMES.items()}
        lines.append({"Model": "People"} | scores | {"Faces": people.n})
    else:
        lines.append({"Model": "People", "Top-1": "not enough labels", "Faces": 0})
    return pd.DataFrame(lines).fillna(NOTHING)


def against_leader(results: list[Result]) -> list[float]:
    """McNemar's mid-p of each model against the first one, by Holm's correction for all pairs there are."""
    return pairs(results)[0].tolist() if results else []


def pairs(results: list[Result]) -> np.ndarray:
    """Models x models: McNemar's mid-p, corrected by Holm for all pairs; NaN where a pair was not tested."""
    count = len(results)
    rows, columns = np.triu_indices(count, 1)
    raw = [_chance(results[row], results[column]) for row, column in zip(rows, columns, strict=True)]
    matrix = np.full((count, count), np.nan)
    matrix[rows, columns] = matrix[columns, rows] = holm(np.array(raw, float))
    return matrix


def pairs_table(results: list[Result]) -> pd.DataFrame:
    names = [result.model_id for result in results]
    cells = [["" if np.isnan(chance) else _chance_words(chance) for chance in row] for row in pairs(results)]
    return pd.DataFrame(cells, index=pd.Index(names, name="Model"), columns=names)


def csv(rows: list[tuple[Standing, Result]], people: Result | None, evaluation_set: EvaluationSet) -> bytes:
    """The leaderboard with everything that is needed to repeat it, a line a model, for spreadsheets."""
    lines, runs = [], {result.who: standing.run for standing, result in rows}
    for result in [result for _, result in rows] + ([people] if people else []):
        line = {
            "measured_on": evaluation_set.key,
            "model": result.model_id or PEOPLE,
            "version": result.model_version,
            "answers_id": result.who if result.model_id else "",
            "n": result.n,
            "people": result.people or "",
        }
        for name in NAMES:
            value, low, high = result.figures.get(name, (np.nan,) * 3)
            line |= {name: value, f"{name}_low": low, f"{name}_high": high}
        line |= {
            "milliseconds": result.milliseconds,
            "timed": runs[result.who].timed if result.who in runs else "",
            "parameters": result.parameters,
            "weights_bytes": result.weights_bytes,
            "faces_sha256": result.faces_sha256,
            "measured_at": result.measured_at.isoformat(),
            "fers_version": result.fers_version,
        }
        lines.append(line)
    return csv_text.for_people(lines[0], (line.values() for line in lines))


def changes(state: EvaluationState, evaluation_set: EvaluationSet) -> str:
    """What came or went since the models were measured, in a sentence; empty when nothing did."""
    if state.version:
        if state.then == state.now:
            return ""
        left = f"Of {state.version.faces:,} frozen faces, {state.then:,} were left when this was measured"
        return f"{left}, and {state.now:,} are left now. Run the models again to measure on those."
    if state.then == state.now:
        revised = "Faces or labels have changed or been withdrawn since this was measured. Run the models again."
        return revised if state.is_revised else ""
    what = "labels of annotators" if evaluation_set.label_source is EvaluationLabels.CONSENSUS else "labelled faces"
    return (
        f"There were {state.then:,} {what} when this was measured; now there are {state.now:,}. Run the models again."
    )


def limits(rows: list[tuple[Standing, Result]]) -> str:
    """Which models keep the comparison from resting on every face there is, in a sentence; empty when none does."""
    behind = [f"**{standing.info.id}**" for standing, _ in rows if standing.answered < standing.faces]
    if not behind:
        return ""
    compared, faces = rows[0][1].n, max(standing.faces for standing, _ in rows)
    return f"Compared on {compared:,} of {faces:,} faces; run {listed(behind)} again to compare on all."


def what_times_rest_on(rows: list[tuple[Standing, Result]]) -> str:
    """How the times of models were measured, in a sentence."""
    fewest = min(standing.run.timed for standing, _ in rows)
    answers = f"{fewest:,} answers or more" if fewest else "an unknown number of answers (run the models again)"
    return f"Each time is the median of {answers}, one face at a time, on the machine and load of that moment."


def earlier(results: list[Result], shown: list[Result]) -> pd.DataFrame:
    """What is kept beside what is shown: of earlier models, and of earlier faces."""
    known = {result.who for result in shown}
    return pd.DataFrame(
        [
            {
                "Model": result.model_id or "People",
                "Version": result.model_version,
                "Top-1": _figure(result.figures.get("top1")),
                "Faces": result.n,
                "Measured": moment(result.measured_at),
                "Hash of the faces": result.faces_sha256[:12],
            }
            for result in results
            if result.who not in known
        ]
    )


def show_pair(results: dict[str, Result], one: str, other: str) -> None:
    """Which of two models of the board is better, and what they confuse with what. `results`: the board's, by model."""
    models = list(results)
    chance = pairs(list(results.values()))[models.index(one), models.index(other)]
    accuracy = tuple(results[name].figures["top1"][0] for name in (one, other))
    st.subheader(verdict(one, other, accuracy, chance), anchor=False)
    confusions = [np.array(results[name].confusion) for name in (one, other)]
    plots = [confusion(counts, name) for counts, name in zip(confusions, (one, other), strict=True)]
    difference = confusion(confusions[0], f"{one} minus {other}", less=confusions[1])
    with st.container(horizontal=True):
        for plot in (*plots, difference):
            with st.container(width=CONFUSION_PIXELS):
                st.altair_chart(plot, width="stretch")
    st.caption("In brackets: how many faces have that label.")


def verdict(one: str, other: str, accuracy: tuple[float, float], p: float) -> str:
    """Which of two models is better, in a sentence that calls a tie a tie. `p` is NaN where they were not compared."""
    better, worse = (one, other) if accuracy[0] >= accuracy[1] else (other, one)
    if np.isnan(p):
        return f"{one} and {other} have not been compared yet: run one of them again."
    if p >= TIE:
        return f"A tie: {accuracy[0]:.1%} against {accuracy[1]:.1%} could be chance (p = {p:.2f})."
    return f"{better} is better than {worse}: {max(accuracy):.1%} against {min(accuracy):.1%} ({_chance_words(p)})."


def _evaluation_set_name(evaluation_set: EvaluationSet, version: DatasetVersion | None) -> str:
    if evaluation_set.label_source is EvaluationLabels.OWN:
        return "All faces, self-reported labels"
    if evaluation_set.label_source is EvaluationLabels.INTENDED:
        return "Prompted faces, intended labels"
    if version is None:
        return "Reviewed faces, annotators' consensus"
    return f"Version {version.name}" + (f", {evaluation_set.split} split" if evaluation_set.split else "")


def _chance(one: Result, other: Result) -> float:
    return one.against.get(other.who, other.against.get(one.who, np.nan))


def _verdict(rank: int, chance: float) -> str:
    if rank == 0:
        return "leads"
    if np.isnan(chance):
        return NOTHING
    return f"{'a tie' if chance >= TIE else 'behind'} ({_chance_words(chance)})"


def _chance_words(chance: float) -> str:
    return "p < 0.001" if chance < 0.001 else f"p = {chance:.3f}"


def _figure(figure: tuple[float, float, float] | None) -> str:
    value, low, high = figure or (np.nan,) * 3
    return NOTHING if np.isnan(value) else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _number(number: float | None, form: str) -> str:
    return NOTHING if number is None or np.isnan(number) else format(number, form)


def _size(weights: int | None) -> str:
    return NOTHING if weights is None else file_size(weights)
