"""A square to click: how pleasant (valence) and how excited (arousal) the person feels."""

from fers.ui.widgets import widget

_grid = widget("affect_grid", "words", "pad")


def affect_grid(key: str) -> tuple[float, float] | None:
    """Return (valence, arousal), each from -1 to 1, or None while nothing is chosen."""
    point = _grid(key=key, on_point_change=lambda: None).point
    return (float(point[0]), float(point[1])) if point else None
