"""Manifests: tables of one's own, or of another tool, that say which image shows what."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, BinaryIO

from PIL import Image

from fers.datasets import cells, json_tables, label_studio
from fers.datasets.columns import USUAL, Columns, UnknownColumns, is_header
from fers.datasets.faces import DataError, FaceSet, Gathering, Target, Unread
from fers.datasets.faults import UnknownWord
from fers.datasets.files import Files, inside, is_picture, require_there
from fers.datasets.parquet_tables import ParquetTable
from fers.datasets.reading import Reading
from fers.datasets.tables import Record, Table, Where, csv_table, json_table
from fers.domain.boxes import Box
from fers.domain.emotions import Emotion
from fers.domain.images import open_picture

Packed = Callable[[], bytes]
"""Reads an image that lies in a table."""
KINDS = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".json")
"""How the names of tables end; any other file that is named is read as CSV."""
_OF_TABLES = {"annotations", "labels"}
"""Folders that lie beside their images, or beside a folder of them."""
_WORDS = re.compile(r"(?<![a-z])(?:train|training|val|valid|validation|dev|eval|test|testing)(?![a-z])")
"""What splits are called."""
_SAME_SPLIT = ({"train", "training"}, {"val", "valid", "validation", "dev"}, {"eval", "test", "testing"})
"""Which of those mean the same."""
_NOT_GIVEN = {"reject", "ignore"}
"""Answers of Prodigy's annotators by which the label does not stand."""
_WORTH_ASKING = ("person", "annotator", "valence", "arousal")
"""What is lost of a table that calls its columns in other words, though the faces and their classes are read."""
_SHARD = re.compile(r"(^\d+|-\d+-of-\d+)$")
"""How the names of tables end that make a split together."""


def load(path: Path, reading: Reading) -> FaceSet:
    """Read a table, or the one that a folder or zip holds, whose images lie beside it or in a folder `images` there.
    Of tables of the same name in several folders each is a split, called as its folder; of several that are called
    after splits, each is the one that it is called."""
    require_there(path)
    whole = path.is_dir() or path.suffix.lower() == ".zip"
    files, gathering = Files(path if whole else path.parent), Gathering()
    packed: dict[str, Packed] = {}
    tables = _tables(files) if whole else [path.name]
    is_split = len(tables) > 1
    if is_split:
        are_alike = len({PurePosixPath(name).name for name in tables}) == 1
        tables = [name for name in tables if reading.split.takes(_split(name, by_its_folder=are_alike))]
        reading.split.check(reading.source)
    unread = []
    for name in tables:
        reader = _Reader(files, name, reading, gathering, packed)
        reader.read(has_splits=not is_split)
        unread.append(reader.unread)
    reading.split.check(reading.source)
    faces = gathering.faces(reading.source, lambda index: _image(gathering.names[index], files, packed))
    return replace(faces, unread=unread[0]) if unread else faces


def _image(name: str, files: Files, packed: dict[str, Packed]) -> Image.Image:
    return open_picture(packed[name]()) if name in packed else files.image(name)


def _split(table: str, *, by_its_folder: bool = False) -> str:
    """What part of the set a table is: `train.csv`, `train-00000-of-00002.parquet` or `train/0000.parquet`."""
    path = PurePosixPath(table)
    stem = _SHARD.sub("", path.stem)
    return path.parent.name if by_its_folder or not stem else stem


def _tables(files: Files) -> list[str]:
    """The tables of faces. Raises DataError when there are none, or several whose names don't say what part each is."""
    names = files.names()
    named = [name for name in names if PurePosixPath(name).suffix.lower() in KINDS]
    tables = [name for name in named if PurePosixPath(name).suffix.lower() != ".json"] or named
    if all(name.lower().endswith(".json") for name in tables) and any(name.endswith(".arrow") for name in names):
        raise DataError("table.arrow").at(files.path)  # As `datasets` keeps a set, with JSON beside it.
    if not tables:
        raise DataError("set.no-table", path=files.path, kinds=KINDS)
    parts = {(_split(name), PurePosixPath(name).stem) for name in tables}
    are_splits = len(parts) == len(tables) and all(_WORDS.findall(split.lower()) for split, _ in parts)
    if len({PurePosixPath(name).name for name in tables}) > 1 and not are_splits:
        raise DataError("set.several-tables", path=files.path, tables=tables[:9])
    return tables


def _are_of_others(folders: Iterable[str], split: str) -> bool:
    """Whether one of these folders is called after another split than this one."""
    others = [words for words in _SAME_SPLIT if split.lower() not in words]
    return len(others) < len(_SAME_SPLIT) and any(folder.lower() in words for folder in folders for words in others)


def _image_folders(stem: str) -> list[str]:
    """Where the images of a table with this name may lie beside it: those of `train.csv` and `train_labels.csv` in
    `train`, those of `instances_train2017.json` in `train2017`."""
    own = dict.fromkeys((stem, stem.rpartition("_")[2], *_WORDS.findall(stem.lower())))
    return ["", "images", *own, *(f"images/{folder}" for folder in own)]


def _is_parquet(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() == ".parquet"


class _Reader:
    """Reads one table."""

    def __init__(self, files: Files, name: str, reading: Reading, gathering: Gathering, packed: dict[str, Packed]):
        self._files = files
        self._folder = PurePosixPath(name).parent
        self._image_folders = _image_folders(PurePosixPath(name).stem)
        self._splits = set(_WORDS.findall(PurePosixPath(name).stem.lower()))
        self._words = reading.meanings.words
        self._split = reading.split
        self._gathering = gathering
        self._where = reading.at(str(files.path / name))
        self._name = name
        self._packed = packed
        self._away: str | None = None
        """How the names of images begin that the table gives as they are somewhere else; None before the first is
        found."""
        self._parquet = ParquetTable(lambda: files.open(name), self._where) if _is_parquet(name) else None
        self._table = self._parquet.table() if self._parquet else _opened(files, name, self._where)
        with self._where.for_all():
            self._columns = Columns(self._table.columns, reading.meanings.columns)
            self._names = {meaning: self._columns.named(meaning) for meaning in USUAL}
            self._box_names = self._columns.box
            self._check()

    def _check(self) -> None:
        """Raise DataError where a column is missing that nothing goes without."""
        missing = [meaning for meaning in ("image", "label") if self._names[meaning] is None]
        if self._columns.votes and "label" in missing:
            missing.remove("label")
        if missing and any(is_picture(word) for column in self._table.columns for word in column.split()):
            raise DataError("table.no-header")
        if missing and self._table.columns:
            unknown = UnknownColumns("columns.missing", meanings=missing, there=self._columns.there)
            raise unknown.lacking(missing, self._columns.there)

    @property
    def _wanted(self) -> set[str]:
        wanted = {*filter(None, self._names.values()), *self._columns.votes, *self._columns.other_votes}
        return wanted | {*self._box_names, *self._columns.size, *filter(None, [self._columns.answer])}

    @property
    def unread(self) -> Unread:
        """What may be asked about this table: what somebody said that no column means is settled."""
        wanted, said = self._wanted, self._columns.said
        meanings = [meaning for meaning in _WORTH_ASKING if self._names[meaning] is None and meaning not in said]
        return Unread([name for name in self._table.columns if name.strip() and name not in wanted], meanings)

    def read(self, *, has_splits: bool) -> None:
        """Add the faces of the split that is wanted, which `has_splits` leaves to the table's column."""
        for record in self._table.records(self._wanted):
            if not has_splits or self._split.takes(self._text(record, "split")):
                with self._where:
                    self._add(record)

    def _add(self, record: Record) -> None:
        image = self._cell(record, "image")
        is_packed = self._parquet is not None and isinstance(image, dict) and "row" in image
        name = (
            self._in_table(image["row"]) if is_packed else self._file(str(image).strip(), self._text(record, "split"))
        )
        dimensions = cells.dimensions(self._value(record, "valence"), self._value(record, "arousal"))
        person, annotator = self._text(record, "person"), self._text(record, "annotator")
        for target, box in self._said(record):
            if target is not None:
                self._gathering.add_vote(
                    annotator, name, target, dimensions, box=box, person=person, row=self._where.row
                )

    def _said(self, record: Record) -> Iterator[tuple[Target | None, Box | None]]:
        """What is said of each face in the picture, None where it is left out, and its box."""
        if (answer := str(record.get(self._columns.answer)).casefold()) in _NOT_GIVEN:
            self._gathering.drop(f"with the answer {answer}")
            return
        votes, others = self._counted(record, self._columns.votes), self._counted(record, self._columns.other_votes)
        if max(others.values(), default=0) > max(votes.values(), default=0):
            self._gathering.drop(f"{max(others, key=others.__getitem__)} by most votes")
            return
        if any(votes.values()):
            count = {self._columns.votes[column]: votes[column] for column in votes}
            self._compare(self._value(record, "label"), count)
            yield [count.get(emotion, 0) / sum(votes.values()) for emotion in Emotion], self._box(record)
            return
        cell = self._cell(record, "label")
        regions = label_studio.regions(cell)
        for words, box in regions or [(cell if isinstance(cell, list) else [cell], self._box(record))]:
            yield self._target(words), box

    def _compare(self, label: Any, count: dict[Emotion, float]) -> None:
        """Raise DataError for a label that isn't among what most votes are for: then the columns may well be something
        else than the votes that it comes of, such as what a model says."""
        with suppress(UnknownWord):  # Such as the number of a class: the votes say the same without it.
            said = self._words.emotion(label)
            if said is not None and count.get(said, 0) < max(count.values()):
                raise DataError(
                    "columns.label-against-votes",
                    label=said.label,
                    voted=max(count, key=count.__getitem__).label,
                    columns=list(self._columns.votes),
                    column=self._names["label"],
                )

    def _counted(self, record: Record, columns: Iterable[str]) -> dict[str, float]:
        return {column: cells.votes(record[column]) for column in columns if not cells.is_unknown(record.get(column))}

    def _target(self, words: list[str]) -> Target | None:
        emotions = [self._words.emotion(word) for word in words]
        if None in emotions:
            self._gathering.drop(f"called {', '.join(map(repr, words))}")
            return None
        if len(set(emotions)) == 1:
            return emotions[0]
        return [emotions.count(emotion) / len(emotions) for emotion in Emotion]

    def _box(self, record: Record) -> Box | None:
        place = [record.get(name) for name in self._box_names]
        if all(map(cells.is_unknown, place)):
            self._require_nothing_else(record)
            return None
        box = cells.box_of_corners(*place) if self._columns.box_has_corners else cells.box(*place)
        size = [record.get(name) for name in self._columns.size]
        if not size or (self._columns.size_may_be_of_box and cells.is_size_of(box, *size)):
            return box
        return cells.drawn_in(box, *size)

    def _require_nothing_else(self, record: Record) -> None:
        """Raise DataError for a row of JSON that has something else, such as a list of boxes, where others have the
        object that their box is read from."""
        for name in {side.rpartition(".")[0] for side in self._box_names}:
            if not cells.is_unknown(record.get(name)):
                raise DataError("columns.unread-box", column=name)

    def _in_table(self, row: int) -> str:
        """The name of an image that lies in the table itself."""
        name = f"{self._name}, row {row}"
        self._packed[name] = partial(self._parquet.image, self._names["image"], row)
        return name

    def _file(self, image: str, split: str) -> str:
        """The file of an image of this split, beside the table or in a folder of images there. Raises DataError."""
        names = label_studio.file_names(image)
        if self._away is not None:
            return self._there(PureWindowsPath(name).as_posix().removeprefix(self._away) for name in names)
        try:
            found, self._away = self._there(names), ""
        except DataError:
            if deeper := self._deeper(names[0], split):
                return deeper
            found, self._away = self._brought(PureWindowsPath(names[0]))
            if self._away is None:
                raise
        return found

    def _deeper(self, name: str, split: str) -> str | None:
        """The one picture of this name below the table, as where it has the names and folders have the classes: that of
        a split only in a folder called so, and none in one that is called after another split than the row is of, as
        that may have an image of the same name. Raises DataError for several."""
        found = [
            one
            for one in self._files.called(name)
            if PurePosixPath(one).is_relative_to(self._folder)
            and self._splits <= set(folders := PurePosixPath(one).parts[:-1])
            and not _are_of_others(folders, split)
        ]
        if len(found) > 1:
            raise DataError("set.several-pictures", file=name, found=sorted(found))
        return found[0] if found else None

    def _brought(self, path: PureWindowsPath) -> tuple[str, str | None]:
        """The file of an image that is named where it lay before it came here, and what its name begins with that is
        not true here; None when there is none."""
        for count in range(1, len(path.parts) if ".." not in path.parts else 0):
            rest = "/".join(path.parts[count:])
            with suppress(DataError):
                return self._there([rest]), path.as_posix().removesuffix(rest)
        return "", None

    def _there(self, names: Iterable[str]) -> str:
        above = [self._folder.parent] if self._folder.name in _OF_TABLES else []
        folders = [folder / below for folder in (self._folder, *above) for below in self._image_folders]
        return self._files.existing(*(str(folder / inside(name)) for name in names for folder in folders))

    def _value(self, record: Record, meaning: str) -> Any:
        return record.get(self._names[meaning])

    def _text(self, record: Record, meaning: str) -> str:
        return cells.name(self._value(record, meaning))

    def _cell(self, record: Record, meaning: str) -> Any:
        if cells.is_empty(self._value(record, meaning)):
            raise DataError("cell.empty", column=meaning)
        return self._value(record, meaning)


def _opened(files: Files, name: str, where: Where) -> Table:
    def file() -> BinaryIO:
        return files.open(name)

    match PurePosixPath(name).suffix.lower():
        case ".jsonl" | ".ndjson":
            return json_table(file, where)
        case ".json":
            return json_tables.table(file(), where)
        case _:
            return csv_table(file, where, is_header)
