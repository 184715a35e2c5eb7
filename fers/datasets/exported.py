"""What FERS hands out: dataset versions, the faces of people who agreed."""

from pathlib import Path, PurePosixPath

from PIL import Image

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files
from fers.datasets.packed import PackedImages
from fers.datasets.reading import Reading
from fers.datasets.tables import Record, json_records
from fers.datasets.words import Vocabulary

LIST = "faces.jsonl"
_WORDS = Vocabulary()
UNLABELLED = "without a label"


def load(path: Path, reading: Reading) -> FaceSet:
    """Read a download, zip or folder; its splits are "train", "validation" and "test". The face is what lies in the
    box that its owner drew."""
    files, gathering = Files(path), Gathering()
    lists = [name for name in files.names() if PurePosixPath(name).name == LIST]
    if not lists:
        raise DataError("exported.no-list", path=path, list=LIST)
    packed = PackedImages(files)
    for table in lists:
        where = reading.at(f"{path}: {table}")
        for record in json_records(files.open(table), where):
            with where:
                if reading.split.takes(str(record.get("split") or "")):
                    _gather(record, PurePosixPath(table).parent, files, packed, gathering)
    reading.split.check(reading.source)
    return gathering.faces(reading.source, lambda index: _open(gathering.names[index], files, packed))


def _open(name: str, files: Files, packed: PackedImages) -> Image.Image:
    return packed.image(name) if name in packed else files.image(name)


def _gather(record: Record, folder: PurePosixPath, files: Files, packed: PackedImages, gathering: Gathering) -> None:
    if record.get("label") is None:
        gathering.drop(UNLABELLED)
        return
    box = record.get("box")
    if not isinstance(box, list) or len(box) != 4:
        raise DataError("cell.no-box", box=str(box))
    gathering.add(
        _place(record, folder, files, packed),
        _WORDS.emotion(record["label"]),
        cells.dimensions(record.get("valence"), record.get("arousal")),
        cells.box(*box),
        str(record.get("person") or ""),
    )


def _place(record: Record, folder: PurePosixPath, files: Files, packed: PackedImages) -> str:
    """The image's file, or the face's id where images are packed."""
    image, face_id = record.get("image"), str(record.get("id"))
    if image is not None:
        return files.existing(str(folder / str(image)))
    if face_id in packed:
        return face_id
    raise DataError("exported.packed-otherwise")
