"""How long a participant waits for a prediction: `python -m benchmarks.prediction`.

Prints medians: the first prediction of a fresh process (loading the model and its runtime included), and then, measured
interleaved in one process on a 4000 x 3000 photo, each step from file to top-3, also as a ratio to merely decoding that
photo.
"""

import io
import statistics
import subprocess
import sys
import time

from PIL import Image
from skimage import data

from fers import adapters, config
from fers.domain.boxes import Box
from fers.domain.images import check_photo, crop, decode_stored

FRESH_RUNS = 5
WARM_RUNS = 15
FIRST = """
import time
started = time.perf_counter()
import numpy as np
from fers import config
from fers import adapters
adapters.registry(config.load()).classifier().predict(np.zeros((1, 224, 224, 3), np.uint8))
print(time.perf_counter() - started)
"""


def large_photo() -> bytes:
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).resize((4000, 3000)).save(file, "JPEG", quality=92)
    return file.getvalue()


def first_prediction() -> float:
    """Seconds, median over fresh processes."""
    seconds = []
    for _ in range(FRESH_RUNS):
        run = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True)
        seconds.append(float(run.stdout.split()[-1]))
    return statistics.median(seconds)


def warm_steps() -> dict[str, float]:
    """Seconds of each step, median over interleaved rounds."""
    photo_file = large_photo()
    classifier = adapters.registry(config.load()).classifier()
    detector = adapters.face_detector()
    pixels = decode_stored(check_photo(photo_file).data)
    face = crop(pixels, Box(1300, 400, 900, 900))[None]
    steps = {
        "decode only (Pillow)": lambda: Image.open(io.BytesIO(photo_file)).convert("RGB"),
        "check and normalise": lambda: check_photo(photo_file),
        "detect faces": lambda: detector.detect(pixels),
        "crop": lambda: crop(pixels, Box(1300, 400, 900, 900)),
        "predict": lambda: classifier.predict(face),
    }
    rounds = {name: [] for name in steps}
    for _ in range(WARM_RUNS):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            rounds[name].append(time.perf_counter() - started)
    return {name: statistics.median(seconds) for name, seconds in rounds.items()}


def main() -> None:
    print(f"first prediction of a fresh process: {first_prediction():.2f} s")
    steps = warm_steps()
    decode = steps["decode only (Pillow)"]
    for name, seconds in steps.items():
        print(f"{name:22} {seconds * 1000:7.1f} ms  {seconds / decode:5.2f} x decoding")


if __name__ == "__main__":
    main()
