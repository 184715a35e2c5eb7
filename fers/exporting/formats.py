"""Formats in which every face is a file of its own, beside tables that say what it shows."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product

import orjson

from fers.domain.emotions import Emotion
from fers.domain.versions import Entry, Split
from fers.exporting import columns, csv_text, parquet
from fers.exporting.exported_version import ExportedVersion, Member, gathered

ImageName = Callable[[Entry], str]
"""Where in the exported version the image of a face is."""

_AFFECTNET_COLUMNS = (
    "subDirectory_filePath",
    "face_x",
    "face_y",
    "face_width",
    "face_height",
    "facial_landmarks",
    "expression",
    "valence",
    "arousal",
)
_AFFECTNET_LISTS = {Split.TRAIN: "training.csv", Split.VALIDATION: "validation.csv", Split.TEST: "test.csv"}
_UNCERTAIN = 9
"""How AffectNet writes "no emotion that people agree on"."""
_EMPTY = b"""No face in this split has this class. The folder is here so that classes have the same numbers everywhere.
torchvision: ImageFolder(root, allow_empty=True).
"""


def in_split_folder(entry: Entry) -> str:
    return f"{entry.split}/{entry.face_id}.jpg"


def in_class_folder(entry: Entry) -> str | None:
    """Faces without a label have no place among the classes."""
    return None if entry.label is None else f"{_class_folder(entry.split, entry.label)}/{entry.face_id}.jpg"


def in_images_folder(entry: Entry) -> str:
    return f"images/{entry.face_id}.jpg"


def image_folder(exported: ExportedVersion) -> Iterator[Member]:
    """Hugging Face ImageFolder: a folder a split, with its `metadata.parquet`."""
    yield from _images(exported, in_split_folder)
    for split in Split:
        if next(exported.entries(split), None):
            yield Member(f"{split}/metadata.parquet", parquet.table(_table_rows(exported, split)))


def class_folders(exported: ExportedVersion) -> Iterator[Member]:
    """A folder a class in a folder a split, as Keras and torchvision read them: these number the folders that they
    find, by name, so that all are there in every split and their names begin with our numbers."""
    yield from _images(exported, in_class_folder)
    missing = set(product(Split, Emotion))
    for split in Split:
        for entry in exported.entries(split):
            missing.discard((split, entry.label))
    for place in sorted(missing):
        yield Member(f"{_class_folder(*place)}/EMPTY.txt", (_EMPTY,))


def coco(exported: ExportedVersion) -> Iterator[Member]:
    """COCO's JSON, one file a split: the emotions are the categories, and every face is an annotation with its box."""
    yield from _images(exported, in_images_folder)
    for split in Split:
        yield Member(f"annotations/{split}.json", gathered(_coco_json(exported, split)))


def affectnet(exported: ExportedVersion) -> Iterator[Member]:
    """AffectNet's tables, one a split."""
    yield from _images(exported, in_images_folder)
    for split, table in _AFFECTNET_LISTS.items():
        rows = (_affectnet_row(exported, entry) for entry in exported.entries(split))
        yield Member(table, csv_text.for_programs(_AFFECTNET_COLUMNS, rows))


def _images(exported: ExportedVersion, place: ImageName) -> Iterator[Member]:
    for split in Split:
        for entry in exported.entries(split):
            if path := place(entry):
                yield Member(path, _Image(exported, entry), exported.sums(entry), entry.face_id)


@dataclass(frozen=True)
class _Image:
    """Read once it is asked for."""

    exported: ExportedVersion
    entry: Entry

    def __iter__(self) -> Iterator[bytes]:
        yield self.exported.image(self.entry)


def _class_folder(split: Split, label: Emotion) -> str:
    return f"{split}/{label.value}_{label.label}"


def _table_rows(exported: ExportedVersion, split: Split) -> Iterator[dict]:
    for entry in exported.entries(split):
        yield {"file_name": f"{entry.face_id}.jpg"} | columns.row(exported, entry)


def _affectnet_row(exported: ExportedVersion, entry: Entry) -> list:
    judged = (columns.UNKNOWN_NUMBER if value is None else value for value in (entry.valence, entry.arousal))
    expression = _UNCERTAIN if entry.label is None else entry.label.value
    return [in_images_folder(entry), *exported.box(entry), "", expression, *judged]


def _coco_json(exported: ExportedVersion, split: Split) -> Iterator[bytes]:
    """Written by hand where it grows with the faces, so that it never is in memory as a whole."""
    info = {"description": exported.title, "version": exported.version.id}
    categories = [{"id": emotion.value, "name": emotion.label} for emotion in Emotion]
    yield f'{{"info": {json.dumps(info)}, "categories": {json.dumps(categories)}, "images": ['.encode()
    yield from _joined(_coco_image(exported, entry) for entry in exported.entries(split))
    yield b'], "annotations": ['
    yield from _joined(
        _coco_annotation(exported, entry) for entry in exported.entries(split) if entry.label is not None
    )
    yield b"]}\n"


def _coco_image(exported: ExportedVersion, entry: Entry) -> dict:
    width, height = exported.size(entry)
    return {"id": _coco_number(entry), "file_name": in_images_folder(entry), "width": width, "height": height}


def _coco_number(entry: Entry) -> int:
    """Of an image and its annotation. It follows from the face's id, so that nobody who withdraws between the list of
    images and that of annotations, or between two downloads, shifts the others' numbers. 52 bits, which every reader
    of JSON holds exactly: of a million faces two share a number with odds of 1 to 9,000."""
    return int(entry.face_id[-13:], 16)


def _coco_annotation(exported: ExportedVersion, entry: Entry) -> dict:
    box, number = exported.box(entry), _coco_number(entry)
    return {
        "id": number,
        "image_id": number,
        "category_id": entry.label.value,
        "bbox": box,
        "area": box[2] * box[3],
        "iscrowd": 0,
        "attributes": columns.described(exported, entry),
    }


def _joined(objects: Iterable[dict]) -> Iterator[bytes]:
    for number, described in enumerate(objects):
        yield (",\n" if number else "\n").encode() + orjson.dumps(described)
