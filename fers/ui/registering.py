"""Registering an uploaded model: the command line's own checks, run in a process of its own, because a broken file may
take the process that opens it down."""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fers.config import REPOSITORY
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, ModelDoubted, ModelRejected
from fers.inference.model_folder import DESCRIPTION
from fers.model_questions import REGISTERED, in_words_of_the_page
from fers.ui.services import platform

LARGEST_UNPACKED = 1_000_000_000
"""Bytes."""
LARGEST_NUMBER_OF_FILES = 1000
PATIENCE_SECONDS = 300
WRONG, ERROR = "WRONG: ", "Error: "
"""What the command line's lines about a finding and about a failure begin with."""
LEFT_BEHIND = {"__MACOSX", ".DS_Store"}
"""What a Mac adds to a zip."""


def register(actor: Person, name: str, data: bytes, answers: dict[str, str], all_the_same: bool = False) -> str:
    """Register a weights file, or a zip of one or of a model folder, called `name`, and log it.

    `answers` are options of `fers models add`, which a folder with a description needs none of. Returns what the
    self-test says. Raises ModelRejected with the words of the command line, ModelDoubted where the test found something
    and the model is not to be registered `all_the_same`, or InvalidInput for a zip that can't be unpacked.
    """
    require(actor, Action.MANAGE_MODELS)
    with tempfile.TemporaryDirectory() as folder:
        path = _laid_down(Path(name).name, data, Path(folder))
        options = [part for option, answer in answers.items() if answer.strip() for part in (option, answer)]
        told = _add(path, [*options, *(["--yes"] if all_the_same else [])])
        said, complained = (
            in_words_of_the_page(text.decode(errors="replace").replace(f"{folder}/", "")).splitlines()
            for text in (told.stdout, told.stderr)
        )
    if told.returncode != 0:
        raise _refusal(said, complained, all_the_same)
    registered = next(line for line in reversed(said) if f" {REGISTERED}" in line)
    platform().live_model.log_registered(actor, registered.split()[0])
    return "\n\n".join(filter(str.strip, said))


def describes_itself(name: str, upload: BinaryIO) -> bool:
    """Whether nothing has to be asked about an upload: a model folder with a description, or what can't be unpacked."""
    if Path(name).suffix.lower() != ".zip":
        return False
    try:
        with zipfile.ZipFile(upload) as archive:
            return any(PurePosixPath(file).name == DESCRIPTION for file in _files(archive))
    except Exception:  # noqa: BLE001 - a damaged zip raises many kinds
        return True


def _add(path: Path, options: list[str]) -> subprocess.CompletedProcess:
    command = [sys.executable, "-W", "ignore", "-m", "fers", "models", "add", str(path), *options]
    try:
        return subprocess.run(
            command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ModelRejected("The model took too long to try.", "Give a smaller one.") from error


def _refusal(said: list[str], complained: list[str], all_the_same: bool) -> ModelRejected:
    found = [line.removeprefix(WRONG) for line in said if line.startswith(WRONG)]
    reasons = [line.removeprefix(ERROR) for line in complained if line.startswith(ERROR)]
    if not reasons:
        return ModelRejected("The file made the program that tried it fail.", "Check it with another tool.")
    refusal = ModelDoubted if found and not all_the_same else ModelRejected
    return refusal(*filter(None, (" ".join(found), " ".join(reasons))))


def _laid_down(name: str, data: bytes, folder: Path) -> Path:
    """Write the upload into `folder`. Returns the weights file or the model folder."""
    path = folder / name
    if path.suffix.lower() != ".zip":
        path.write_bytes(data)
        return path
    unpacked = folder / path.stem
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive)
            archive.extractall(unpacked, _files(archive))
            while len(inside := list(unpacked.iterdir())) == 1 and inside[0].is_dir():
                unpacked = inside[0]
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged zip raises many kinds
        raise InvalidInput("The zip can't be unpacked.", "Pack the model folder anew.") from error
    return unpacked


def _files(archive: zipfile.ZipFile) -> list[str]:
    """What is of use in it."""
    return [name for name in archive.namelist() if not LEFT_BEHIND & set(PurePosixPath(name).parts)]


def _check(archive: zipfile.ZipFile) -> None:
    files = archive.infolist()
    if len(files) > LARGEST_NUMBER_OF_FILES or sum(file.file_size for file in files) > LARGEST_UNPACKED:
        raise InvalidInput("The zip holds more than a model.", "Pack the model folder alone, below 1 GB.")
