"""Label Studio's exports: JSON, JSON-MIN and CSV (labelstud.io/guide/export)."""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from fers.datasets import cells
from fers.datasets.columns import Columns
from fers.datasets.faces import DataError
from fers.datasets.files import LARGEST_FILE
from fers.datasets.tables import Record, Table, Where, encoding_of
from fers.domain.boxes import Box

_UPLOADED = re.compile(r"/?data/upload/(?:\d+/)?(.+)")
_HASH = re.compile(r"[0-9a-f]+-")
_WORDS = ("choices", "rectanglelabels", "labels")


def table(file: BinaryIO, where: Where) -> Table:
    """A list of tasks with all their annotations, or of one annotation each. Raises DataError."""
    with file, where.for_all():
        data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise DataError("label-studio.too-large", limit=LARGEST_FILE)
        try:
            tasks = json.loads(data.decode(encoding_of(data)))
        except (ValueError, RecursionError) as error:
            raise DataError("table.not-json", problem=error) from error
        if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
            raise DataError("label-studio.no-tasks")
    if any("annotations" in task for task in tasks):
        return Table(["image", "label", "annotator"], lambda wanted: _records(tasks, where))
    columns = list(dict.fromkeys(column for task in tasks for column in task))
    return Table(columns, lambda wanted: _counted(tasks, where))


def _counted(tasks: list[Record], where: Where) -> Iterator[Record]:
    for task in tasks:
        where.row += 1
        yield task


def _records(tasks: list[Record], where: Where) -> Iterator[Record]:
    """One for each annotation, whose label is the list of its results."""
    for task in _counted(tasks, where):
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
    """What is said of each region together; of the whole picture apart."""
    regions: dict[Any, Record] = {}
    for result in results:
        size = {name: result.get(name) for name in ("original_width", "original_height")}
        regions.setdefault(result.get("id"), {}).update(size | (result.get("value") or {}))
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
    """Label Studio counts in percent of the picture."""
    if "width" not in region:
        return None
    across, down = (cells.number(region.get(name)) / 100 for name in ("original_width", "original_height"))
    left, top, width, height = (cells.number(region.get(name)) for name in ("x", "y", "width", "height"))
    return cells.box(left * across, top * down, width * across, height * down)


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
