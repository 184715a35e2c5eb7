"""What `pip install .` brings: everything that FERS reads, and the libraries that it imports."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

from fers import __version__
from tests import REPOSITORY
from tests.packaging import built

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
OURS = {"fers", "pages", "training"}
DISTRIBUTIONS = packages_distributions() | {"apache_beam": ["apache-beam"]}  # In an environment of its own.


def name(requirement: str) -> str:
    """Of the distribution that is required, as package indexes write it."""
    return re.sub("[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def listed(file: str) -> set[str]:
    return {name(line) for line in (REPOSITORY / file).read_text().splitlines() if line and line[0] not in "#-"}


def grouped(group: str) -> set[str]:
    return set(map(name, PROJECT["dependency-groups"][group]))


APP, TRAINING = listed("requirements.txt"), listed("requirements-training.txt")
ROOMS = {
    "app.py": APP,
    "fers": APP,
    "pages": APP,
    "fers/pipelines": grouped("beam"),
    "training": APP | TRAINING | grouped("torch"),
}


def imported(file: Path) -> set[str]:
    """The top names of what a Python file imports from elsewhere."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module)
    tops = {module.partition(".")[0] for module in found}
    return tops - OURS - set(sys.stdlib_module_names)


@pytest.mark.parametrize("room", ROOMS)
def test_whatever_is_imported_is_declared(room):
    path = REPOSITORY / room
    inner = [REPOSITORY / other for other in ROOMS if other.startswith(f"{room}/")]
    files = [path] if path.is_file() else path.rglob("*.py")
    undeclared = {
        (str(file.relative_to(REPOSITORY)), module)
        for file in files
        if not any(file.is_relative_to(other) for other in inner)
        for module in imported(file)
        if not ROOMS[room] & set(map(name, DISTRIBUTIONS.get(module, [])))
    }
    assert undeclared == set()


def test_the_wheel_holds_everything_that_fers_reads(tmp_path):
    with ZipFile(built(tmp_path)) as wheel:
        there = set(wheel.namelist())
    paths = ("app.py", "fers", "pages", "models", ".streamlit/config.toml")
    tracked = subprocess.run(["git", "ls-files", *paths], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    wanted = {file if file.startswith("fers/") else f"fers/home/{file}" for file in tracked.stdout.splitlines()}
    assert wanted - there == set()
    assert {file.partition("/")[0].partition("-")[0] for file in there} == {"fers"}
    assert {"LICENSE", "NOTICE"} == {Path(file).name for file in there if "/licenses/" in file}
    assert not {file for file in there if "__pycache__" in file}


def test_the_versions_that_documents_name_are_those_there_are():
    assert f"\nversion: {__version__}\n" in (REPOSITORY / "CITATION.cff").read_text()
    built_from = json.loads((REPOSITORY / "fers/ui/browser/package.json").read_text())["devDependencies"]
    assert f"@litertjs/core {built_from['@litertjs/core']} " in (REPOSITORY / "NOTICE").read_text()
