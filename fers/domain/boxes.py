"""Boxes: rectangles of whole pixels in an upright picture."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """`left` and `top` count from the picture's top left corner; `width` and `height` are at least 1."""

    left: int
    top: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.left < 0 or self.top < 0 or self.width < 1 or self.height < 1:
            raise ValueError(f"not a box inside a picture: {self.as_list()}")

    @property
    def area(self) -> int:
        return self.width * self.height

    def as_list(self) -> list[int]:
        """[left, top, width, height]."""
        return [self.left, self.top, self.width, self.height]

    def corners(self) -> tuple[int, int, int, int]:
        """(left, top, right, bottom), as Pillow takes them."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def scaled(self, factor: float, size: tuple[int, int]) -> "Box":
        """The same part of a picture that is `factor` times as large and has `size` (width, height) pixels."""
        return clamped(self.left * factor, self.top * factor, self.width * factor, self.height * factor, size)

    def with_context(self, scale: float, size: tuple[int, int]) -> "Box":
        """A square around the same centre, `scale` times this box's longer side, moved (and, where the picture is too
        small, reduced) so that it lies inside a picture of `size` (width, height)."""
        side = min(scale * max(self.width, self.height), *size)
        left = self.left + self.width / 2 - side / 2
        top = self.top + self.height / 2 - side / 2
        left = min(max(left, 0), size[0] - side)
        top = min(max(top, 0), size[1] - side)
        return clamped(left, top, side, side, size)


def clamped(left: float, top: float, width: float, height: float, size: tuple[int, int]) -> Box:
    """The part of a rectangle that lies inside a picture of `size` (width, height), in whole pixels, at least one."""
    x0 = min(max(_rounded(left), 0), size[0] - 1)
    y0 = min(max(_rounded(top), 0), size[1] - 1)
    x1 = min(max(_rounded(left + width), x0 + 1), size[0])
    y1 = min(max(_rounded(top + height), y0 + 1), size[1])
    return Box(x0, y0, x1 - x0, y1 - y0)


def _rounded(length: float) -> int:
    """Halves go up: to the even number, as Python has it, they would make squares two pixels wider than high."""
    return math.floor(length + 0.5)
