"""Worker: the library `fer`, from a photo to its answer. It runs under an interpreter that has `fer`:

    python -m venv FER
    FER/bin/pip install --no-deps fer==25.10.3
    FER/bin/pip install "opencv-python-headless<5" "setuptools<81" tensorflow requests pillow

Its weights come in its wheel.
"""

import sys
from collections.abc import Callable

from benchmarks.turns import take_turns


def tasks(photo: str) -> dict[str, Callable[[], object]]:
    import cv2
    from fer.fer import FER

    pixels = cv2.imread(photo)
    library = FER()
    box = library.find_faces(pixels)[0]
    found = {
        "photo to answer": lambda: library.detect_emotions(pixels),
        "box to answer": lambda: library.detect_emotions(pixels, face_rectangles=[box]),
        "face detection": lambda: library.find_faces(pixels),
    }
    for task in found.values():
        task()
    return found


if __name__ == "__main__":
    take_turns(lambda: tasks(sys.argv[1]))
