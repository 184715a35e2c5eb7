"""A dataset version written by many workers, a shard each at a time: byte for byte what `Downloads.write` writes."""

import glob
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from fers import assembly
from fers.config import Settings
from fers.domain.people import OPERATOR
from fers.domain.versions import Split
from fers.errors import InvalidInput, NotFound
from fers.exporting import shards
from fers.exporting.archive import FORMATS, SUMS, members_around, summed
from fers.exporting.exported_version import Cut, ExportedVersion, Member
from fers.pipelines.engine import pipeline


@dataclass(frozen=True)
class Order:
    """What is to be written, and where: in a `place` that every worker sees."""

    study_id: str
    version: str
    format: str
    cut: Cut
    folder: str


def place(out: str) -> str:
    """Where `out` is, wherever a worker runs: a folder by its whole path, or an address such as gs://BUCKET/FOLDER.

    Raises InvalidInput for a kind of address that this environment can't write to.
    """
    try:
        FileSystems.get_filesystem(out)
    except ValueError as error:
        raise InvalidInput("export.cannot-write-to", address=out) from error
    return out if FileSystems.get_scheme(out) else str(Path(out).resolve())


def export_by_beam(settings: Settings, order: Order, workers: int, options: Sequence[str] = ()) -> None:
    """Write a version into a new folder; see `engine.pipeline` for `workers` and `options`.

    Every file appears whole, the checksums last. Without them the folder isn't finished, and the same order writes it
    anew, shard by shard, so that nobody who withdrew meanwhile stays in it. Raises NotFound, also when a face was
    withdrawn while others were written, or InvalidInput when the folder is there, finished, or the format doesn't come
    in shards.
    """
    if order.format not in shards.KINDS:
        raise InvalidInput("export.no-shards", format=order.format, formats=list(shards.KINDS))
    if FileSystems.exists(FileSystems.join(order.folder, SUMS)):
        raise InvalidInput("export.folder-exists", folder=order.folder)
    downloads = assembly.assemble(settings).downloads
    exported = downloads.open(OPERATOR, order.study_id, order.version, order.format, order.cut).exported
    _clear(order)
    with pipeline(workers, options) as work:
        (
            work
            | beam.Create(list(enumerate(shards.places(exported))))
            | beam.Reshuffle()
            | "Write" >> beam.ParDo(_WriteShard(settings, order))
            | "Wait for all" >> beam.combiners.ToList()
            | "Finish" >> beam.ParDo(_Finish(settings, order, exported.faces))
        )
    if not FileSystems.exists(FileSystems.join(order.folder, SUMS)):
        _clear(order)
        raise NotFound("version.face-withdrawn")


class _OnPlatform(beam.DoFn):
    """Each worker opens its own store, once."""

    def __init__(self, settings: Settings, order: Order):
        self._settings = settings
        self._order = order

    def setup(self) -> None:
        self._downloads = assembly.assemble(self._settings).downloads

    def _exported(self) -> ExportedVersion:
        order = self._order
        return self._downloads.exported(OPERATOR, order.study_id, order.version, order.cut)


class _WriteShard(_OnPlatform):
    def process(self, numbered: tuple[int, tuple[Split, int]]) -> Iterator[tuple[int, bytes]]:
        """The shard's place and its line among the checksums."""
        place, (split, number) = numbered
        shard = shards.shard(self._exported(), self._order.format, split, number)
        if shard:
            sums = bytearray()
            _write(self._order.folder, summed(shard, sums))
            yield place, bytes(sums)


class _Finish(_OnPlatform):
    """Writes everything but the shards, and the checksums only if all faces are there still that were to be written."""

    def __init__(self, settings: Settings, order: Order, faces: int):
        super().__init__(settings, order)
        self._faces = faces

    def process(self, lines: list[tuple[int, bytes]]) -> None:
        sums = b"".join(line for _, line in sorted(lines))
        for member in members_around(self._exported(), FORMATS[self._order.format], sums):
            if member.name != SUMS or self._exported().faces == self._faces:
                _write(self._order.folder, member)


def _clear(order: Order) -> None:
    """Remove the shards of an attempt that died, whole or in part."""
    where, ending, _ = shards.KINDS[order.format]
    folder = glob.escape(order.folder)
    patterns = [FileSystems.join(folder, f"{where}{split}-*.{ending}*") for split in Split]
    FileSystems.delete([shard.path for found in FileSystems.match(patterns) for shard in found.metadata_list])


def _write(folder: str, member: Member) -> None:
    """Under its name when it is whole. Beam may have two workers write the same shard: each has a file of its own."""
    path = FileSystems.join(folder, *member.name.split("/"))
    part = f"{path}.{secrets.token_hex(4)}.part"
    with FileSystems.create(part) as file:
        for chunk in member.chunks:
            file.write(chunk)
    FileSystems.rename([part], [path])
