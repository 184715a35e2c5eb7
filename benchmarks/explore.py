"""How long the questions of exploring and reviewing take at 1,000,000 faces (synthesised; no images).

    python -m benchmarks.explore [--faces 1000000]

Prints the median and the slowest of several runs of each question, in milliseconds, and exits with 1 when one is slower
than 300 ms.
"""

import sqlite3
import statistics
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from benchmarks.turns import milliseconds
from fers.domain.emotions import Emotion
from fers.domain.exploring import QUARTERS, FaceFilter, Place
from fers.domain.faces import Source
from fers.domain.groups import AgeBand
from fers.domain.review import QueueOrder
from fers.storage.database import FILE, Database
from fers.storage.embedded_face_index import EmbeddedFaceIndex
from fers.storage.embedded_labels import EmbeddedLabels

LIMIT_MS = 300
STUDY = "ab" * 8
ANNOTATOR = "cd" * 16
DOCUMENT = (
    '{"consent_id": "c", "purposes": ["store"], "image": {"sha256": "", "width": 640, "height": 480, "bytes": 1},'
    ' "source": "webcam", "box": [0, 0, 9, 9], "prediction": {"model_id": "m", "model_version": "1", "probabilities":'
    ' [1, 0, 0, 0, 0, 0, 0, 0], "made_at": "2026-01-01T00:00:00+00:00"}, "answer": {"label": null, "display": null,'
    ' "before_prediction": true}, "captured_at": "2026-01-01T00:00:00+00:00"}'
)
_FILL = (
    """WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :faces)
    INSERT INTO faces SELECT printf('%032x', n), 'p', :study,
        strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1735689600 + abs(random()) % 63072000, 'unixepoch'),
        '2030-01-01T00:00:00.000000+00:00', :document FROM numbers""",
    # Nine classes of very different size, half of them disputed; a tenth labelled, most people in groups.
    """INSERT INTO face_facts (face_id, study_id, week, label, disputed, source, confidence, agreement, given_at,
        disagreement, reviewable, guess, entropy, share, labels, age, gender, skin)
        SELECT id, study_id, date(given_at, 'weekday 0', '-6 days'), label,
        abs(random()) % 2 AND label >= 0, abs(random()) % 2, abs(random()) % 4,
        iif(abs(random()) % 10, -1, abs(random()) % 4), given_at, abs(random()) % 1000000 / 1000000.0,
        1, max(label, 0), abs(random()) % 2000000 / 1000000.0, iif(abs(random()) % 10, 2, abs(random()) % 1000 / 999.0),
        abs(random()) % 4, abs(random()) % 5 - 1, abs(random()) % 4 - 1, abs(random()) % 4 - 1
        FROM (SELECT *, min(abs(random()) % 9, abs(random()) % 9) - 1 AS label FROM faces)""",
    # One annotator who has worked through the oldest faces for weeks.
    """INSERT INTO labels SELECT face_id, :annotator, :study, '{}' FROM face_facts
        WHERE study_id = :study AND filled < 3 ORDER BY given_at LIMIT 20000""",
)
RARE = FaceFilter(
    labels=frozenset({Emotion.CONTEMPT}),
    sources=frozenset({Source.UPLOAD}),
    confidence=frozenset({0}),
    agreement=frozenset({3}),
    disputed=True,
)
GROUP = ("Age", AgeBand.OLDER.value)
MIDDLE = Place(datetime(2025, 12, 31, tzinfo=UTC), "")


def review_questions(labels: EmbeddedLabels) -> dict:
    def next_faces(order: QueueOrder, annotator: str) -> list[str]:
        return labels.next_faces(STUDY, annotator, order, 3, datetime(2026, 1, 1, tzinfo=UTC), 16)

    return {
        "progress of the review": lambda: labels.progress(STUDY, 3),
        **{f"next faces, {order}": lambda order=order: next_faces(order, "somebody") for order in QueueOrder},
        **{
            f"next faces, {order}, after 20,000 labels": lambda order=order: next_faces(order, ANNOTATOR)
            for order in QueueOrder
        },
    }


def questions(index: EmbeddedFaceIndex) -> dict:
    some = FaceFilter(confidence=frozenset({2, 3}), disputed=True, since=date(2025, 3, 1))
    return {
        "counts of everything": lambda: index.counts(STUDY, FaceFilter()),
        "counts of disputed, confident, since March": lambda: index.counts(STUDY, some),
        "counts of each quarter of agreement": lambda: [
            index.counts(STUDY, FaceFilter(agreement=frozenset({quarter}))) for quarter in QUARTERS
        ],
        "newest page": lambda: index.newest(STUDY, FaceFilter(), 24),
        "page in the middle": lambda: index.newest(STUDY, FaceFilter(), 24, MIDDLE),
        "newest page of disputed, confident": lambda: index.newest(STUDY, some, 24),
        "newest page of something rare": lambda: index.newest(STUDY, RARE, 24),
        "page in the middle of something rare": lambda: index.newest(STUDY, RARE, 24, MIDDLE),
        "counts of a group": lambda: index.counts(STUDY, FaceFilter(group=GROUP)),
        "newest page of a group": lambda: index.newest(STUDY, FaceFilter(group=GROUP), 24),
        "newest page of something rare in a group": lambda: index.newest(STUDY, replace(RARE, group=GROUP), 24),
        "page in the middle of something rare in a group": lambda: index.newest(
            STUDY, replace(RARE, group=GROUP), 24, MIDDLE
        ),
        "most disputed": lambda: index.most_disputed(STUDY, None, 24),
        "most disputed contempt, page in the middle": lambda: index.most_disputed(
            STUDY, Emotion.CONTEMPT, 24, Place(0.5, "")
        ),
        "least agreed": lambda: index.least_agreed(STUDY, 24),
    }


def fill(folder: Path, faces: int) -> None:
    Database(folder).close()
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    for statement in _FILL:
        connection.execute(statement, {"faces": faces, "study": STUDY, "document": DOCUMENT, "annotator": ANNOTATOR})
    connection.close()


@click.command()
@click.option("--faces", default=1_000_000, show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(faces: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), faces)
        database = Database(Path(folder))
        slowest = 0.0
        print(f"{faces:,} faces, {runs} runs each: median / slowest, ms")
        asked = questions(EmbeddedFaceIndex(database)) | review_questions(EmbeddedLabels(database))
        for name, ask in asked.items():
            times = [milliseconds(ask) for _ in range(runs)]
            slowest = max(slowest, *times)
            print(f"{statistics.median(times):8.1f} {max(times):8.1f}  {name}")
        database.close()
    sys.exit(1 if slowest > LIMIT_MS else 0)


if __name__ == "__main__":
    main()
