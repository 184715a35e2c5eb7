#!/usr/bin/env python3
"""Write a tutorial's notebook from its document: `python scripts/notebook.py docs/tutorials/retrain-and-compare.md`.

Commands become cells, what is exported becomes `%env`, and the rest is text."""

import json
import re
import sys
from pathlib import Path

_FENCE = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_EXPORT = re.compile(r"export (\w+)=(.*)")


def notebook(document: str) -> dict:
    """The notebook, as JSON, that says and does what a Markdown document does."""
    parts = [part.strip() for part in _FENCE.split(document)]
    cells = [_commands(part) if number % 2 else _text(part) for number, part in enumerate(parts) if part]
    named = [cell | {"id": f"cell-{number}"} for number, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": named, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _text(words: str) -> dict:
    return {"cell_type": "markdown", "metadata": {}, "source": words.splitlines(keepends=True)}


def _commands(lines: str) -> dict:
    commands = re.sub(r"\s*\\\n\s*", " ", lines).splitlines(keepends=True)
    source = [_EXPORT.sub(r"%env \1=\2", line) if line.startswith("export ") else f"!{line}" for line in commands]
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


if __name__ == "__main__":
    for name in map(Path, sys.argv[1:]):
        written = json.dumps(notebook(name.read_text("utf-8")), indent=1, ensure_ascii=False)
        name.with_suffix(".ipynb").write_text(written + "\n", "utf-8")
