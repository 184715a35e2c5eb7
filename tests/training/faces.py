"""Small labelled sets for tests, drawn rather than photographed."""

import io
import zipfile

import numpy as np
from PIL import Image


def drawn_face(brightness: int, side: int = 48) -> bytes:
    """A gray PNG whose left half is `brightness` and whose right half is black."""
    pixels = np.zeros((side, side), np.uint8)
    pixels[:, : side // 2] = brightness
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def write_ferplus(target, rows, *, zipped=False):
    """Write FER+'s layout with one face for each row of ten votes."""
    lines = [f'fer{i:07}.png,"(0, 0, 48, 48)",{",".join(map(str, votes))}' for i, votes in enumerate(rows)]
    files = {"FER2013Train/label.csv": "\n".join(lines).encode()}
    files |= {f"FER2013Train/fer{i:07}.png": drawn_face(20 * i % 256) for i in range(len(rows))}
    if zipped:
        with zipfile.ZipFile(target, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)
    else:
        for name, data in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes(data)
    return target
