"""Registering an uploaded model: the command line's own checks, run in a process of its own, which in turn opens the
file in a sealed one only."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from fers.cli.model_questions import in_words_of_the_page, refuse_unusable
from fers.cli.telling import Kind
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import ModelDoubted, ModelRejected
from fers.ui.services import platform
from fers.ui.web.processes import COMMAND, environment
from fers.wording import with_texts

PATIENCE_SECONDS = 600
AT_ONCE = 1 << 20
"""Bytes."""
LONGEST_NAME = 150
"""Bytes of an upload's name, without what tells its kind."""


def register(actor: Person, name: str, upload: BinaryIO, answers: dict[str, str], all_the_same: bool = False) -> str:
    """Register a weights file, or a zip of one or of a model folder, called `name`, and log it.

    `answers` are options of `fers models add`, which a folder with a description needs none of. Returns what the
    self-test says. Raises ModelRejected with the words of the command line, or ModelDoubted where the test found
    something and the model is not to be registered `all_the_same`.
    """
    require(actor, Action.MANAGE_MODELS)
    refuse_unusable(answers)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / _short(Path(name))
        _write(upload, path)
        options = [part for option, answer in answers.items() if (answer or "").strip() for part in (option, answer)]
        told = _add(path, [*options, *(["--yes"] if all_the_same else [])])
        told = [_on_the_page(line, folder, form=bool(answers)) for line in told]
    found = [line["says"] for line in told if line["kind"] == Kind.FOUND]
    last = told[-1] if told else {"kind": None}
    if last["kind"] in (Kind.REFUSED, Kind.DOUBTED):
        raise _refusal(found, last)
    if last["kind"] != Kind.REGISTERED:
        raise ModelRejected("sandbox.crashed")
    platform().live_model.log_registered(actor, last["id"])
    return "\n\n".join(line["says"] for line in told)


def _short(name: Path) -> str:
    """What a file is called, as our system can write it: others allow letters of several bytes that are as many."""
    return name.stem.encode()[:LONGEST_NAME].decode(errors="ignore") + name.suffix


def _write(upload: BinaryIO, path: Path) -> None:
    """In pieces: models are large, and somebody else's photo is waiting."""
    upload.seek(0)
    with path.open("wb") as file:
        while piece := upload.read(AT_ONCE):
            file.write(piece)


def _add(path: Path, options: list[str]) -> list[dict]:
    """Returns what the command tells, by `telling`."""
    try:
        finished = subprocess.run(
            [*COMMAND, "models", "add", str(path), "--json", *options],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelRejected("sandbox.too-slow") from error
    return list(_lines(finished.stdout))


def _lines(output: bytes) -> Iterator[dict]:
    """Without what libraries say in between, or a line that broke off."""
    for line in output.splitlines():
        with suppress(ValueError):
            if isinstance(told := json.loads(line), dict):
                yield told


def _on_the_page(line: dict, folder: str, form: bool) -> dict:
    """Without our folder, and with the page's fields. Whoever filled in the `form` wrote no description to correct."""
    words = line if form or "in_full" not in line else line | {"says": line["in_full"]}
    return with_texts(words, lambda text: in_words_of_the_page(text.replace(f"{folder}/", "")))


def _refusal(found: list[str], last: dict) -> ModelRejected:
    if last["kind"] == Kind.DOUBTED:
        return ModelDoubted("model.doubted-for", findings=" ".join(found), option=in_words_of_the_page("--yes"))
    return ModelRejected.revived(last)
