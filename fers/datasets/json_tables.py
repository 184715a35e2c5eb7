"""JSON that holds a whole table: Label Studio's tasks, COCO's annotations, records, or columns as pandas has them."""

import json
import math
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

from fers.datasets import label_studio
from fers.datasets.columns import is_header
from fers.datasets.faces import DataError
from fers.datasets.files import LARGEST_FILE
from fers.datasets.nested_boxes import flat
from fers.datasets.tables import Record, Table, Where, encoding_of

_COCO = {"images", "annotations", "categories"}
_OF_COCO = ["image", "image_width", "image_height", "label", "left", "top", "width", "height"]


def table(file: BinaryIO, where: Where) -> Table:
    """Raises DataError."""
    with file, where.for_all():
        content = _content(file)
        if isinstance(content, dict):
            content = _of_coco(content) if set(content) >= _COCO else _of_columns(content)
        if not isinstance(content, list) or not all(isinstance(record, dict) for record in content):
            raise DataError("label-studio.no-tasks")
    if any("annotations" in record for record in content):
        return label_studio.table(content, where)
    content = [flat(record) for record in content]
    columns = list(dict.fromkeys(column for record in content for column in record))
    return Table(columns, lambda wanted: _counted(content, where))


def _counted(records: list[Record], where: Where) -> Iterator[Record]:
    for record in records:
        where.row += 1
        yield record


def _content(file: BinaryIO) -> Any:
    data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise DataError("label-studio.too-large", limit=LARGEST_FILE)
    try:
        text = data.decode(encoding_of(data))
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            if not error.msg.startswith("Extra data"):
                raise
            return [json.loads(line) for line in text.split("\n") if line.strip()]  # As `datasets` writes .json.
    except (ValueError, RecursionError) as error:
        raise DataError("table.not-json", problem=error) from error


def _of_coco(content: Record) -> list[Record]:
    """A row for each annotation (cocodataset.org/#format-data)."""
    try:
        images = {
            image["id"]: (image["file_name"], image.get("width"), image.get("height")) for image in content["images"]
        }
        classes = {category["id"]: category["name"] for category in content["categories"]}
        if (len(images), len(classes)) != (len(content["images"]), len(content["categories"])):
            raise DataError("table.coco-merged")  # As where files of two splits were put together.
        rows = [
            [*images[one["image_id"]], classes[one["category_id"]], *_coco_box(one)] for one in content["annotations"]
        ]
        return [dict(zip(_OF_COCO, row, strict=True)) for row in rows]
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise DataError("table.broken-coco") from error


def _coco_box(annotation: Record) -> list[Any]:
    """Left, top, width and height; None for the whole picture. CVAT says beside the box by how many degrees it is
    turned about its centre: then it is the box around that. Raises DataError."""
    mask = annotation.get("segmentation") or []
    if isinstance(mask, dict) and not annotation.get("bbox"):
        raise DataError("table.coco-painted", annotation=annotation.get("id"))
    try:
        box = annotation.get("bbox") or _around(mask)
        if not isinstance(box, list):
            raise TypeError
        return _turned(box, (annotation.get("attributes") or {}).get("rotation") or 0)
    except (AttributeError, TypeError, ValueError) as error:
        raise DataError("table.coco-box", annotation=annotation.get("id")) from error


def _turned(box: list[Any], degrees: float) -> list[Any]:
    """The box around this one, turned about its centre."""
    left, top, width, height = box
    turn = math.radians(degrees)
    if not turn or left is None:
        return box
    along, across = abs(math.cos(turn)), abs(math.sin(turn))
    wide, high = width * along + height * across, width * across + height * along
    return [left + (width - wide) / 2, top + (height - high) / 2, wide, high]


def _around(polygons: list[Any]) -> list[Any]:
    """The box around all of them, of which a single one may stand without a list of its own; None for none. Raises
    TypeError and ValueError for what isn't polygons."""
    if not any(isinstance(polygon, list) for polygon in polygons):
        polygons = [polygons]
    if not any(polygons):
        return [None] * 4
    across, down = (list(chain.from_iterable(polygon[start::2] for polygon in polygons)) for start in (0, 1))
    return [min(across), min(down), max(across) - min(across), max(down) - min(down)]


def _of_columns(content: Record) -> Any:
    """As pandas writes a table in any of its orientations: lists or numbered cells by the names of columns, rows by
    their numbers, or the names apart."""
    if isinstance(content.get("columns"), list) and isinstance(content.get("data"), list):
        names, rows = [str(name) for name in content["columns"]], content["data"]
        if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
            return content
        return [dict(zip(names, row, strict=True)) for row in rows]
    parts = list(content.values())
    if is_header(list(content)) and not any(isinstance(part, list | dict) for part in flat(content).values()):
        return [content]  # The only row of a file with one a line.
    if parts and all(isinstance(part, dict) and is_header(list(part)) for part in parts):
        return parts
    columns = [list(part.values()) if isinstance(part, dict) else part for part in parts]
    if len({tuple(part) for part in parts if isinstance(part, dict)}) > 1:
        return content  # The same place is not the same row in all of them.
    if not columns or not all(isinstance(cells, list) and len(cells) == len(columns[0]) for cells in columns):
        return content
    return [dict(zip(content, cells, strict=True)) for cells in zip(*columns, strict=True)]
