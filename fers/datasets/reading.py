"""How a set is to be read: what every format's reader is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fers.datasets.faults import Faults
from fers.datasets.splits import SplitChoice
from fers.datasets.tables import Where
from fers.datasets.words import Vocabulary


@dataclass(frozen=True)
class Meanings:
    """What somebody says about a set, where it isn't like the usual ones."""

    words: Vocabulary = field(default_factory=Vocabulary)
    columns: Mapping[str, str] = field(default_factory=dict)
    """Names of a table's columns, by what they hold: "image", "label", … (`columns.USUAL`)."""
    folders: str = ""
    """What nested folders stand for, outermost first, such as "person/class"."""


@dataclass(frozen=True)
class Reading:
    source: str
    split: SplitChoice
    meanings: Meanings = field(default_factory=Meanings)
    faults: Faults = field(default_factory=Faults)

    def at(self, file: str) -> Where:
        """A place to begin at, whose faults are noted."""
        return Where(file, self.faults)
