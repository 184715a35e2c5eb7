"""What the labels of a face come to, noted where faces are found by it."""

from fers.analysis.consensus import agreeing_pairs, majority, needs_more_votes
from fers.domain.interfaces import FaceIndex, LabelStore
from fers.domain.labels import Label


def settle(labels: LabelStore, index: FaceIndex, face_id: str, overlap: int) -> None:
    """Note how far a face's annotators agree, and send it back to the queue when they tie or agree too little.

    It looks again until what it noted is about the labels there are: of two who label a face at once, neither leaves
    behind what only one of them said.
    """
    settled = None
    while settled != (said := labels.labels_of(face_id)):
        index.note_agreement(face_id, agreeing_pairs(said))
        labels.want_more(face_id, _extra_places(said, overlap))
        settled = said


def _extra_places(said: list[Label], overlap: int) -> int:
    """Beyond the study's: one more than there are labels, as long as these don't settle it."""
    consensus = next(iter(majority(said).values()), None)
    if len(said) < overlap or consensus is None or not needs_more_votes(consensus):
        return 0
    return len(said) + 1 - overlap
