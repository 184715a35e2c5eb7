"""LiteRT files, which are served as they are."""

import shutil
from pathlib import Path

from fers.inference.foreign import MADE, Normal


def normal_form(source: Path, folder: Path) -> Normal:
    return Normal(Path(shutil.copyfile(source, folder / f"{MADE}.tflite")))
