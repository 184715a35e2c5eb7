"""Small labelled sets for tests, drawn rather than photographed."""

import io
import weakref
import zipfile
from collections import Counter

import numpy as np
from PIL import Image

from fers.datasets import FaceSet
from tests.people import OneModel


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


def write_tied(folder):
    """Write a table of a happy face and one that half of its annotators call sad. Returns its specification."""
    folder.mkdir()
    (folder / "faces.csv").write_text("image,label\na.png,happy\nb.png,happy\nb.png,sad\n")
    for number, name in enumerate(("a.png", "b.png")):
        (folder / name).write_bytes(drawn_face(100 + number))
    return f"manifest:{folder / 'faces.csv'}"


def photos(count: int, size: tuple[int, int], seed: int = 0) -> FaceSet:
    """A set of photos of (width, height) pixels, no two of which are alike, nor those of two seeds."""

    def opened(index):
        pixels = np.random.default_rng([seed, index]).integers(0, 256, (size[1], size[0], 3), np.uint8)
        return Image.fromarray(pixels)

    targets = np.eye(8, dtype=np.float32)[np.arange(count) % 8]
    return FaceSet("photos", [f"{index}.png" for index in range(count)], targets, opened, Counter())


def pictures_held(monkeypatch) -> list[int]:
    """Gets longer: how many pictures of sets were in memory each time that one was read, itself among them."""
    read, references, counts = FaceSet.image, [], []

    def image(*which):
        picture = read(*which)
        references.append(weakref.ref(picture))
        counts.append(sum(reference() is not None for reference in references))
        return picture

    monkeypatch.setattr(FaceSet, "image", image)
    return counts


class Seeing(OneModel):
    """Keeps the faces that it is given."""

    def __init__(self):
        self.seen = []

    def predict(self, faces):
        self.seen += list(faces)
        return super().predict(faces)
