"""How long the questions of exploring and reviewing take at 1,000,000 faces (synthesised; no images).

    python -m benchmarks.explore [--faces 1000000]

Exploring is asked as its page asks, of the services; one in ten faces brings somebody who says who they are. Prints the
median and the slowest of several runs of each question, in milliseconds, and exits with 1 when one is slower than 300
ms.
"""

import json
import sqlite3
import statistics
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click

from benchmarks.turns import milliseconds
from fers import config
from fers.assembly import Platform, assemble
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter, Found
from fers.domain.faces import Source
from fers.domain.groups import AgeBand, Gender, SkinTone
from fers.domain.people import OPERATOR
from fers.domain.review import QueueOrder
from fers.storage.sqlite.database import FILE, Database
from fers.storage.sqlite.labels import SqliteLabels
from fers.storage.sqlite.records import SqliteRecords
from tests.people import OneFace, OneModel

LIMIT_MS = 300
PAGE = 24
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
    """WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :faces / 10)
    INSERT INTO self_descriptions SELECT printf('%032x', n), :study, json_object(
        'age', json_extract(:ages, printf('$[%d]', abs(random()) % 4)),
        'gender', json_extract(:genders, printf('$[%d]', abs(random()) % 3)),
        'skin', json_extract(:tones, printf('$[%d]', abs(random()) % 3))) FROM numbers""",
    # Nine classes of very different size, half of them disputed; a tenth labelled, most people in groups.
    """INSERT INTO face_facts (face_id, study_id, week, label, disputed, source, confidence, agreement, given_at,
        disagreement, reviewable, guess, entropy, share, labels, age, gender, skin, own, perceived)
        SELECT id, study_id, date(given_at, 'weekday 0', '-6 days'), label,
        abs(random()) % 2 AND label >= 0, abs(random()) % 2, abs(random()) % 4,
        iif(abs(random()) % 10, -1, abs(random()) % 4), given_at, abs(random()) % 1000000 / 1000000.0,
        1, max(label, 0), abs(random()) % 2000000 / 1000000.0, iif(abs(random()) % 10, 2, abs(random()) % 1000 / 999.0),
        abs(random()) % 4, abs(random()) % 5 - 1, abs(random()) % 4 - 1, abs(random()) % 4 - 1, label, NULL
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
MIDDLE = datetime(2025, 12, 31, tzinfo=UTC)


def review_questions(labels: SqliteLabels) -> dict:
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


def questions(services: Platform) -> dict:
    explore, some = services.explore, FaceFilter(confidence=frozenset({2, 3}), disputed=True, since=date(2025, 3, 1))
    of_group, rare_of_group = FaceFilter(group=GROUP), replace(RARE, group=GROUP)
    middle, half_sure = _in_the_middle(explore.newest(OPERATOR, STUDY, FaceFilter(), 1)[0])

    def counts(wanted: FaceFilter) -> list:
        return explore.counts(OPERATOR, STUDY, wanted)

    def newest(wanted: FaceFilter, after: Found | None = None) -> list[Found]:
        return explore.newest(OPERATOR, STUDY, wanted, PAGE, after)

    return {
        "sizes of the groups": lambda: services.groups.sizes(OPERATOR, STUDY),
        "counts of everything": lambda: counts(FaceFilter()),
        "counts of disputed, confident, since March": lambda: counts(some),
        "counts of each quarter of agreement": lambda: explore.agreement(OPERATOR, STUDY, FaceFilter()),
        "newest page": lambda: newest(FaceFilter()),
        "page in the middle": lambda: newest(FaceFilter(), middle),
        "newest page of disputed, confident": lambda: newest(some),
        "newest page of something rare": lambda: newest(RARE),
        "page in the middle of something rare": lambda: newest(RARE, middle),
        "counts of a group": lambda: counts(of_group),
        "newest page of a group": lambda: newest(of_group),
        "newest page of something rare in a group": lambda: newest(rare_of_group),
        "page in the middle of something rare in a group": lambda: newest(rare_of_group, middle),
        "most disputed": lambda: explore.most_disputed(OPERATOR, STUDY, None, PAGE),
        "most disputed contempt, page in the middle": lambda: explore.most_disputed(
            OPERATOR, STUDY, Emotion.CONTEMPT, PAGE, half_sure
        ),
        "least agreed": lambda: explore.least_agreed(OPERATOR, STUDY, PAGE),
        "all of the page, to look at a group": lambda: (
            services.groups.sizes(OPERATOR, STUDY),
            counts(of_group),
            newest(of_group),
        ),
    }


def _in_the_middle(found: Found) -> tuple[Found, Found]:
    """Faces after which there is half of all, by time and by how sure the model is of something else."""
    half = (0.5, *(0.5 / 6,) * 6, 0.0)
    prediction = replace(found.face.prediction, probabilities=half)
    return (
        replace(found, face=replace(found.face, given_at=MIDDLE, id="")),
        replace(found, face=replace(found.face, prediction=prediction, id=""), label=Emotion.CONTEMPT),
    )


def fill(folder: Path, faces: int) -> None:
    Database(folder).close()
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    options = {"ages": list(AgeBand), "genders": list(Gender), "tones": list(SkinTone)}
    about = {"faces": faces, "study": STUDY, "document": DOCUMENT, "annotator": ANNOTATOR}
    for statement in _FILL:
        connection.execute(statement, about | {name: json.dumps(answers) for name, answers in options.items()})
    connection.close()


@click.command()
@click.option("--faces", default=1_000_000, show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(faces: int, runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), faces)
        services = assemble(replace(config.load({}), data=Path(folder)), models=OneModel(), detector=OneFace())
        database = Database(Path(folder))
        study = replace(services.studies.current(), id=STUDY, asks_groups=True)
        SqliteRecords(database).save_study(study)
        slowest = 0.0
        print(f"{faces:,} faces, {runs} runs each: median / slowest, ms")
        asked = questions(services) | review_questions(SqliteLabels(database))
        for name, ask in asked.items():
            times = [milliseconds(ask) for _ in range(runs)]
            slowest = max(slowest, *times)
            print(f"{statistics.median(times):8.1f} {max(times):8.1f}  {name}")
        database.close()
    sys.exit(1 if slowest > LIMIT_MS else 0)


if __name__ == "__main__":
    main()
