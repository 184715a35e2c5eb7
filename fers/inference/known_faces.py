"""Pictures of faces whose expression is known, to test a model on."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fers.domain.emotions import Emotion
from fers.domain.images import PhotoLimits, check_photo, decode_stored
from fers.errors import ImageRejected, InvalidInput

_LIMITS = PhotoLimits(smallest_side=16)


def public_pictures() -> list[tuple[Image.Image, Emotion]]:
    """Two RGB portraits in the public domain that come with scikit-image and Matplotlib: Eileen Collins (NASA) beams,
    Grace Hopper (US Navy) looks on calmly."""
    from matplotlib import get_data_path
    from skimage import data

    hopper = Image.open(Path(get_data_path()) / "sample_data" / "grace_hopper.jpg")
    return [(Image.fromarray(data.astronaut()), Emotion.HAPPY), (hopper.convert("RGB"), Emotion.NEUTRAL)]


def listed_pictures(table: Path) -> list[tuple[Image.Image, Emotion]]:
    """The pictures of a CSV file with the columns image (a path, from the file's folder) and label.

    Raises InvalidInput that names the row.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise InvalidInput("known-faces.unreadable", table=table) from error
    if not rows:
        raise InvalidInput("known-faces.none", table=table)
    return [_picture(table, number, row) for number, row in enumerate(rows, start=2)]


def _picture(table: Path, number: int, row: dict[str, Any]) -> tuple[Image.Image, Emotion]:
    try:
        emotion = Emotion.from_label(row["label"])
        photo = check_photo((table.parent / row["image"]).read_bytes(), _LIMITS)
        return decode_stored(photo.data), emotion
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInput("known-faces.lacking", row=number, table=table) from error
    except (OSError, ValueError, ImageRejected) as error:
        raise InvalidInput("known-faces.unusable", row=number, table=table, problem=error) from error


def views(face: np.ndarray) -> np.ndarray:
    """A face (side x side x 3, uint8) and five mild variations: mirrored, darker, brighter, moved to two corners."""
    step = face.shape[0] // 16
    around = np.pad(face, ((step, step), (step, step), (0, 0)), mode="edge")
    lit = [np.uint8((face * np.float32(gain)).clip(0, 255)) for gain in (0.7, 1.3)]
    return np.stack([face, face[:, ::-1], *lit, around[: -2 * step, : -2 * step], around[2 * step :, 2 * step :]])
