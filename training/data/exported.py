"""What `python -m fers export` writes: the faces of people who agreed."""

from pathlib import Path, PurePosixPath

from training.data import cells
from training.data.faces import DataError, FaceSet, Gathering
from training.data.files import Files
from training.data.splits import Split
from training.data.tables import Record, Where, json_records

LIST = "faces.jsonl"
UNLABELLED = "without a label"


def load(path: Path, split: Split, source: str) -> FaceSet:
    """Read an export, a folder or zip. The face is what lies in the box that its owner drew."""
    files, gathering = Files(path), Gathering()
    lists = [name for name in files.names() if PurePosixPath(name).name == LIST]
    if not lists:
        raise DataError(f"{path} holds no {LIST}, so it was not exported from FERS")
    for table in lists:
        where = Where(f"{path}: {table}")
        for record in json_records(files.open(table), where):
            with where:
                if split.takes(""):
                    _gather(record, PurePosixPath(table).parent, files, gathering)
    split.check(source)
    return gathering.faces(source, lambda index: files.image(gathering.names[index]))


def _gather(record: Record, folder: PurePosixPath, files: Files, gathering: Gathering) -> None:
    if record.get("label") is None:
        gathering.drop(UNLABELLED)
        return
    image, box = record.get("image"), record.get("box")
    if not isinstance(box, list) or len(box) != 4:
        raise DataError(f"{box!r} is not a box (left, top, width, height)")
    gathering.add(
        files.existing(str(folder / str(image))),
        cells.emotion(record["label"]),
        cells.dimensions(record.get("valence"), record.get("arousal")),
        cells.box(*box),
    )
