"""Peak memory while four photos are checked at once, among them pictures whose few bytes stand for very many pixels:
`python -m benchmarks.bombs [--beside CHECKOUT]`, where CHECKOUT is another version of FERS to compare with.

The peak is that of a process of its own, above what it has before the first photo. "In hand" is what it holds after.
On Linux alone.
"""

import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import click
import numpy as np
from PIL import Image

from benchmarks.turns import ROOT

AT_ONCE = 4
WORKER = """
import ctypes, json, sys, threading
from pathlib import Path
from fers.domain.images import check_photo
from fers.errors import ImageRejected

def megabytes(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1e3

def check(kept, said):
    try:
        kept.append(check_photo(data))
    except ImageRejected as refusal:
        said.append(refusal.what)

data, kept, said = Path(sys.argv[1]).read_bytes(), [], []
before = megabytes("VmRSS")
threads = [threading.Thread(target=check, args=(kept, said)) for _ in range(int(sys.argv[2]))]
for thread in threads: thread.start()
for thread in threads: thread.join()
peak = megabytes("VmHWM") - before
ctypes.CDLL(None).malloc_trim(0)
in_hand = (megabytes("VmRSS") - before) / len(threads)
print(json.dumps({"peak": peak, "in hand": in_hand, "said": sorted(set(said))}))
"""


def png_of_one_colour(side: int, depth: int, colour_type: int, channels: int) -> bytes:
    """A PNG of side x side black pixels, in about a thousandth of a byte each."""
    packer, packed = zlib.compressobj(9), []
    row = bytes(1 + side * channels * depth // 8)
    for _ in range(side):
        packed.append(packer.compress(row))
    packed.append(packer.flush())
    header = side.to_bytes(4, "big") * 2 + bytes([depth, colour_type, 0, 0, 0])
    chunks = [(b"IHDR", header), (b"IDAT", b"".join(packed)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big") for name, body in chunks
    )


def _saved(path: Path, picture: Image.Image, kind: str, **options) -> None:
    picture.save(path, kind, **options)


def _scene(width: int, height: int) -> Image.Image:
    """As detailed as an ordinary photo, about."""
    random = np.random.default_rng(0)
    small = Image.fromarray(random.integers(0, 256, (height // 16, width // 16, 3), np.uint8))
    grain = random.integers(-6, 7, (height, width, 1), np.int8)
    smooth = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC)).astype(np.int16)
    return Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8))


CASES = {
    "PNG, 8000 x 8000, colours": lambda path: path.write_bytes(png_of_one_colour(8000, 8, 2, 3)),
    "PNG, 8000 x 8000, 16-bit gray": lambda path: path.write_bytes(png_of_one_colour(8000, 16, 0, 1)),
    "PNG, 5000 x 5000, transparent": lambda path: path.write_bytes(png_of_one_colour(5000, 8, 6, 4)),
    "PNG, 5000 x 5000, 16-bit gray": lambda path: path.write_bytes(png_of_one_colour(5000, 16, 0, 1)),
    "JPEG, 8000 x 8000": lambda path: _saved(path, Image.new("RGB", (8000, 8000)), "JPEG"),
    "JPEG, 8000 x 8000, progressive": lambda path: _saved(
        path, Image.new("RGB", (8000, 8000)), "JPEG", progressive=True, subsampling=0
    ),
    "JPEG, 4032 x 3024, a phone's": lambda path: _saved(path, _scene(4032, 3024), "JPEG", quality=90),
}


def measured(file: Path, checkout: Path = ROOT, at_once: int = AT_ONCE) -> dict:
    """MB at the peak and in hand a photo, and what refusals said."""
    command = [sys.executable, "-W", "ignore", "-c", WORKER, str(file.resolve()), str(at_once)]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@click.command(help=__doc__)
@click.option("--beside", type=click.Path(exists=True, path_type=Path), metavar="CHECKOUT")
@click.option("--case", "wanted", default="", metavar="WORDS", help="Only cases whose name holds these.")
def main(beside: Path | None, wanted: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, write) in enumerate(CASES.items()):
            if wanted not in name:
                continue
            file = Path(folder) / str(number)
            write(file)
            click.echo(f"{name}, {file.stat().st_size / 1e6:.2f} MB, {AT_ONCE} at once")
            for checkout in filter(None, (beside, ROOT)):
                found = measured(file, checkout)
                line = f"  {checkout.name:12} peak {found['peak']:6.0f} MB, in hand {found['in hand']:5.1f} MB each"
                click.echo(f"{line}  {' '.join(found['said'])}")


if __name__ == "__main__":
    main()
