"""Worker: from a photo to an answer by the app's own functions, and several people at once.

`python -m benchmarks.photos MODEL PHOTO` with a registered model.
"""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.turns import take_turns
from fers import adapters, config
from fers.domain.images import crop
from fers.services.models.prediction import predict_file, proposed_face

PEOPLE = 8


def tasks(model: str, photo: Path) -> dict[str, Callable[[], object]]:
    classifier = adapters.registry(config.load()).classifier(model)
    detector = adapters.face_detector()
    pixels = Image.open(photo).convert("RGB")
    box = detector.detect(pixels)[0]
    face = crop(pixels, box)[None]
    faces = np.repeat(face, PEOPLE, axis=0)
    at_once = ThreadPoolExecutor(PEOPLE)

    def photo_to_answer():
        return classifier.predict(proposed_face(pixels, classifier, detector)[0][None])

    found = {
        "file to top-3": lambda: predict_file(photo, classifier, detector),
        "photo to answer": photo_to_answer,
        "box to answer": lambda: classifier.predict(crop(pixels, box)[None]),
        "face detection": lambda: detector.detect(pixels),
        "one face": lambda: classifier.predict(face),
        f"{PEOPLE} people, a thread each": lambda: list(at_once.map(lambda _: classifier.predict(face), range(PEOPLE))),
        f"{PEOPLE} people, one after the other": lambda: [classifier.predict(face) for _ in range(PEOPLE)],
        f"{PEOPLE} people, one batch": lambda: classifier.predict(faces),
    }
    for task in found.values():
        task()
    return found


if __name__ == "__main__":
    take_turns(lambda: tasks(sys.argv[1], Path(sys.argv[2])))
