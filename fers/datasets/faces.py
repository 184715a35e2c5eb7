"""Sets of labelled faces: what every data format is read into."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np
from PIL import Image, UnidentifiedImageError

from fers.domain.boxes import Box, clamped
from fers.domain.colours import in_eight_bits, on_white
from fers.domain.emotions import LABELS, Emotion
from fers.domain.images import upright
from fers.errors import FersError

UNKNOWN = (math.nan, math.nan)
"""Valence and arousal of a face that nobody judged them for."""
_WHOLE = (0, 0, 0, 0)
"""Stands for the box of an image that is all face."""


class DataError(FersError):
    """A data specification, or a row of what it names, cannot be used. Its words begin with the file and the row."""

    place = ""
    details: Sequence[str] = ()
    """Lines that follow its words."""

    def at(self, place: object) -> Self:
        """Say where it is: within `place` what is said so far."""
        self.place = f"{place}: {self.place}"
        return self

    def with_details(self, lines: Sequence[str]) -> Self:
        self.details = [*self.details, *lines]
        return self

    @property
    def what(self) -> str:
        return self.place + super().what

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.details])

    def as_record(self) -> dict[str, Any]:
        """Also its `place`."""
        return super().as_record() | {"place": self.place.removesuffix(": ")}


@dataclass(frozen=True)
class DrawnBox(Box):
    """A box, and how large the picture was that it was drawn in."""

    within: tuple[int, int] = (0, 0)
    """Width and height; zeros where nobody says."""


class NoFaces(DataError):
    """Nothing of a set can be used."""


Target = Emotion | Sequence[float]
"""What is said of a face: its class, or the distribution of its votes."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one of a set's annotators said of a face."""

    annotator: str
    """By a name that is the same in all of the set; empty for the one of a set that names none."""
    target: tuple[float, ...]
    """Eight shares, in the order of `Emotion`."""
    dimensions: tuple[float, float]
    """Valence and arousal, NaN where unknown."""


@dataclass(frozen=True)
class Unread:
    """What a table may say beside what was read of it."""

    columns: Sequence[str] = ()
    """Those that none of what FERS reads is called as."""
    meanings: Sequence[str] = ()
    """What no column is known to say, such as "person"; one of `columns` may."""


@dataclass(frozen=True)
class FaceSet:
    """Labelled faces whose images are read one at a time, so that a set of any size can be gone through."""

    source: str
    names: Sequence[str]
    """What each face is called where it comes from, for people to find it."""
    targets: np.ndarray
    """n x 8 (float32), each row the distribution of the votes over the classes (one-hot where there was one label)."""
    open: Callable[[int], Image.Image]
    """Opens the image of a face by its index, from any thread; `image` is what to read it with."""
    dropped: Counter
    """How many faces the protocol left out, by reason."""
    valence_arousal: np.ndarray | None = None
    """n x 2 (float32) in [-1, 1], NaN where unknown; None where the whole set knows neither."""
    people: Sequence[str] | None = None
    """Whom each face shows, by a name that is the same in all splits of a set; empty where unknown. None where the set
    doesn't say."""
    votes: Mapping[int, Sequence[Vote]] = field(default_factory=dict)
    """Of faces, by their indices, whose annotators the set tells apart: what each of them said. `targets` has their
    mean."""
    rows: Sequence[int] = ()
    """Where each face stands in the set's table; empty where there is none."""
    unread: Unread = Unread()

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def labels(self) -> np.ndarray:
        """n class ids: the most voted class of each face, of those that tie the first; see `settled`."""
        return self.targets.argmax(axis=1)

    def settled(self) -> "FaceSet":
        """The faces of which one class has the most votes: of the others no class would be the right one. Raises
        NoFaces when there are none."""
        most = self.targets.max(axis=1, keepdims=True)
        is_settled = np.isclose(self.targets, most, rtol=0, atol=1e-6).sum(axis=1) == 1
        tied = int((~is_settled).sum())
        if not tied:
            return self
        if tied == len(self):
            raise NoFaces("set.all-tied", source=self.source)
        dropped = self.dropped + Counter({"whose votes tie": tied})
        return replace(self.only(np.flatnonzero(is_settled)), dropped=dropped)

    @property
    def whose(self) -> np.ndarray:
        """n numbers from 0: whose face each is. Of whom nobody says whom it shows, it is another person's each time."""
        people = self.people or [""] * len(self)
        names = [("", index) if not person else (person, 0) for index, person in enumerate(people)]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return np.array([numbers[name] for name in names], int)

    def only(self, indices: Sequence[int]) -> "FaceSet":
        """The set of the faces with these indices, in this order."""
        chosen = [int(index) for index in indices]
        return replace(
            self,
            names=[self.names[index] for index in chosen],
            targets=self.targets[chosen],
            open=lambda index: self.open(chosen[index]),
            valence_arousal=None if self.valence_arousal is None else self.valence_arousal[chosen],
            people=None if self.people is None else [self.people[index] for index in chosen],
            votes={new: self.votes[old] for new, old in enumerate(chosen) if old in self.votes},
            rows=[self.rows[index] for index in chosen] if len(self.rows) else (),
        )

    def image(self, index: int, mode: Literal["RGB", "L"] = "RGB") -> Image.Image:
        """Return a face's image in colour or gray, upright and, where it is transparent, white, as photos are. Raises
        DataError, naming it, when it cannot be read."""
        try:
            with self.open(index) as image:
                return on_white(in_eight_bits(upright(image))).convert(mode)
        except DataError as error:
            error.at(self._place(index))
            raise
        except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many kinds for broken files
            # Which Pillow says with an address in memory.
            problem = "of no kind that is known" if isinstance(error, UnidentifiedImageError) else error
            raise DataError("set.unreadable-picture", problem=problem).at(self._place(index)) from error

    def _place(self, index: int) -> str:
        row = f", row {self.rows[index]}" if len(self.rows) and self.rows[index] else ""
        return f"{self.source}{row}: {self.names[index]}"


class Gathering:
    """Faces on their way into a set, in compact arrays: a million of them must fit."""

    def __init__(self):
        self.names: list[str] = []
        self._people: list[str] = []
        self._targets = array("f")
        self._dimensions = array("f")
        self._boxes = array("i")
        self._within = array("i")
        self._rows = array("i")
        self._votes: dict[int, list[Vote]] = {}
        self._known: dict[str | tuple, int] = {}
        self._two_people: DataError | None = None
        """Of the first face that is said to show different ones."""
        self._dropped: Counter = Counter()

    def add(
        self,
        name: str,
        target: Target,
        dimensions: tuple[float, float] = UNKNOWN,
        box: Box | None = None,
        person: str = "",
        row: int = 0,
    ) -> None:
        """Add a face: its class, or the distribution of its votes; valence and arousal; its box in the image; whom it
        shows; the row that says so."""
        self._targets.extend(_one_hot(target) if isinstance(target, Emotion) else target)
        self._dimensions.extend(dimensions)
        self._boxes.extend(box.as_list() if box else _WHOLE)
        self._within.extend(box.within if isinstance(box, DrawnBox) else (0, 0))
        self._rows.append(row)
        self.names.append(name)
        self._people.append(person)

    def add_vote(self, annotator: str, name: str, target: Target, dimensions: tuple[float, float], **face) -> None:
        """As `add`, for sets that may say of a face what several people see: of one that is there already this is one
        more vote. Raises DataError when it is by the same annotator."""
        box: Box | None = face.get("box")
        index = self._known.setdefault((name, *box.as_list()) if box else name, len(self.names))
        is_new = index == len(self.names)
        if not is_new:
            self._compare(index, face.get("person", ""), face.get("row", 0))
        if annotator or not is_new:
            shares = _one_hot(target) if isinstance(target, Emotion) else tuple(target)
            self._vote(index, Vote(annotator, shares, dimensions))
        if is_new:
            self.add(name, target, dimensions, **face)

    def _compare(self, index: int, person: str, row: int) -> None:
        """Note a face that shows somebody else by this row: then the column may name those who labelled, and every
        other row is as wrong."""
        people = [self._people[index], person]
        if self._two_people is None and all(people) and len(set(people)) > 1:
            self._two_people = DataError("set.two-people", picture=self.names[index], people=people).at(f"row {row}")

    def _vote(self, index: int, vote: Vote) -> None:
        if index not in self._votes:
            self._votes[index] = [] if index == len(self.names) else [Vote("", *self._first(index))]
        votes = self._votes[index]
        if vote.annotator and any(vote.annotator == other.annotator for other in votes):
            raise DataError("set.labelled-twice", annotator=vote.annotator, picture=self.names[index])
        # Whoever isn't named is told apart by the order of the rows alone.
        votes.append(vote if vote.annotator else replace(vote, annotator=f"unnamed {len(votes) + 1}"))

    def _first(self, index: int) -> tuple[tuple[float, ...], tuple[float, float]]:
        shares = tuple(self._targets[len(LABELS) * index : len(LABELS) * (index + 1)])
        return shares, tuple(self._dimensions[2 * index : 2 * index + 2])

    def drop(self, reason: str) -> None:
        """Count a face that is left out."""
        self._dropped[reason] += 1

    def faces(self, source: str, open: Callable[[int], Image.Image]) -> FaceSet:
        """Return the set, whose images `open` opens by their indices. Raises DataError when it is empty, or says of a
        face that it shows different people."""
        if self._two_people:
            raise self._two_people.at(source)
        if not self.names:
            if self._dropped:
                reasons = [f"{count} {reason}" for reason, count in self._dropped.items()]
                raise NoFaces("set.all-left-out", source=source, reasons=reasons)
            raise NoFaces("set.no-faces", source=source)
        targets = np.frombuffer(self._targets, np.float32).reshape(-1, len(LABELS))
        dimensions = np.frombuffer(self._dimensions, np.float32).reshape(-1, 2)
        boxes = np.frombuffer(self._boxes, np.int32).reshape(-1, 4)
        within = np.frombuffer(self._within, np.int32).reshape(-1, 2)
        for index, votes in self._votes.items():
            targets[index] = np.mean([vote.target for vote in votes], axis=0)
            dimensions[index] = _mean_known([vote.dimensions for vote in votes])
        return FaceSet(
            source,
            self.names,
            targets,
            _cropped(open, boxes, within) if boxes.any() else open,
            self._dropped,
            None if np.isnan(dimensions).all() else dimensions,
            self._people if any(self._people) else None,
            self._votes,
            self._rows if any(self._rows) else (),
        )


def _cropped(open: Callable[[int], Image.Image], boxes: np.ndarray, within: np.ndarray) -> Callable[[int], Image.Image]:
    """Return a function as `open`, of which only the boxes are seen. In a picture of another size, or that was not
    upright when they were drawn, they would be elsewhere."""

    def open_cropped(index: int) -> Image.Image:
        image = open(index)
        if not boxes[index].any():
            return image
        whole = upright(image)
        drawn_in = tuple(map(int, within[index]))
        if drawn_in not in ((0, 0), whole.size):
            sizes = [f"{width} x {height}" for width, height in (drawn_in, whole.size)]
            raise DataError("set.other-size", said=sizes[0], size=sizes[1])
        left, top, width, height = map(int, boxes[index])
        if 2 * max(0, min(width, whole.width - left)) * max(0, min(height, whole.height - top)) < width * height:
            raise DataError(
                "set.box-outside", box=str([left, top, width, height]), width=whole.width, height=whole.height
            )
        return whole.crop(clamped(left, top, width, height, whole.size).corners())

    return open_cropped


def _mean_known(dimensions: Sequence[tuple[float, float]]) -> list[float]:
    columns = zip(*dimensions, strict=True)
    known = [[value for value in column if not math.isnan(value)] for column in columns]
    return [sum(values) / len(values) if values else math.nan for values in known]


def _one_hot(emotion: Emotion) -> tuple[float, ...]:
    return tuple(float(other is emotion) for other in Emotion)


def join(sets: Sequence[FaceSet]) -> FaceSet:
    """Return the faces of all `sets`, in that order, as one set. Each has its own names for people, which are kept
    apart by the set's, without its split."""
    if len(sets) == 1:
        return sets[0]
    ends = np.cumsum([len(faces) for faces in sets])

    def open(index: int) -> Image.Image:
        which = int(np.searchsorted(ends, index, side="right"))
        return sets[which].open(index - int(ends[which]) + len(sets[which]))

    known = any(faces.valence_arousal is not None for faces in sets)
    people = [name for faces in sets for name in _people(faces)]
    return FaceSet(
        " + ".join(faces.source for faces in sets),
        [name for faces in sets for name in faces.names],
        np.concatenate([faces.targets for faces in sets]),
        open,
        sum((faces.dropped for faces in sets), Counter()),
        np.concatenate([_dimensions(faces) for faces in sets]) if known else None,
        people if any(people) else None,
    )


def _people(faces: FaceSet) -> list[str]:
    """Whom they show, by names that other sets don't have."""
    return [f"{faces.source.partition('#')[0]} {name}" if name else "" for name in faces.people or [""] * len(faces)]


def _dimensions(faces: FaceSet) -> np.ndarray:
    if faces.valence_arousal is None:
        return np.full((len(faces), 2), np.nan, np.float32)
    return faces.valence_arousal
