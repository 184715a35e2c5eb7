"""How long "In the field" takes at 1,000,000 faces, 100,000 of them given in a trial (synthesised; no images).

    python -m benchmarks.field [--faces 1000000]

Prints the median and the slowest of several runs of each question, in milliseconds; the first look at a dataset
version of 100,000 faces, which reads its entries once; and how much longer storing a face takes for what is counted.
Exits with 1 when a question that is asked at every look is slower than 300 ms.
"""

import sqlite3
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.explore import LIMIT_MS, STUDY, fill
from benchmarks.turns import milliseconds
from fers import config
from fers.adapters import open_stores
from fers.assembly import assemble
from fers.domain.field import Entrant, ShadowChoice, Trial
from fers.domain.people import OPERATOR
from fers.storage.sqlite.database import FILE
from tests.contracts.samples import NOON, a_face, a_person, a_study, a_version, an_entry
from tests.people import OneFace, OneModel

TRIAL = Trial("7" * 32, (Entrant("a", "1", "1" * 64), Entrant("b", "1", "2" * 64), Entrant("c", "1", "3" * 64)), NOON)
VERSION_FACES = 100_000
_FILL = (
    """INSERT INTO field_facts
        SELECT face_id, study_id, week, 'model ' || (substr(week, 1, 7)), 250000 + abs(random()) % 750000,
            abs(random()) % 1000000, abs(random()) % 10 = 0, label >= 0, label >= 0 AND NOT disputed,
            iif(trial, :trial, ''), iif(trial, substr('abc', 1 + n % 3, 1), ''),
            iif(trial, substr('abcab', 2 + n % 3 + abs(random()) % 2, 1), ''),
            abs(random()) % 2, abs(random()) % 10 < 7, abs(random()) % 10 < 6, abs(random()) % 2 * 2 - 1
        FROM (SELECT *, row_number() OVER () AS n, row_number() OVER () <= :matches AS trial FROM face_facts)""",
    """INSERT INTO shadow_answers SELECT :answers_id, face_id, week, 1 + abs(random()) % 8 FROM face_facts""",
    "INSERT INTO shadow_reached VALUES (:answers_id, '2027-01-01T00:00:00.000000+00:00')",
)


def entries(count: int):
    one = an_entry("one")
    for number in range(1, count + 1):
        yield replace(one, face_id=f"{number:032x}")


def prepare(folder: Path, faces: int):
    fill(folder, faces)
    stores = open_stores(replace(config.load({}), data=folder))
    stores.records.save_study(a_study("faces", id=STUDY))
    stores.field.add_trial(TRIAL)
    stores.field.choose_shadows(ShadowChoice((OneModel.info.id,), NOON))
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    values = {"trial": TRIAL.id, "matches": faces // 10, "answers_id": OneModel.info.fingerprint}
    for statement in _FILL:
        connection.execute(statement, {name: value for name, value in values.items() if f":{name}" in statement})
    connection.close()
    stores.versions.create_version(a_version(study_id=STUDY), entries(min(VERSION_FACES, faces)))
    platform = assemble(replace(config.load({}), data=folder), stores=stores, models=OneModel(), detector=OneFace())
    return platform, stores


@click.command()
@click.option("--faces", default=1_000_000, show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(faces: int, runs: int) -> None:
    version = a_version(study_id=STUDY).id
    with tempfile.TemporaryDirectory() as folder:
        platform, stores = prepare(Path(folder), faces)
        first = milliseconds(lambda: platform.drift.report(OPERATOR, version, STUDY))
        questions = {
            "result of a trial": lambda: platform.trials.result(OPERATOR, TRIAL.id),
            "models in the background": lambda: platform.shadows.shadows(OPERATOR),
            "drift": lambda: platform.drift.report(OPERATOR, version, STUDY),
        }
        print(f"{faces:,} faces, {runs} runs each: median / slowest, ms")
        slowest = 0.0
        for name, ask in questions.items():
            times = [milliseconds(ask) for _ in range(runs)]
            slowest = max(slowest, *times)
            print(f"{statistics.median(times):8.1f} {max(times):8.1f}  {name}")
        print(f"{first:17.1f}  drift, at the first look at a version of {min(VERSION_FACES, faces):,} faces")
        print(f"{_storing(stores, runs):17.1f}  storing a face's record (median)")
    sys.exit(1 if slowest > LIMIT_MS else 0)


def _storing(stores, runs: int) -> float:
    stores.records.create_person(a_person())
    new = [a_face(f"new {number}", study_id=STUDY) for number in range(20 * runs)]
    return statistics.median(milliseconds(lambda face=face: stores.records.create_face(face)) for face in new)


if __name__ == "__main__":
    main()
