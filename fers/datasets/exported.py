"""What FERS hands out: dataset versions, the faces of people who agreed."""

from pathlib import Path, PurePosixPath

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files
from fers.datasets.splits import Split
from fers.datasets.tables import Record, Where, json_records

LIST = "faces.jsonl"
UNLABELLED = "without a label"


def load(path: Path, split: Split, source: str) -> FaceSet:
    """Read a download, zip or folder; its splits are "train", "validation" and "test". The face is what lies in the
    box that its owner drew."""
    files, gathering = Files(path), Gathering()
    lists = [name for name in files.names() if PurePosixPath(name).name == LIST]
    if not lists:
        raise DataError(f"{path} holds no {LIST}, so it was not exported from FERS")
    for table in lists:
        where = Where(f"{path}: {table}")
        for record in json_records(files.open(table), where):
            with where:
                if split.takes(str(record.get("split") or "")):
                    _gather(record, PurePosixPath(table).parent, files, gathering)
    split.check(source)
    return gathering.faces(source, lambda index: files.image(gathering.names[index]))


def _gather(record: Record, folder: PurePosixPath, files: Files, gathering: Gathering) -> None:
    if record.get("label") is None:
        gathering.drop(UNLABELLED)
        return
    if record.get("image") is None:
        raise DataError("its faces are packed: download the version in another format, such as imagefolder")
    image, box = record.get("image"), record.get("box")
    if not isinstance(box, list) or len(box) != 4:
        raise DataError(f"{box!r} is not a box (left, top, width, height)")
    gathering.add(
        files.existing(str(folder / str(image))),
        cells.emotion(record["label"]),
        cells.dimensions(record.get("valence"), record.get("arousal")),
        cells.box(*box),
        str(record.get("person") or ""),
    )
