"""Registering an uploaded model: the command line's own checks, run in a process of its own, because a broken file may
take the process that opens it down."""

import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from fers.config import REPOSITORY
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import InvalidInput, ModelRejected

LARGEST_UNPACKED = 1_000_000_000
"""Bytes."""
LARGEST_NUMBER_OF_FILES = 1000
PATIENCE_SECONDS = 300


def register(actor: Person, name: str, data: bytes, answers: dict[str, str]) -> str:
    """Register a weights file, or a zip of a model folder, called `name`.

    `answers` are options of `fers models add`, which a folder with a description needs none of. Returns what the
    self-test says. Raises ModelRejected with the words of the command line, or InvalidInput for a zip that can't be
    unpacked.
    """
    require(actor, Action.MANAGE_MODELS)
    with tempfile.TemporaryDirectory() as folder:
        path = _laid_down(Path(name).name, data, Path(folder))
        options = [part for option, answer in answers.items() if answer for part in (option, answer)]
        command = [sys.executable, "-W", "ignore", "-m", "fers", "models", "add", str(path), *options]
        try:
            told = subprocess.run(
                command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise ModelRejected("The model took too long to try.", "Give a smaller one.") from error
    said = [line for line in told.stdout.decode(errors="replace").splitlines() if line.strip()]
    if told.returncode == 0:
        return "\n\n".join(said)
    raise ModelRejected(_refusal(said, told.stderr.decode(errors="replace")))


def _refusal(said: list[str], complained: str) -> str:
    found = [line for line in said if line.startswith("WRONG")]
    reasons = [line.removeprefix("Error: ") for line in complained.splitlines() if line.startswith("Error: ")]
    return " ".join([*found, *reasons]) or "The file made the program that tried it fail. Check it with another tool."


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
            archive.extractall(unpacked)
            inside = list(unpacked.iterdir())
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged zip raises many kinds
        raise InvalidInput("The zip can't be unpacked.", "Pack the model folder anew.") from error
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else unpacked


def _check(archive: zipfile.ZipFile) -> None:
    files = archive.infolist()
    if len(files) > LARGEST_NUMBER_OF_FILES or sum(file.file_size for file in files) > LARGEST_UNPACKED:
        raise InvalidInput("The zip holds more than a model.", "Pack the model folder alone, below 1 GB.")
