"""How often annotators are right about faces whose emotion is known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from fers.analysis.estimates import Estimate, share_of
from fers.domain.labels import Label, Verdict
from fers.domain.review import GoldStandard


def accuracy_on_gold_standard(labels: Iterable[Label], known: Mapping[str, GoldStandard]) -> dict[str, Estimate]:
    """The share, 0 to 1, of each annotator's labels of known faces whose largest share is the known emotion. Labels
    count that were given since the face is known. Saying "unknown" or "not a face" is wrong there; a flag is a question
    and does not count."""
    hits = defaultdict(list)
    for label in labels:
        face = known.get(label.face_id)
        if face and label.given_at >= face.since and label.verdict is not Verdict.FLAGGED:
            hits[label.annotator_id].append(label.emotion is face.emotion)
    return {
        annotator: share_of(np.array(right), np.ones(len(right), int), labels=len(right))
        for annotator, right in sorted(hits.items())
    }
