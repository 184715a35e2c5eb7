"""Download a large dataset version (synthesised), faces cut out and whole photos.

    python -m benchmarks.export [--faces 100000] [--cut crop] [--kilobytes 20] [--format imagefolder]

Prints for each format how soon the first byte leaves, counted from when the download is asked for, how long all of it
takes against copying the same pictures into uncompressed zips with Python's own `zipfile`, a thousand at a time in
turns, and by how much the process grows. Exits with 1 when one takes longer than 2 s to its first byte, twice the time
of copying, or 100 MB.
"""

import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click
import numpy as np

from fers import config
from fers.adapters import open_stores
from fers.assembly import Platform, assemble
from fers.config import Settings
from fers.domain.boxes import Box
from fers.domain.consent import ConsentText
from fers.domain.emotions import Emotion
from fers.domain.faces import Display, Source
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.domain.studies import Study
from fers.domain.versions import SHARED, DatasetVersion, Entry, Measures, Split, Vote
from fers.exporting.archive import FORMATS
from fers.exporting.exported_version import ENCODER, Cut, measured
from fers.storage.sqlite.database import Database

FIRST_BYTE_SECONDS, RATIO, MEGABYTES = 2, 2, 100
KILOBYTES = {Cut.CROP: 20, Cut.WHOLE: 100}
"""What the test portrait comes to, cut out and whole."""
PICTURES = 200
"""Different ones, over and over."""
TURN = 1000
VOTES = tuple(Vote(f"{n:016x}", Verdict.EMOTION, only(Emotion(n))) for n in range(3))
STUDY = Study("ab" * 8, "Faces", "To measure.", "Nobody", "nowhere", 30, 0.5, "measure", True, True)
WORDS = (ConsentText("2026-11", "# Words"),)


@dataclass
class Taken:
    first_byte: float
    """Seconds."""
    seconds: float
    copying: float
    """Seconds that copying the same pictures took."""
    grown: float
    """Megabytes."""


class Photos:
    """Stands in for the stored photos: a disk full of them would measure the disk."""

    def __init__(self, files: list[Path]):
        self._files = files

    def get(self, face_id: str) -> bytes:
        return self._files[int(face_id, 16) % PICTURES].read_bytes()


def entry(number: int, sha256: str, bytes: int, measures: Measures) -> Entry:
    return Entry(
        face_id=f"{number:032x}",
        person=f"{number // 5:016x}",
        split=list(Split)[max(0, number % 10 - 7)],
        sha256=sha256,
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
        measures=measures,
    )


def entries(faces: int, pictures: list[bytes]) -> Iterator[Entry]:
    """Of faces that come to `pictures` whole, and cut out."""
    sums = [(sha256(data).hexdigest(), len(data), measured(data, data)) for data in pictures]
    return (entry(number, *sums[number % PICTURES]) for number in range(faces))


def store(settings: Settings, faces: int, files: list[Path]) -> Platform:
    """A store whose only version holds `faces` faces."""
    stores, pictures = open_stores(settings), [file.read_bytes() for file in files]
    stores.records.save_study(STUDY)
    ids = [f"{number:032x}" for number in range(faces)]
    shared = json.dumps({"purposes": sorted(SHARED)})
    database = Database(settings.data)
    with database.transaction() as sql:
        sql.executemany("INSERT INTO faces VALUES (?, 'p', ?, '2026', '9', ?)", ((id, STUDY.id, shared) for id in ids))
    database.close()
    version = DatasetVersion(
        "12" * 32, STUDY.id, "v1", datetime(2026, 1, 1, tzinfo=UTC), faces, faces // 5, 0, 0, WORDS
    )
    stores.versions.create_version(version, entries(faces, pictures))
    return assemble(settings, stores=replace(stores, images=Photos(files)))


def keep_crops(settings: Settings, faces: int, files: list[Path]) -> None:
    versions, pictures = open_stores(settings).versions, [file.read_bytes() for file in files]
    for start in range(0, faces, TURN):
        numbers = range(start, min(faces, start + TURN))
        versions.keep_crops({f"{number:032x}": pictures[number % PICTURES] for number in numbers}, ENCODER)


def taken(begin: Callable[[], Iterable[bytes]], faces: int, files: list[Path], copy: Path) -> Taken:
    """Take all that `begin` makes, as a client would that is never too slow, and copy as many pictures in turns."""
    result, memory = Taken(0.0, 0.0, 0.0, 0.0), _resident()
    size, came, copied, started = files[0].stat().st_size, 0, 0, time.perf_counter()
    for chunk in begin():
        result.first_byte = result.first_byte or time.perf_counter() - started
        came += len(chunk)
        if came >= (copied + TURN) * size and copied + TURN <= faces:
            result.seconds += time.perf_counter() - started
            result.copying += copying(copy, range(copied, copied + TURN), files)
            result.grown = max(result.grown, _resident() - memory)
            copied, started = copied + TURN, time.perf_counter()
    result.seconds += time.perf_counter() - started
    result.copying += copying(copy, range(copied, faces), files)
    return result


def copying(copy: Path, numbers: range, files: list[Path]) -> float:
    """Seconds to copy pictures into an uncompressed zip."""
    started = time.perf_counter()
    with copy.open("wb") as file, zipfile.ZipFile(file, "w") as archive:
        for number in numbers:
            archive.write(files[number % PICTURES], f"images/{number:032x}.jpg")
    return time.perf_counter() - started


def _resident() -> float:
    """Megabytes of this process in memory."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1000


def measure(folder: Path, faces: int, cut: Cut, kilobytes: int, formats: Iterable[str]) -> bool:
    """Print a line a format. Returns whether all of them keep to the limits."""
    files = [folder / f"{number}.jpg" for number in range(PICTURES)]
    for number, file in enumerate(files):
        file.write_bytes(np.random.default_rng(number).bytes(kilobytes * 1000))
    settings = replace(config.load({}), data=folder / "store")
    platform, kept = store(settings, faces, files), True
    if cut is Cut.CROP:
        keep_crops(settings, faces, files)
    print(f"{faces:,} of {kilobytes} kB ({cut}), copied and exported in turns of {TURN:,}")
    for name in formats:

        def begin(name: str = name) -> Iterator[bytes]:
            download = platform.downloads.open(OPERATOR, STUDY.id, "v1", name, cut)
            return download.zip() if download.tag else iter(())  # The tag is sent before the first byte.

        found = taken(begin, faces, files, folder / "copy.zip")
        ratio = found.seconds / found.copying
        kept &= found.first_byte <= FIRST_BYTE_SECONDS and ratio <= RATIO and found.grown <= MEGABYTES
        print(
            f"{name:12} first byte {found.first_byte * 1000:6.1f} ms, all {found.seconds:6.1f} s against"
            f" {found.copying:6.1f} s ({ratio:.2f}x), grown by {found.grown:5.1f} MB",
            flush=True,
        )
    return kept


@click.command(help=__doc__)
@click.option("--faces", default=100_000, show_default=True)
@click.option("--cut", "cuts", multiple=True, type=click.Choice([cut.value for cut in Cut]), help="[default: both]")
@click.option("--kilobytes", default=0, help="Size of a picture. [default: 20 for a crop, 100 for a photo]")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help="[default: all]")
def main(faces: int, cuts: tuple[str, ...], kilobytes: int, formats: tuple[str, ...]) -> None:
    kept = True
    for cut in map(Cut, cuts or Cut):
        with tempfile.TemporaryDirectory() as folder:
            kept &= measure(Path(folder), faces, cut, kilobytes or KILOBYTES[cut], formats or FORMATS)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
