"""How long the page of comparisons takes at 100,000 faces (synthesised; no images).

    python -m benchmarks.comparing [--faces 100000] [--models 4]

For each of the three evaluation sets it prints what measuring all models takes, once and in the background, and then
the median and the slowest of several runs of each question that the page asks, in milliseconds. Exits with 1 when what
a page needs for its leaderboard takes longer than a second."""

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np

from benchmarks.turns import milliseconds
from fers import config
from fers.adapters import open_stores
from fers.assembly import Platform, assemble
from fers.domain.boxes import Box
from fers.domain.emotions import LABELS, Emotion
from fers.domain.evaluation_sets import OWN_LABELS, REVIEWED_FACES, EvaluationLabels, EvaluationSet
from fers.domain.faces import Source
from fers.domain.labels import Verdict, only
from fers.domain.models import InputSpec, ModelInfo, OutputSpec
from fers.domain.people import OPERATOR
from fers.domain.picture import FACTS_ID
from fers.domain.versions import Entry, Split, Vote
from fers.services.models.arena import ENOUGH_TIMES
from fers.services.models.batch_inference import Asked
from fers.storage.sqlite.database import FILE
from tests.contracts.samples import a_version

LIMIT_MS = 1000
VERSION = "ab" * 32
TIME = "2026-01-01T00:00:00.000000+00:00"
ANNOTATORS = ("aa" * 16, "bb" * 16, "cc" * 16)
FACES_OF_A_PERSON = 10
PEOPLE_ARE_RIGHT, MODELS_ARE_RIGHT = 0.8, 0.7


class Models:
    """As many registered models as wanted; none is ever loaded."""

    def __init__(self, count: int):
        info = ModelInfo("", "1", "", "", "", InputSpec(224, 224, 3), OutputSpec(), 1.2, "none", "none")
        self._infos = {f"model-{n}": replace(info, id=f"model-{n}", sha256=f"{n:064x}") for n in range(count)}

    def models(self) -> list[ModelInfo]:
        return list(self._infos.values())

    def default(self) -> ModelInfo:
        return self._infos["model-0"]

    def classifier(self, model_id: str):
        return Named(self._infos[model_id])


class Named:
    """A model as far as results need one."""

    def __init__(self, info: ModelInfo):
        self.info = info


def fill(settings: config.Settings, study_id: str, models: Models, faces: int) -> None:
    """Faces with their people's word, what their pictures are like, three annotators' labels each, a version of all,
    and every model's answers."""
    random = np.random.default_rng(1)
    ids = sorted(random.bytes(16).hex() for _ in range(faces))
    truth = random.choice(8, size=faces, p=[0.4, 0.25, 0.1, 0.1, 0.04, 0.03, 0.06, 0.02])
    said = np.where(random.random((3, faces)) < PEOPLE_ARE_RIGHT, truth, random.integers(8, size=(3, faces)))
    sql = sqlite3.connect(settings.data / FILE, isolation_level=None)
    sql.executescript("PRAGMA synchronous = OFF; BEGIN")
    sql.executemany(
        "INSERT INTO faces VALUES (?, ?, ?, ?, '2040-01-01T00:00:00.000000+00:00', ?)",
        (
            (face_id, _person(number), study_id, TIME, _face(label))
            for number, (face_id, label) in enumerate(zip(ids, truth, strict=True))
        ),
    )
    sql.executemany(
        "INSERT INTO face_facts (face_id, study_id, week, label, own, disputed, source, confidence, given_at,"
        " disagreement, reviewable) VALUES (?, ?, '2025-12-29', ?, ?, 0, 0, 0, ?, 0, 1)",
        ((face_id, study_id, int(label), int(label), TIME) for face_id, label in zip(ids, truth, strict=True)),
    )
    sql.executemany("INSERT INTO labels VALUES (?, ?, ?, ?)", _labels(study_id, ids, said))
    for info in models.models():
        likely = random.random(faces) < MODELS_ARE_RIGHT
        answers = random.dirichlet(np.full(8, 0.3), faces) + 0.6 * likely[:, None] * np.eye(8)[truth]
        answers = (answers / answers.sum(axis=1, keepdims=True)).astype("<f4")
        rows = ((info.fingerprint, face_id, row.tobytes()) for face_id, row in zip(ids, answers, strict=True))
        sql.executemany("INSERT INTO answers VALUES (?, ?, ?)", rows)
    pictures = random.uniform((50, 30, 5), (400, 220, 120), (faces, 3)).astype("<f4")
    rows = ((FACTS_ID, face_id, row.tobytes()) for face_id, row in zip(ids, pictures, strict=True))
    sql.executemany("INSERT INTO answers VALUES (?, ?, ?)", rows)
    sql.execute("COMMIT")
    sql.close()
    version = a_version(id=VERSION, study_id=study_id, faces=faces)
    open_stores(settings).versions.create_version(version, _entries(ids, truth, said))


def _person(number: int) -> str:
    """Whose the face of this number is."""
    return f"{number // FACES_OF_A_PERSON:032x}"


def _face(label: int) -> str:
    prediction = {"model_id": "m", "model_version": "1", "probabilities": [1] + [0] * 7, "made_at": TIME}
    return json.dumps(
        {
            "consent_id": "c",
            "purposes": ["publish", "review", "store", "train"],
            "image": {"sha256": "ab" * 32, "width": 640, "height": 480, "bytes": 1},
            "source": "upload",
            "box": [0, 0, 9, 9],
            "prediction": prediction,
            "answer": {"label": LABELS[label], "display": None, "before_prediction": True},
            "captured_at": TIME,
        }
    )


def _labels(study_id: str, ids: list[str], said: np.ndarray) -> Iterator[tuple]:
    for face_id, of_face in zip(ids, said.T.tolist(), strict=True):
        for annotator, emotion in zip(ANNOTATORS, of_face, strict=True):
            label = {"face_id": face_id, "study_id": study_id, "annotator_id": annotator, "given_at": TIME}
            document = json.dumps(label | {"verdict": "emotion", "distribution": only(Emotion(emotion))})
            yield face_id, annotator, study_id, document


def _entries(ids: list[str], truth: np.ndarray, said: np.ndarray) -> Iterator[Entry]:
    entry = Entry(
        face_id="",
        person="",
        split=Split.TEST,
        sha256="ab" * 32,
        width=640,
        height=480,
        bytes=1,
        box=Box(0, 0, 9, 9),
        source=Source.UPLOAD,
        own_label=None,
        display=None,
        perceived=None,
        votes=(),
        intensity=None,
        valence=None,
        arousal=None,
        model_id="m",
        model_version="1",
        probabilities=(1.0,) + (0.0,) * 7,
        consent_sha256="cd" * 32,
        fingerprint="0f" * 32,
    )
    for number, (face_id, label, of_face) in enumerate(zip(ids, truth.tolist(), said.T.tolist(), strict=True)):
        votes = tuple(Vote(f"{n}", Verdict.EMOTION, only(Emotion(said))) for n, said in enumerate(of_face))
        yield replace(entry, face_id=face_id, person=_person(number), perceived=Emotion(label), votes=votes)


def page(platform: Platform, on: EvaluationSet) -> dict:
    """What the page asks for at every click, and what it asks for when single faces are to be seen."""
    arena = platform.arena

    def board() -> None:
        arena.evaluation_sets(OPERATOR, platform.studies.current().id)
        arena.standings(OPERATOR, on)
        arena.leaderboard(OPERATOR, on)
        arena.people(OPERATOR, on)
        arena.state(OPERATOR, on)
        arena.results(OPERATOR, on)

    return {
        "leaderboard": board,
        "slices, when somebody asks for them": lambda: platform.slices.compare(OPERATOR, "model-0", "model-1", on),
        "single faces, when somebody asks for them": lambda: arena.pairwise(OPERATOR, "model-0", "model-1", on),
    }


@click.command()
@click.option("--faces", default=100_000, show_default=True)
@click.option("--models", "count", default=4, show_default=True)
@click.option("--runs", default=5, show_default=True)
def main(faces: int, count: int, runs: int) -> None:
    slowest, models = 0.0, Models(count)
    with tempfile.TemporaryDirectory() as folder:
        settings = replace(config.load({}), data=Path(folder))
        platform = assemble(settings, models=models, now=lambda: datetime.now(UTC))
        fill(settings, platform.studies.current().id, models, faces)
        print(f"{faces:,} faces, {count} models; ms at first / median / slowest")
        for on in (OWN_LABELS, REVIEWED_FACES, EvaluationSet(EvaluationLabels.VERSION, VERSION)):
            started = time.perf_counter()
            for info in models.models():
                platform.arena.finish(OPERATOR, info.id, Asked([0.01] * ENOUGH_TIMES), on)
            took = time.perf_counter() - started
            print(f"{on.key[:9]}: {count} models measured, one after the other, in {took:.1f} s")
            for name, ask in page(platform, on).items():
                times = [milliseconds(ask) for _ in range(runs)]
                print(f"{times[0]:9.1f} {statistics.median(times):9.1f} {max(times):9.1f}  {name}")
                slowest = max(slowest, max(times)) if name == "leaderboard" else slowest
    sys.exit(1 if slowest > LIMIT_MS else 0)


if __name__ == "__main__":
    main()
