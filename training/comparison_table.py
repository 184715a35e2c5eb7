"""The comparison as one Markdown table, beside the paper's own."""

from fers.analysis.significance import FEW_PEOPLE
from fers.domain.emotions import LABELS

PAPER = {
    "alexnet": 0.5509,
    "vgg": 0.58,
    "mobilenet": 0.58,
    "svr": 0.277,
    "affectnet_cnn": 0.470,
    "att2_cnn": 0.487,
    "att2_mt": 0.539,
    "att2_2mt": 0.635,
}
"""Table II of Siddiqui et al. (2021): accuracy on AffectNet's eight classes, by what the ids of our models, and the
names of their runs, begin with."""
SURE = 0.05
_HEADER = "| model | top-1 | top-3 | macro-F1 | ECE | parameters | MB | ms a face | to the one above | in the paper |"


def markdown(result: dict) -> str:
    """The table, its recalls by class and its conditions."""
    lines = [_HEADER, "|" + " --- |" * (_HEADER.count("|") - 1)]
    lines += [_row(model) for model in result["models"]]
    lines += ["", "| recall | " + " | ".join(LABELS) + " |", "|" + " --- |" * (len(LABELS) + 1)]
    for model in result["models"]:
        recalls = (model["scores"][f"recall {label}"][0] for label in LABELS)
        lines.append(f"| {model['id']} | " + " | ".join("–" if r is None else f"{r:.2f}" for r in recalls) + " |")
    return "\n".join([*lines, "", _conditions(result)])


def _row(model: dict) -> str:
    scores = (_figure(model["scores"][name]) for name in ("top1", "top3", "macro_f1", "ece"))
    parameters = "–" if model["parameters"] is None else f"{model['parameters']:,}"
    size = "–" if model["bytes"] is None else f"{model['bytes'] / 1e6:.1f}"
    paper = PAPER.get(model["id"].split("-")[0])
    cells = [
        model["id"],
        *scores,
        parameters,
        size,
        f"{model['milliseconds']:.1f}",
        _beside(model["p_same_as_the_one_above"]),
        "–" if paper is None else f"{paper:.3g}",
    ]
    return "| " + " | ".join(cells) + " |"


def _figure(values: list[float | None]) -> str:
    figure, low, high = values
    return "–" if figure is None else f"{figure:.3f} [{low:.3f}, {high:.3f}]"


def _beside(p: float | None) -> str:
    if p is None:
        return ""
    chance = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return f"worse ({chance})" if p < SURE else f"a tie ({chance})"


def _conditions(result: dict) -> str:
    found = result["coverage"]
    missed = "" if found == 1 else f" A face was found in {found:.1%} of the images; the others count as wrong for all."
    return (
        f"Ours: {result['data']}, n = {result['n']:,} for every model, bootstrap 95% intervals in brackets"
        f"{_of_people(result['people'])}.{missed} "
        f"Neighbours are compared by McNemar's test (mid-p); above p = {SURE} they are called a tie. Milliseconds are "
        "medians from a 224 x 224 crop to eight probabilities, taken in turns. The paper's: AffectNet's eight classes, "
        "as printed there, with other data, inputs and training; set beside ours to compare the order, not the figures."
    )


def _of_people(people: int | None) -> str:
    """None: the set doesn't say whom it shows."""
    if people is None:
        return ""
    few = ", too narrow still with so few" if people < FEW_PEOPLE else ""
    return f", drawing its {people:,} people with all of their faces{few}"
