"""Class sub-folders: the folder that an image lies in names its class."""

from pathlib import Path, PurePosixPath

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files, is_picture
from fers.datasets.splits import Split
from fers.domain.emotions import LABELS, Emotion


def load(path: Path, split: Split, source: str) -> FaceSet:
    """Read `happy/a.jpg`, or `train/happy/a.jpg` with the split "train", from the folder or zip `path`."""
    files, gathering = Files(path), Gathering()
    pictures = [name for name in files.names() if is_picture(name)]
    classes = {folder: _emotion(path, folder) for folder in {PurePosixPath(name).parent for name in pictures}}
    pictures = [name for name in pictures if split.takes(PurePosixPath(name).parent.parent.name)]
    split.check(source)
    for name in pictures:
        gathering.add(name, classes[PurePosixPath(name).parent])
    return gathering.faces(source, lambda index: files.image(gathering.names[index]))


def _emotion(path: Path, folder: PurePosixPath) -> Emotion:
    try:
        return cells.emotion(folder.name)
    except DataError as error:
        raise DataError(
            f"{path}: the folder {str(folder)!r} holds images, but its name is none of {', '.join(LABELS)}"
        ) from error
