"""The tutorials do what they say: every command in them is run, in their order, on a small sample study."""

import importlib
import json
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from fers.cli.main import main
from fers.config import HOME
from scripts.notebook import notebook
from tests import REPOSITORY
from tests.demo.small import shrink
from training import familiarity
from training.recipe import Stage
from training.recipes import more

TUTORIALS = sorted((REPOSITORY / "docs/tutorials").glob("*.md"))
RETRAINING = REPOSITORY / "docs/tutorials/retrain-and-compare.md"
pytestmark = pytest.mark.slow


def commands(tutorial: Path) -> list[list[str]]:
    """The words of each command in a tutorial."""
    fences = re.findall(r"^```sh\n(.*?)^```", tutorial.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = re.sub(r"\s*\\\n\s*", " ", "".join(fences)).splitlines()
    return [shlex.split(line) for line in lines]


@pytest.fixture
def small(tmp_path, monkeypatch):
    """An empty folder to be in, where the sample study is a small one."""
    shrink(monkeypatch)
    for name in ("OF_A_KIND", "MEASURED_OF_A_KIND"):
        monkeypatch.setattr(familiarity, name, 8)
    monkeypatch.setattr(more, "RECIPE", replace(more.RECIPE, stages=(Stage(1),)))
    for name in ("FERS_DATA", "FERS_MODELS", "FERS_STORE", "FERS_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda path: path.stem)
def test_every_command_of_a_tutorial_works(tutorial, small, monkeypatch):
    for words in commands(tutorial):
        match words:
            case ["export", setting]:
                monkeypatch.setenv(*setting.split("="))
            case ["cp", source, target]:
                shutil.copy(HOME / source, target)
            case ["python", "-m", "fers", *options, ">", file]:
                Path(file).write_text(done(main, options))
            case ["python", "-m", "fers", *options]:
                done(main, options)
            case ["python", "-m", module, *options]:
                done(importlib.import_module(module).main, options)
            case _:
                pytest.fail(f"Nobody can run {words}")


def done(command, options: list[str]) -> str:
    """What a command prints. Fails where it does."""
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0, f"{options}: {result.output}"
    return result.stdout


def test_the_notebook_is_the_tutorial():
    kept = json.loads(RETRAINING.with_suffix(".ipynb").read_text("utf-8"))
    assert kept == notebook(RETRAINING.read_text("utf-8")), f"run scripts/notebook.py {RETRAINING.name}"
