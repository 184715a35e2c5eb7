"""Which column of a table means what, whatever it is called."""

import itertools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from fers.datasets.box_columns import SPANS, box_columns
from fers.datasets.faces import DataError
from fers.domain.emotions import Emotion


class UnknownColumns(DataError):
    """Columns that nothing goes without are called as none that FERS knows, or several could be one of them."""

    missing: Sequence[str] = ()
    """What they mean."""
    there: Sequence[str] = ()

    def lacking(self, missing: Sequence[str], there: Sequence[str]) -> Self:
        self.missing, self.there = missing, there
        return self


USUAL = {
    "image": (
        *("file_name", "filename", "file", "path", "filepath", "file_path", "image_path", "image_name", "image_file"),
        *("img", "img_path", "img_name", "picture", "photo", "pth"),
    ),
    "label": (
        *(
            "emotion",
            "expression",
            "class",
            "category",
            "choice",
            "target",
            "label_name",
            "class_name",
            "emotion_label",
        ),
        *("emotion_class", "expression_label", "labels"),
    ),
    "annotator": (
        "rater",
        "annotator_id",
        "rater_id",
        "coder",
        "labeler",
        "labeller",
        "worker",
        "worker_id",
        "workerid",
    ),
    "person": (
        *("subject", "person_id", "subject_id", "participant", "participant_id", "identity", "identity_id"),
        *("subject_name", "participant_name", "person_name", "actor", "actor_id"),
    ),
    "split": ("usage", "subset", "partition"),
    "valence": (),
    "arousal": (),
}
"""The names by which a column is known, besides the meaning itself, which comes before them."""
SIZES = (
    ("image_width", "image_height"),
    ("img_width", "img_height"),
    ("original_width", "original_height"),
    ("width", "height"),
)
"""Columns that the size of a picture is written in."""
NO_EMOTION = {"unknown", "nf", "not_a_face", "not_face", "no_face"}
"""Votes for none of the emotions, as in FER+."""


@dataclass(frozen=True)
class Columns:
    """The columns of a table by what they mean."""

    there: Sequence[str]
    """As the table names them."""
    said: Mapping[str, str]
    """What somebody says: meanings and names of columns. An empty name: no column means it."""

    def __post_init__(self):
        for meaning, name in self.said.items():
            if meaning not in USUAL:
                raise DataError("columns.unknown-meaning", meaning=meaning, meanings=USUAL)
            if name and _plain(name) not in self._by_name:
                raise DataError("columns.no-such-column", column=name, there=self.there)

    def named(self, meaning: str) -> str | None:
        """The column that means this. Raises DataError where several could."""
        if meaning in self.said:
            return self._by_name[_plain(self.said[meaning])] if self.said[meaning] else None
        if meaning in self._by_name:
            return self._by_name[meaning]
        names = dict.fromkeys(map(_plain, USUAL[meaning]))
        usual = [self._by_name[name] for name in names if name in self._by_name]
        if len(usual) > 1:
            ambiguous = UnknownColumns("columns.ambiguous", columns=usual, meaning=meaning)
            raise ambiguous.lacking([meaning], self.there)
        return usual[0] if usual else None

    @cached_property
    def votes(self) -> dict[str, Emotion]:
        """Columns that count an emotion's votes; none where somebody says which column is the label. Raises DataError
        where two count the same one's."""
        if self.said.get("label"):
            return {}
        named = [(name, emotion) for name in self.there if (emotion := _emotion(name)) is not None]
        for emotion in Emotion:
            if len(same := [name for name, counted in named if counted is emotion]) > 1:
                raise DataError("columns.votes-twice", emotion=emotion.label, columns=same)
        return dict(named)

    @cached_property
    def other_votes(self) -> list[str]:
        """Columns that count the votes of who saw no emotion, beside those that count an emotion's."""
        return [name for name in self.there if _plain(name) in _NO_EMOTION] if self.votes else []

    @property
    def box(self) -> tuple[str, ...]:
        """The four that a box is written in, as the table names them; empty where there are none. Raises DataError."""
        return self._box[1]

    @property
    def box_has_corners(self) -> bool:
        """Whether the last two of a box are its other corner."""
        return bool(self.box) and self._box[0][2] not in SPANS

    @cached_property
    def _box(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return box_columns(self.there)

    @cached_property
    def size(self) -> tuple[str, ...]:
        """The two that say how large the picture is that a box lies in; empty where there are none."""
        names = [tuple(self._by_name.get(_plain(name), "") for name in pair) for pair in SIZES]
        return next((pair for pair in names if all(pair) and not {*pair} & {*self.box}), ()) if self.box else ()

    @property
    def answer(self) -> str | None:
        """The one in which Prodigy says what became of the label: accept, reject or ignore."""
        return self._by_name.get("answer")

    @property
    def size_may_be_of_box(self) -> bool:
        """Whether these are called so that they may as well say how large the box itself is."""
        return tuple(map(_plain, self.size)) == SIZES[-1]

    @cached_property
    def _by_name(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for name in self.there:
            if named.setdefault(_plain(name), name) is not name and _plain(name) in _KNOWN:
                raise DataError("columns.twice", column=name)
        return named


def is_header(cells: Sequence[str]) -> bool:
    """Whether these name columns of faces."""
    names = set(map(_plain, cells))
    return bool(names & {"image", *map(_plain, USUAL["image"])}) and len(names) > 1


def _plain(name: str) -> str:
    """The same for all ways to write a name, such as "Subject ID", "subject_id" and "subjectId"."""
    return "".join(unicodedata.normalize("NFC", str(name)).casefold().replace("-", " ").replace("_", " ").split())


def _emotion(name: str) -> Emotion | None:
    try:
        return Emotion.from_label(name)
    except ValueError:
        return None


_NO_EMOTION = set(map(_plain, NO_EMOTION))
_KNOWN = set(map(_plain, itertools.chain(USUAL, *USUAL.values())))
