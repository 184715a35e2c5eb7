"""What the labels of a face come to, noted where faces are found by it."""

from itertools import groupby

from fers.domain.consensus import labels_wanted, opinion_of
from fers.domain.interfaces import FaceIndex, LabelStore, RecordStore


def aggregate(labels: LabelStore, index: FaceIndex, face_id: str) -> None:
    """Note what a face's annotators make of it, and send it back to the queue when they tie or agree too little.

    It looks again until what it noted is about the labels there are: of two who label a face at once, neither leaves
    behind what only one of them said.
    """
    aggregated = None
    while aggregated != (said := labels.labels_of(face_id)):
        index.note_opinion(face_id, opinion_of(said))
        labels.want(face_id, labels_wanted(said))
        aggregated = said


def aggregate_everything(records: RecordStore, labels: LabelStore, index: FaceIndex) -> None:
    """Settle every face that has a label: an interrupted call, or an earlier FERS, may have noted less of it."""
    for study in records.studies():
        for face_id, _ in groupby(labels.labels(study.id), lambda label: label.face_id):
            aggregate(labels, index, face_id)
