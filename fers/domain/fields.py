"""What is said of a face: what each thing is called, of what kind it is and what it means, for all that hand faces
out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Kind = str | Mapping[str, "Kind"] | tuple["Kind"]
"""TEXT, CLASS, WHOLE, NUMBER or FLAG; a mapping for something with named parts, a tuple of one kind for a list."""
TEXT, CLASS, WHOLE, NUMBER, FLAG = "string", "class", "int32", "float32", "bool"


@dataclass(frozen=True)
class Field:
    """One thing that is said of a face."""

    name: str
    kind: Kind
    words: str
    """What it means, for people who use the data."""
    read: Callable[..., Any]
    """Its value in JSON's types, None where it is unknown, of whatever says it."""
    always: bool = True
    """Whether a version says null where it is unknown. What came later is left out there, so that what is handed out of
    older versions stays the same, byte for byte."""
