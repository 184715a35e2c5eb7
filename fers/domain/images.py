"""Photos: checking what a person gives, and the one normal form that is shown, predicted on and stored."""

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image

from fers.domain import photo_files
from fers.domain.boxes import Box
from fers.domain.colours import to_srgb
from fers.domain.photo_files import PhotoFile
from fers.domain.room import Room
from fers.errors import ImageLost, ImageRejected

FACE_SIDE = 224
"""Side, in pixels, that every crop is resized to."""
SUFFIXES = ("jpg", "jpeg", "jfif", "jpe", "png", "heic", "heif", "hif", "webp", "avif")
"""What files of the kinds that are taken are called. It is their bytes that decide."""
LARGEST_STORED_SIDE = 4096
LARGEST_STORED_BYTES = 9_000_000
"""Most photos of `LARGEST_STORED_SIDE` have less; one with more comes in fewer pixels."""
VIEW_SIDE = 1024
JPEG_QUALITY = 95

_MOST_DECODED = 25_000_000
"""Pixels that are decoded at once, 100 MB. Larger JPEGs are shrunk while they are decoded."""
_MOST_PIXELS = {"JPEG": 64_000_000, "HEIF": 50_000_000}
"""Other kinds can't be shrunk while they are decoded. iPhones make HEIC pictures of 48 million pixels."""
_ROOM = Room(400_000_000)
"""Bytes for the pixels of all photos that are being checked or cropped in this process: two at a time, as phones make
them."""
_PER_PIXEL = 12
"""Bytes that a pixel takes on its way: decoded, converted and turned or encoded, 4 each."""
_KINDS_OF_SETS = ("BMP", "GIF", "PPM", "TIFF")
"""Kinds besides those of photos that sets come in. Others, such as PostScript, Pillow hands to other programs."""
_ORIENTATION = "orientation as its file says"


@dataclass(frozen=True)
class PhotoLimits:
    largest_bytes: int = 20_000_000
    largest_pixels: int = 64_000_000
    """Of a JPEG; kinds that can't be shrunk while they are decoded have lower limits of their own."""
    smallest_side: int = 64


@dataclass(frozen=True)
class Photo:
    """A checked photo, in hand for as long as somebody works on it: `data` and `view` take 14 MB at most."""

    data: bytes
    """An upright RGB JPEG without metadata."""
    width: int
    height: int
    view: Image.Image
    """The photo at `VIEW_SIDE` pixels at most, to be shown. No model is fed this."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @contextmanager
    def pixels(self) -> Iterator[Image.Image]:
        """What `data` decodes to, so that what is seen is exactly what is stored. Don't keep it, and ask for no other
        photo's meanwhile."""
        with _ROOM.of(self.width * self.height * 4):
            yield decode_stored(self.data)


def check_photo(data: bytes, limits: PhotoLimits = PhotoLimits()) -> Photo:  # noqa: B008 - frozen
    """Return a JPEG, PNG, HEIC, WebP or AVIF picture in its normal form: upright, 8-bit RGB in sRGB, at most 4096
    pixels a side, no metadata.

    Whatever is written beside a sound picture, it is taken; orientation and colour profile are used where they can be
    read. Raises ImageRejected, with a sentence for the person, for anything that is not exactly one sound picture
    within `limits`. What a file is called plays no part. Waits while many photos are being checked.
    """
    if not data:
        raise ImageRejected("photo.empty")
    if len(data) > limits.largest_bytes:
        raise too_large(limits)
    file = photo_files.read(data)
    if file is None:
        if kind := photo_files.other_kind(data):
            raise ImageRejected("photo.other-kind", kind=kind)
        raise ImageRejected("photo.not-a-picture")
    with warnings.catch_warnings():
        # Pillow warns of what the limits below refuse, or of metadata that is dropped anyway.
        warnings.simplefilter("ignore")
        picture, needed = _opened(file, limits)
        with _ROOM.of(needed):
            return _photo(_normal(_decoded(picture), file))


def too_large(limits: PhotoLimits = PhotoLimits()) -> ImageRejected:  # noqa: B008 - frozen
    """What is said of a file with more bytes than are taken, whoever sees it first."""
    return ImageRejected("photo.too-large", limit=limits.largest_bytes)


def decode_stored(data: bytes) -> Image.Image:
    """The RGB picture of a photo that `check_photo` encoded as `data`. Raises ImageLost for damaged ones."""
    with _undamaged():
        pixels = Image.open(io.BytesIO(data), formats=("JPEG",))
        pixels.load()
    return pixels


def cut_out(photo: Photo, box: Box) -> Photo:
    """The part of a photo inside `box`, with all of its pixels, as a photo of its own."""
    with photo.pixels() as pixels:
        return _photo(pixels.crop(box.corners()))


def crop(pixels: Image.Image, box: Box, side: int = FACE_SIDE) -> np.ndarray:
    """The part of an RGB picture inside `box`, resized to side x side x 3 (uint8)."""
    return _resized(pixels, box.corners(), side)


def crop_stored(data: bytes, box: Box, side: int = FACE_SIDE) -> np.ndarray:
    """As `crop`, of a photo that `check_photo` encoded as `data`. Raises ImageLost."""
    with _undamaged():
        pixels = Image.open(io.BytesIO(data), formats=("JPEG",))
        with _ROOM.of(pixels.width * pixels.height * 4):
            return crop(pixels, box, side)


def glimpse(data: bytes, box: Box, side: int) -> np.ndarray:
    """As `crop_stored`, to be looked at and for nothing else: where the box has pixels to spare, the photo is decoded
    at a half, a quarter or an eighth of its size, which saves all of the work but reading the file. No model is fed
    this. Raises ImageLost."""
    with _undamaged():
        pixels = Image.open(io.BytesIO(data), formats=("JPEG",))
        width, height = pixels.size
        pixels.draft("RGB", (width * side // box.width, height * side // box.height))
        reduced = round(width / pixels.width)
        left, top, right, bottom = (corner / reduced for corner in box.corners())
        return _resized(pixels, (left, top, right, bottom), side)


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many kinds for broken files
        raise ImageLost("photo.lost") from error


def _resized(pixels: Image.Image, corners: tuple[float, float, float, float], side: int) -> np.ndarray:
    return np.asarray(pixels.resize((side, side), Image.Resampling.BILINEAR, box=corners))


def _opened(file: PhotoFile, limits: PhotoLimits) -> tuple[Image.Image, int]:
    """The picture, of which only the header was read so far, and the bytes that it takes, about, to make it normal."""
    try:
        picture = _opened_lazily(file)
    except Image.DecompressionBombError as error:
        raise ImageRejected("photo.too-many-pixels") from error
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many kinds for broken files
        raise ImageRejected("photo.damaged") from error
    _require_size(picture, limits)
    # An HEIC file holds one photo and its helpers, or a burst of which one is chosen.
    if file.moves or (file.kind != "HEIF" and getattr(picture, "n_frames", 1) > 1):
        raise ImageRejected("photo.animated")
    # libjpeg holds all of a progressive picture, 2 bytes a sample, however much it is shrunk then.
    held = picture.width * picture.height * 8 if picture.info.get("progressive") else 0
    if picture.width * picture.height > _MOST_DECODED:
        picture.draft(None, (picture.width // 2, picture.height // 2))
    return picture, held + picture.width * picture.height * _PER_PIXEL


def _require_size(picture: Image.Image, limits: PhotoLimits) -> None:
    most = min(limits.largest_pixels, _MOST_PIXELS.get(picture.format or "", _MOST_DECODED))
    if picture.width * picture.height > most:
        raise ImageRejected("photo.too-many-megapixels", limit=most // 1_000_000)
    if min(picture.size) < limits.smallest_side:
        raise ImageRejected("photo.too-small", side=limits.smallest_side)


def _opened_lazily(file: PhotoFile) -> Image.Image:
    if file.kind == "HEIF":
        from pi_heif import register_heif_opener

        register_heif_opener()
    return Image.open(io.BytesIO(file.data), formats=(file.kind,))


def _decoded(picture: Image.Image) -> Image.Image:
    try:
        picture.load()
    except Exception as error:  # noqa: BLE001 - as above
        raise ImageRejected("photo.damaged") from error
    return picture


def _normal(picture: Image.Image, file: PhotoFile) -> Image.Image:
    orientation = file.orientation or _orientation(picture)
    picture = to_srgb(picture, file.profile or picture.info.get("icc_profile"))
    picture.thumbnail((LARGEST_STORED_SIDE, LARGEST_STORED_SIDE), Image.Resampling.LANCZOS)
    return _turned(picture, orientation)


def open_picture(data: bytes) -> Image.Image:
    """Open a picture of any kind, of a set of pictures say, blind to what is written beside it but for `upright`.

    Raises what Pillow raises, and ValueError.
    """
    file = photo_files.read(data)
    if file is None:
        return _with_white(Image.open(io.BytesIO(data), formats=_KINDS_OF_SETS))
    picture = _opened_lazily(file)
    picture.info[_ORIENTATION] = file.orientation
    return picture


def _with_white(picture: Image.Image) -> Image.Image:
    """Raises ValueError for one of whose pixels nothing says which number is white."""
    if picture.mode == "F" or (picture.mode == "I" and picture.format == "TIFF"):
        raise ValueError("its pixels are fractions or 32 bits wide; save it with 8 or 16 bits")
    return picture


def upright(picture: Image.Image) -> Image.Image:
    """A picture from `open_picture`, turned as its file asks; as it is where that can't be read."""
    return _turned(picture, picture.info.get(_ORIENTATION) or _orientation(picture))


def _orientation(picture: Image.Image) -> int | None:
    if picture.format == "HEIF":  # Its decoder has turned it already.
        return None
    return photo_files.exif_orientation(picture.info.get("exif") or b"")


def _turned(picture: Image.Image, orientation: int | None) -> Image.Image:
    turn = None if orientation is None else _TURNS.get(orientation)
    return picture if turn is None else picture.transpose(turn)


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _photo(picture: Image.Image) -> Photo:
    data = _encoded(picture)
    while len(data) > LARGEST_STORED_BYTES:
        smaller = 0.98 * (LARGEST_STORED_BYTES / len(data)) ** 0.5
        picture = picture.resize([max(1, round(side * smaller)) for side in picture.size], reducing_gap=2.0)
        data = _encoded(picture)
    share = min(1.0, VIEW_SIDE / max(picture.size))
    view = picture.resize([max(1, round(side * share)) for side in picture.size], reducing_gap=2.0)
    return Photo(data, *picture.size, view)


def _encoded(picture: Image.Image) -> bytes:
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()
