"""Ranges of ids: how work on very many records is divided without listing them first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class IdRange:
    """The ids behind `after`, up to and with `to`. Ids are lower-case hexadecimal digits, which all sort before "g"."""

    after: str = ""
    to: str = "g"

    @classmethod
    def only(cls, one: str) -> "IdRange":
        """The range of one id."""
        return cls(f"{one[:-1]}{chr(ord(one[-1]) - 1)}g", one)


EVERY_ID = IdRange()


def divided(parts: int) -> list[IdRange]:
    """Every id, in `parts` ranges of about as many: ids are drawn at random."""
    edges = [f"{number * 16**8 // parts:08x}" for number in range(1, parts)]
    return [IdRange(after, to) for after, to in zip(["", *edges], [*edges, EVERY_ID.to], strict=True)]
