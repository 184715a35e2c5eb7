"""Photos: checking what a person gives, and the one normal form that is shown, predicted on and stored."""

import hashlib
import io
import warnings
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from fers.domain.boxes import Box
from fers.errors import ImageRejected

FACE_SIDE = 224
"""Side, in pixels, that every crop is resized to."""
LARGEST_STORED_SIDE = 4096
JPEG_QUALITY = 95
_RETRY = "Please choose another photo."


@dataclass(frozen=True)
class PhotoLimits:
    largest_bytes: int = 20_000_000
    largest_pixels: int = 64_000_000
    smallest_side: int = 64


@dataclass(frozen=True)
class Photo:
    """A checked photo. `pixels` is what `data` decodes to, so that what is seen is exactly what is stored."""

    data: bytes
    """An upright RGB JPEG without metadata."""
    pixels: Image.Image

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def width(self) -> int:
        return self.pixels.width

    @property
    def height(self) -> int:
        return self.pixels.height


def check_photo(data: bytes, limits: PhotoLimits = PhotoLimits()) -> Photo:  # noqa: B008 - frozen
    """Return a JPEG or PNG in its normal form: upright, 8-bit RGB in sRGB, at most 4096 pixels a side, no metadata.

    Raises ImageRejected, with a sentence for the person, for anything that is not exactly one sound JPEG or PNG picture
    within `limits`. What a file is called plays no part.
    """
    if not data:
        raise ImageRejected("The file is empty.", _RETRY)
    if len(data) > limits.largest_bytes:
        megabytes = limits.largest_bytes // 1_000_000
        raise ImageRejected(f"The file is larger than {megabytes} MB.", "Please choose a smaller one.")
    with warnings.catch_warnings():
        # Pillow warns of what the limits below refuse, or of metadata that is dropped anyway.
        warnings.simplefilter("ignore")
        picture = _normal(_decoded(data, limits))
    return decode_stored(_encoded(picture))


def decode_stored(data: bytes) -> Photo:
    """The photo that `check_photo` encoded as `data`."""
    pixels = Image.open(io.BytesIO(data))
    pixels.load()
    return Photo(data, pixels)


def crop(pixels: Image.Image, box: Box, side: int = FACE_SIDE) -> np.ndarray:
    """The part of an RGB picture inside `box`, resized to side x side x 3 (uint8)."""
    return _resized(pixels, box.corners(), side)


def crop_stored(data: bytes, box: Box, side: int = FACE_SIDE) -> np.ndarray:
    """As `crop`, of a photo that `check_photo` encoded as `data`."""
    return crop(decode_stored(data).pixels, box, side)


def glimpse(data: bytes, box: Box, side: int) -> np.ndarray:
    """As `crop_stored`, to be looked at and for nothing else: where the box has pixels to spare, the photo is decoded
    at a half, a quarter or an eighth of its size, which saves all of the work but reading the file. No model is fed
    this."""
    pixels = Image.open(io.BytesIO(data))
    width, height = pixels.size
    pixels.draft("RGB", (width * side // box.width, height * side // box.height))
    reduced = round(width / pixels.width)
    return _resized(pixels, tuple(corner / reduced for corner in box.corners()), side)


def _resized(pixels: Image.Image, corners: tuple[float, ...], side: int) -> np.ndarray:
    return np.asarray(pixels.resize((side, side), Image.Resampling.BILINEAR, box=corners))


def _decoded(data: bytes, limits: PhotoLimits) -> Image.Image:
    picture = _opened(data)
    if picture.width * picture.height > limits.largest_pixels:
        megapixels = limits.largest_pixels // 1_000_000
        raise ImageRejected(f"The photo has more than {megapixels} million pixels.", "Please choose a smaller one.")
    if min(picture.size) < limits.smallest_side:
        raise ImageRejected(f"The photo is smaller than {limits.smallest_side} pixels.", "Please choose a larger one.")
    # A phone's multi-picture JPEG (MPO) holds one photo and its helpers: its first picture is the photo.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise ImageRejected("This is an animation.", "Please choose a photo that stands still.")
    try:
        picture.load()
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise many kinds for broken files
        raise ImageRejected("The photo is damaged or incomplete.", _RETRY) from error
    return picture


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    except Image.DecompressionBombError as error:
        raise ImageRejected("The photo has too many pixels.", "Please choose a smaller one.") from error
    except UnidentifiedImageError as error:
        raise ImageRejected(_not_accepted(data), "Please choose a JPEG or PNG photo.") from error
    except Exception as error:  # noqa: BLE001 - as above
        raise ImageRejected("The photo is damaged or incomplete.", _RETRY) from error


def _not_accepted(data: bytes) -> str:
    for name, found in (
        ("a GIF", data.startswith(b"GIF8")),
        ("a WebP picture", data[:4] == b"RIFF" and data[8:12] == b"WEBP"),
        ("an HEIC picture", data[4:8] == b"ftyp"),
        ("a PDF document", data.startswith(b"%PDF")),
        ("a TIFF picture", data[:4] in (b"II*\0", b"MM\0*")),
        ("a BMP picture", data.startswith(b"BM")),
    ):
        if found:
            return f"This is {name}."
    return "This is not a picture FERS can read."


def _normal(picture: Image.Image) -> Image.Image:
    picture = _to_srgb(ImageOps.exif_transpose(picture))
    picture.thumbnail((LARGEST_STORED_SIDE, LARGEST_STORED_SIDE), Image.Resampling.LANCZOS)
    return picture


def _to_srgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB on white, whatever the mode was, with an embedded colour profile applied where it can be."""
    if picture.mode.startswith(("I", "F")):
        # 16-bit gray: scaled, since converting would clip.
        gray = np.asarray(picture).astype(np.float64) / 257
        picture = Image.fromarray(gray.clip(0, 255).round().astype(np.uint8))
    profile = picture.info.get("icc_profile")
    if picture.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if profile and picture.mode in ("RGB", "RGBA", "CMYK"):
        picture = _with_profile_applied(picture, profile)
    if picture.mode == "RGBA":
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("RGB")


def _with_profile_applied(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # A broken profile is no reason to refuse the photo; its colours are taken as they are.


def _encoded(picture: Image.Image) -> bytes:
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return file.getvalue()
