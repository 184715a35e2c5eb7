"""Download a large dataset version, whole photos (synthesised).

    python -m benchmarks.export [--faces 100000] [--kilobytes 100] [--format imagefolder]

Prints for each format how soon the first byte leaves, how long all of it takes against copying the same photos into
uncompressed zips with Python's own `zipfile`, a thousand at a time in turns, and by how much the process grows. Exits
with 1 when one takes longer than 2 s to its first byte, twice the time of copying, or 100 MB.
"""

import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
import numpy as np

from fers.domain.boxes import Box
from fers.domain.consent import ConsentText
from fers.domain.emotions import Emotion
from fers.domain.faces import Display, Source
from fers.domain.labels import Verdict, only
from fers.domain.snapshots import Entry, Snapshot, Split, Vote
from fers.domain.studies import Study
from fers.exporting.archive import FORMATS, members, zipped
from fers.exporting.release import Cut, Release
from fers.storage.database import Database
from fers.storage.embedded_snapshots import EmbeddedSnapshots

FIRST_BYTE_SECONDS, RATIO, MEGABYTES = 2, 2, 100
PHOTOS = 200
"""Different ones, read over and over: a disk full of photos would measure the disk."""
TURN = 1000
VOTES = tuple(Vote(f"{n:016x}", Verdict.EMOTION, only(Emotion(n))) for n in range(3))
STUDY = Study("ab" * 8, "Faces", "To measure.", "Nobody", "nowhere", 30, 0.5, "measure", True, True)


@dataclass
class Measured:
    first_byte: float
    """Seconds."""
    seconds: float
    copying: float
    """Seconds that copying the same photos took."""
    grown: float
    """Megabytes."""


def entry(number: int, bytes: int) -> Entry:
    return Entry(
        face_id=f"{number:032x}",
        person=f"{number // 5:016x}",
        split=list(Split)[max(0, number % 10 - 7)],
        sha256="ab" * 32,
        width=640,
        height=480,
        bytes=bytes,
        box=Box(100, 100, 200, 200),
        source=Source.WEBCAM,
        own_label=Emotion(number % 8),
        display=Display.POSED,
        perceived=Emotion(number % 8),
        votes=VOTES,
        intensity=3,
        valence=0.5,
        arousal=None,
        model_id="fersnet",
        model_version="1.0.0",
        probabilities=(0.125,) * 8,
        consent_sha256="cd" * 32,
        fingerprint="0f" * 32,
    )


def release(folder: Path, faces: int, photos: list[Path]) -> Release:
    """A version in a store of its own, whose photos are read from `photos` in turn."""
    words = (ConsentText("2026-11", "# Words"),)
    snapshot = Snapshot("12" * 32, STUDY.id, "v1", datetime(2026, 1, 1, tzinfo=UTC), faces, faces // 5, 0, 0, words)
    database = Database(folder)
    with database.transaction() as sql:
        rows = ((f"{number:032x}", STUDY.id) for number in range(faces))
        sql.executemany("INSERT INTO faces VALUES (?, 'p', ?, '2026', '2030', '{}')", rows)
    store = EmbeddedSnapshots(database)
    size = photos[0].stat().st_size
    store.create_snapshot(snapshot, (entry(number, size) for number in range(faces)))
    return Release(
        snapshot,
        STUDY,
        faces,
        Cut.WHOLE,
        lambda face_id: photos[int(face_id, 16) % PHOTOS].read_bytes(),
        partial(store.entries, snapshot.id),
    )


def measured(chunks: Iterable[bytes], faces: int, photos: list[Path], copy: Path) -> Measured:
    """Take all chunks, as a client would that is never too slow, and copy as many photos in turns with it."""
    result, memory = Measured(0.0, 0.0, 0.0, 0.0), _resident()
    size, taken, copied, started = photos[0].stat().st_size, 0, 0, time.perf_counter()
    for chunk in chunks:
        result.first_byte = result.first_byte or time.perf_counter() - started
        taken += len(chunk)
        if taken >= (copied + TURN) * size and copied + TURN <= faces:
            result.seconds += time.perf_counter() - started
            result.copying += copying(copy, range(copied, copied + TURN), photos)
            result.grown = max(result.grown, _resident() - memory)
            copied, started = copied + TURN, time.perf_counter()
    result.seconds += time.perf_counter() - started
    result.copying += copying(copy, range(copied, faces), photos)
    return result


def copying(copy: Path, numbers: range, photos: list[Path]) -> float:
    """Seconds to copy photos into an uncompressed zip."""
    started = time.perf_counter()
    with copy.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        for number in numbers:
            archive.write(photos[number % PHOTOS], f"images/{number:032x}.jpg")
    return time.perf_counter() - started


def _resident() -> float:
    """Megabytes of this process in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


@click.command(help=__doc__)
@click.option("--faces", default=100_000, show_default=True)
@click.option("--kilobytes", default=100, show_default=True, help="Size of a photo.")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="[default: all]")
def main(faces: int, kilobytes: int, formats: tuple[str, ...]) -> None:
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        photos = [folder / f"{number}.jpg" for number in range(PHOTOS)]
        for number, photo in enumerate(photos):
            photo.write_bytes(np.random.default_rng(number).bytes(kilobytes * 1000))
        version = release(folder, faces, photos)
        print(f"{faces:,} photos of {kilobytes} kB, copied and exported in turns of {TURN:,}")
        for name in formats or FORMATS:
            taken = measured(zipped(members(version, FORMATS[name]), version), faces, photos, folder / "copy.zip")
            ratio = taken.seconds / taken.copying
            missed |= taken.first_byte > FIRST_BYTE_SECONDS or ratio > RATIO or taken.grown > MEGABYTES
            print(
                f"{name:12} first byte {taken.first_byte * 1000:6.1f} ms, all {taken.seconds:6.1f} s against"
                f" {taken.copying:6.1f} s ({ratio:.2f}x), grown by {taken.grown:5.1f} MB",
                flush=True,
            )
    sys.exit(missed)


if __name__ == "__main__":
    main()
