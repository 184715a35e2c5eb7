"""Registering an uploaded model: the command line's own checks, run in a process of its own, which in turn opens the
file in a sealed one only."""

import subprocess
import tempfile
from pathlib import Path
from typing import BinaryIO

from fers.cli.model_questions import REGISTERED, in_words_of_the_page
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import ModelDoubted, ModelRejected
from fers.ui.services import platform
from fers.ui.web.processes import COMMAND, environment

PATIENCE_SECONDS = 600
WRONG, ERROR = "WRONG: ", "Error: "
"""What the command line's lines about a finding and about a failure begin with."""
AT_ONCE = 1 << 20
"""Bytes."""


def register(actor: Person, name: str, upload: BinaryIO, answers: dict[str, str], all_the_same: bool = False) -> str:
    """Register a weights file, or a zip of one or of a model folder, called `name`, and log it.

    `answers` are options of `fers models add`, which a folder with a description needs none of. Returns what the
    self-test says. Raises ModelRejected with the words of the command line, or ModelDoubted where the test found
    something and the model is not to be registered `all_the_same`.
    """
    require(actor, Action.MANAGE_MODELS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(name).name
        _write(upload, path)
        options = [part for option, answer in answers.items() if (answer or "").strip() for part in (option, answer)]
        told = _add(path, [*options, *(["--yes"] if all_the_same else [])])
        said, complained = (
            in_words_of_the_page(text.decode(errors="replace").replace(f"{folder}/", ""), bool(answers)).splitlines()
            for text in (told.stdout, told.stderr)
        )
    if told.returncode != 0:
        raise _refusal(said, complained, all_the_same)
    registered = next(line for line in reversed(said) if f" {REGISTERED}" in line)
    platform().live_model.log_registered(actor, registered.split()[0])
    return "\n\n".join(line.removeprefix(WRONG) for line in said if line.strip())


def _write(upload: BinaryIO, path: Path) -> None:
    """In pieces: models are large, and somebody else's photo is waiting."""
    upload.seek(0)
    with path.open("wb") as file:
        while piece := upload.read(AT_ONCE):
            file.write(piece)


def _add(path: Path, options: list[str]) -> subprocess.CompletedProcess:
    try:
        return subprocess.run(
            [*COMMAND, "models", "add", str(path), *options],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
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
