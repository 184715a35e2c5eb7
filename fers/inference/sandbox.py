"""Where foreign models are looked at and tried: a process that sees an empty folder and what is put into it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from fers.errors import ModelRejected
from fers.inference.runtimes import OUT_OF_MEMORY
from fers.inference.sealing import MEMORY_BYTES

PATIENCE_SECONDS = 280
"""For one task, whatever the process does meanwhile."""
LARGEST_ANSWER_BYTES = 20_000_000
"""What dozens of outputs say of noise."""
_CODE = Path(__file__).parents[1]
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TZ")
"""Of the environment, where secrets are."""


class Sandbox:
    """A sealed process (`sealing.seal`) at work in `folder`, on tasks of `trial.TASKS`."""

    def __init__(self, folder: Path, memory: int = MEMORY_BYTES):
        self.folder = folder
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._late = False
        self._words = folder.parent / "words"
        self.shut: dict[str, bool] = {}
        """Which of "files" and "network" the system shuts; known once a task was done."""

    def clear(self) -> None:
        """End the process and begin with an empty folder again: what it left there, links to elsewhere perhaps, must
        not be written to."""
        self.close()
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def bring(self, source: Path, name: str) -> Path:
        """Copy a file or folder in, before anything runs there."""
        target = self.folder / name
        if source.is_dir():
            return Path(shutil.copytree(source, target, symlinks=True))
        return Path(shutil.copyfile(source, target))

    def fetch(self, name: str, target: Path) -> None:
        """Copy a file that a task left out to `target`. The process that left it isn't trusted, so it is ended first.
        Raises ModelRejected when there is no plain file."""
        self.close()
        made = self.folder / name
        if not made.resolve().is_relative_to(self.folder.resolve()) or made.is_symlink() or not made.is_file():
            raise ModelRejected("sandbox.crashed")
        shutil.copyfile(made, target)

    def ask(self, task: str, **arguments: Any) -> dict[str, Any]:
        """What the process answers. Raises ModelRejected with its refusal, or with how it ended."""
        process = self._process = self._process or self._start()
        assert process.stdin and process.stdout  # It was started with pipes.
        timer = threading.Timer(PATIENCE_SECONDS, self._give_up, [process])
        timer.start()
        try:
            process.stdin.write(json.dumps({"task": task} | arguments).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline(LARGEST_ANSWER_BYTES)
            answer = json.loads(line)
            refusal = ModelRejected.revived(answer["refused"]) if "refused" in answer else None
        except (OSError, ValueError) as error:
            raise self._end(process) from error
        finally:
            timer.cancel()
        self.shut = answer["shut"]
        if refusal:
            raise refusal
        done: dict[str, Any] = answer["done"]
        return done

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._leave(self._process)
            self._process = None

    def _leave(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the process's end, which a dying one is left a moment for."""
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        assert process.stdin and process.stdout
        with suppress(OSError):  # What it was asked last may lie in the pipe still.
            process.stdin.close()
        process.stdout.close()

    def _give_up(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        home = str(self.folder)
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {
            "HOME": home,
            "TMPDIR": home,
            "KERAS_HOME": home,
            "KERAS_BACKEND": "tensorflow",
            "CUDA_VISIBLE_DEVICES": "-1",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_CODE.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "2",
        }
        command = [sys.executable, "-W", "ignore", "-m", "fers.inference.trial", home, str(self._memory)]
        with self._words.open("wb") as words:
            return subprocess.Popen(
                command,
                cwd=home,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                start_new_session=True,
            )

    def _end(self, process: subprocess.Popen[bytes]) -> ModelRejected:
        """Why the process answers no more."""
        self._leave(process)
        words = self._last_words()
        if OUT_OF_MEMORY.search(words) or (process.returncode == -signal.SIGKILL and not self._late):
            return ModelRejected("sandbox.too-much-memory", limit=self._memory)
        if self._late or process.returncode == -signal.SIGXCPU:
            return ModelRejected("sandbox.too-slow")
        return ModelRejected("sandbox.crashed")

    def _last_words(self, most: int = 100_000) -> str:
        with self._words.open("rb") as file:
            file.seek(max(0, self._words.stat().st_size - most))
            return file.read(most).decode(errors="replace")


@contextmanager
def sandbox(memory: int = MEMORY_BYTES) -> Iterator[Sandbox]:
    with tempfile.TemporaryDirectory(prefix="fers-trial-") as around:
        folder = Path(around).resolve() / "work"
        folder.mkdir()
        opened = Sandbox(folder, memory)
        try:
            yield opened
        finally:
            opened.close()
