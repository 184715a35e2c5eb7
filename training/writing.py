"""Files that are there whole or not at all, and the description of a model folder as one of them."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fers.inference.model_folder import DESCRIPTION


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside `path` first, so that a kill never leaves half a file under its name."""
    temporary = path.with_stem(path.stem + ".part")
    write(temporary)
    temporary.replace(path)


def write_text(path: Path, text: str) -> None:
    """Whole, and in UTF-8 whatever the machine's own encoding is."""
    write_whole(path, partial(Path.write_text, data=text, encoding="utf-8"))


def description_in(folder: Path) -> dict[str, Any]:
    """What a model folder says of its model, whatever an editor put before it, with its metrics even if it has none."""
    description = json.loads((folder / DESCRIPTION).read_text("utf-8-sig"))
    return description | {"metrics": description.get("metrics") or {}}


def describe(folder: Path, description: dict[str, Any]) -> None:
    write_text(folder / DESCRIPTION, json.dumps(description, indent=2) + "\n")
