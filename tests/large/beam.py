"""Commands run as `.beam/bin/python -m fers …` runs them: Beam's environment is not that of the tests."""

import os
import subprocess
from pathlib import Path

from fers.config import Settings
from tests import REPOSITORY
from tests.waiting import LONG

PYTHON = REPOSITORY / ".beam" / "bin" / "python"


def start(settings: Settings, *arguments: object, log: Path, **environment: str) -> subprocess.Popen:
    """Start a command in a process group of its own; what it prints goes to `log`. `environment` may name another store
    than the embedded one of `settings`."""
    assert PYTHON.exists(), "run `make beam` first"
    with log.open("w") as file:
        return subprocess.Popen(
            [PYTHON, "-m", "fers", *map(str, arguments)],
            cwd=REPOSITORY,
            env=os.environ | {"FERS_DATA": str(settings.data), "FERS_MODELS": str(settings.models[0])} | environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def run(settings: Settings, *arguments: object, **environment: str) -> str:
    """Run a command to its end and return what it printed."""
    log = settings.data.parent / "printed"
    assert start(settings, *arguments, log=log, **environment).wait(2 * LONG) == 0, log.read_text()
    return log.read_text()
