"""Steps of the database that were released stay as they are, and hang on nothing that may change."""

import ast
import sys

import pytest

from tests.storage.sqlite.releases import RECORD, STEPS, recorded_now


def test_released_steps_are_never_edited():
    now, then = recorded_now(), RECORD.read_text("utf-8")
    assert now[: len(then)] == then, "a step that was released is another one: undo that, and change the shape in a new"
    assert now == then, "a step is new: keep what it makes with `python -m tests.storage.sqlite.releases`"


@pytest.mark.parametrize("file", [file for file in STEPS if file.suffix == ".py"], ids=lambda file: file.stem)
def test_steps_import_nothing_of_fers(file):
    imports = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imports |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports.add(node.module or "of its own package")
    assert imports <= sys.stdlib_module_names


def test_steps_are_numbered_from_one():
    names = sorted({file.stem for file in STEPS})
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
