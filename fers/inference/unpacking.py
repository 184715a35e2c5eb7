"""Zips of a model folder, or of weights and what lies beside them."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fers.errors import InvalidInput
from fers.inference.model_folder import DESCRIPTION

LARGEST_UNPACKED = 1_000_000_000
"""Bytes."""
LARGEST_NUMBER_OF_FILES = 1000
LEFT_BEHIND = {"__MACOSX", ".DS_Store"}
"""What a Mac adds to a zip."""
SUFFIX = ".zip"


_KERAS = {"config.json", "metadata.json", "model.weights.h5"}
"""What a .keras file, which is a zip itself, holds."""
_PYTORCH = "data.pkl"
"""A file in each of PyTorch's, which are zips, too."""


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """What a zip holds, in a folder called like it, or `path` itself where that is no zip of files. What somebody
    unpacked of a .keras file is one again. Raises InvalidInput."""
    with tempfile.TemporaryDirectory(prefix="fers-zip-") as folder:
        around = Path(folder).resolve()
        inside = path
        if path.suffix.lower() == SUFFIX and path.is_file() and not _is_one_model(path):
            # Of "...zip" the name is "..", which is a folder that others use.
            inside = _content(path, around / (path.stem.strip(".") or "model"))
        if inside.is_dir() and {file.name for file in inside.iterdir()} >= _KERAS:
            inside = _of_keras(inside, around / f"{inside.resolve().name}.keras")
        yield inside


def _is_one_model(file: Path) -> bool:
    """Whether a file called .zip is a model of Keras or PyTorch as it is."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = _files(archive)
    except Exception:  # noqa: BLE001 - a damaged zip raises many kinds
        return False
    return set(names) >= _KERAS or any(PurePosixPath(name).name == _PYTORCH for name in names)


def _content(path: Path, inside: Path) -> Path:
    """The folder below `inside` that holds what a zip does."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive)
            archive.extractall(inside, _files(archive))
        while further := _only_folder(inside):
            inside = further
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged zip raises many kinds
        raise InvalidInput("model-zip.broken") from error
    return inside


def _only_folder(folder: Path) -> Path | None:
    """The one folder that is all a folder holds, or all of it that is of use: a model folder beside a README, say."""
    content = list(folder.iterdir())
    folders = [found for found in content if found.is_dir()]
    if len(folders) != 1 or (folder / DESCRIPTION).is_file():
        return None
    return folders[0] if len(content) == 1 or (folders[0] / DESCRIPTION).is_file() else None


def _of_keras(folder: Path, file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name in sorted(_KERAS):
            archive.write(folder / name, name)
    return file


def describes_itself(name: str, upload: BinaryIO) -> bool:
    """Whether nothing has to be asked about an upload: a model folder with a description, or what can't be unpacked."""
    if Path(name).suffix.lower() != SUFFIX:
        return False
    try:
        with zipfile.ZipFile(upload) as archive:
            return any(PurePosixPath(file).name == DESCRIPTION for file in _files(archive))
    except Exception:  # noqa: BLE001 - a damaged zip raises many kinds
        return True


def _files(archive: zipfile.ZipFile) -> list[str]:
    """What is of use in it."""
    return [name for name in archive.namelist() if not LEFT_BEHIND & set(PurePosixPath(name).parts)]


def _check(archive: zipfile.ZipFile) -> None:
    files = archive.infolist()
    if len(files) > LARGEST_NUMBER_OF_FILES or sum(file.file_size for file in files) > LARGEST_UNPACKED:
        raise InvalidInput("model-zip.too-large", limit=LARGEST_UNPACKED)
