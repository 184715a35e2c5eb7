"""How often annotators are right about faces whose emotion is known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from fers.analysis.coefficients import share
from fers.analysis.estimates import Bootstrap, Estimate
from fers.domain.emotions import Emotion
from fers.domain.labels import Label, Verdict


def accuracy_on_known(
    labels: Iterable[Label], known: Mapping[str, Emotion], resamples: int = 1000, seed: int = 0
) -> dict[str, Estimate]:
    """The share, 0 to 1, of each annotator's labels of known faces whose largest share is the known emotion. Saying
    "unknown" or "not a face" is wrong there; a flag is a question and does not count."""
    hits = defaultdict(list)
    for label in labels:
        if label.face_id in known and label.verdict is not Verdict.FLAGGED:
            hits[label.annotator_id].append((label.emotion is known[label.face_id], 1))
    bootstrap = Bootstrap(resamples, seed)
    return {
        annotator: bootstrap.estimate(np.array(rows, float), share, labels=len(rows))
        for annotator, rows in sorted(hits.items())
    }
