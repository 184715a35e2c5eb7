"""LiteRT files, which are served as they are."""

import shutil
from pathlib import Path

from fers.inference.foreign import SERVED


def normal_form(source: Path, folder: Path) -> Path:
    return Path(shutil.copyfile(source, folder / f"{SERVED}.tflite"))
