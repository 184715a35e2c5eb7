"""Label Studio's exports: JSON, JSON-MIN and CSV (labelstud.io/guide/export)."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from fers.datasets import cells
from fers.datasets.columns import Columns
from fers.datasets.faces import DataError
from fers.datasets.tables import Record, Table, Where
from fers.domain.boxes import Box

_UPLOADED = re.compile(r"/?data/upload/(?:\d+/)?(.+)")
_HASH = re.compile(r"[0-9a-f]+-")
_WORDS = ("choices", "rectanglelabels", "labels")
_SHAPED = {"x", "points", "vertices", "rle"}
"""What tells a region, such as an ellipse, a polygon or something painted, from the whole picture."""


def table(tasks: list[Record], where: Where) -> Table:
    """Tasks with all their annotations."""
    return Table(["image", "label", "annotator"], lambda wanted: _records(tasks, where))


def _records(tasks: list[Record], where: Where) -> Iterator[Record]:
    """One for each annotation, whose label is the list of its results."""
    for task in tasks:
        where.row += 1
        records: list[Record] = []
        with where:
            try:
                records = _of_task(task)
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                raise error if isinstance(error, DataError) else DataError("label-studio.malformed") from error
        yield from records


def _of_task(task: Record) -> list[Record]:
    image = task["data"][_image_in(task["data"])]
    records = []
    for annotation in task.get("annotations") or []:
        by = annotation.get("completed_by")
        annotator = by.get("id") if isinstance(by, dict) else by
        if not annotation.get("was_cancelled"):
            label = list(_merged(annotation.get("result") or []))
            records.append({"image": image, "label": label, "annotator": annotator})
    return records


def _image_in(data: Record) -> str:
    names = [name for name, value in data.items() if isinstance(value, str)]
    found = Columns(names, {}).named("image") or (names[0] if len(names) == 1 else None)
    if found is None:
        raise DataError("label-studio.unclear-image", names=list(data))
    return found


def _merged(results: list[Record]) -> Iterator[Record]:
    """What is said of each region together; of the whole picture apart. Raises DataError where two questions were
    answered about one region: the answers come in the order in which somebody clicked."""
    regions: dict[Any, Record] = {}
    for result in results:
        size = {name: result.get(name) for name in ("original_width", "original_height")}
        region, value = regions.setdefault(result.get("id"), {}), result.get("value") or {}
        if any(region[kind] != value[kind] for kind in _WORDS if kind in region and kind in value):
            raise DataError("label-studio.several-questions")
        region.update(size | value)
    yield from regions.values()


def regions(cell: Any) -> list[tuple[list[str], Box | None]] | None:
    """(what is said, where) of each region in a label; None for what isn't Label Studio's. Raises DataError."""
    if isinstance(cell, str) and cell.lstrip().startswith(("[{", '{"choices"')):
        try:
            cell = json.loads(cell)
        except (ValueError, RecursionError):
            return None
    if isinstance(cell, dict) and "choices" in cell:
        cell = [cell]
    if not isinstance(cell, list) or not cell or not all(isinstance(region, dict) for region in cell):
        return None
    found = [(words, _box(region)) for region in cell if (words := _words(region))]
    if not found:
        raise DataError("label-studio.no-label")
    return found


def _words(region: Record) -> list[str]:
    words = next((region[kind] for kind in _WORDS if region.get(kind)), [])
    return [str(word) for word in words] if isinstance(words, list) else [str(words)]


def _box(region: Record) -> Box | None:
    """Label Studio counts in percent of the picture. Raises DataError for a region that is no rectangle."""
    if "width" not in region:
        if _SHAPED & region.keys():
            raise DataError("label-studio.no-box")
        return None
    across, down = (cells.number(region.get(name)) / 100 for name in ("original_width", "original_height"))
    left, top, width, height = (cells.number(region.get(name)) for name in ("x", "y", "width", "height"))
    turn = math.radians(cells.number(region.get("rotation") or 0))
    box = _upright(left * across, top * down, width * across, height * down, turn)
    return cells.drawn_in(box, region["original_width"], region["original_height"])


def _upright(left: float, top: float, width: float, height: float, turn: float) -> Box:
    """The box around one that is turned about its top left corner, clockwise."""
    corners = [(x, y) for x in (0, width) for y in (0, height)]
    across = [left + x * math.cos(turn) - y * math.sin(turn) for x, y in corners]
    down = [top + x * math.sin(turn) + y * math.cos(turn) for x, y in corners]
    return cells.box_of_corners(min(across), min(down), max(across), max(down))


def file_names(image: str) -> list[str]:
    """What the file of a task's image may be called: it is told as an address on Label Studio's server, which puts a
    hash before the names of what was uploaded there."""
    if "/data/local-files/" in image:
        image = parse_qs(urlsplit(image).query).get("d", [""])[0]
        return [unquote(image), PurePosixPath(unquote(image)).name]
    uploaded = _UPLOADED.fullmatch(urlsplit(image).path) if "data/upload/" in image else None
    if not uploaded:
        return [image]
    name = unquote(uploaded[1])
    return [name, _HASH.sub("", name, count=1)]
