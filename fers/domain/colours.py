"""Colours: any picture as 8-bit RGB in sRGB."""

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageCms

_STRIP = 2_000_000
"""Pixels that are converted at once: the steps between need several times the memory of the picture."""


def to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """8-bit RGB on white, whatever the mode was, with the file's ICC profile applied where that can be."""
    in_srgb = _applying(profile, "RGBA" if _see_through(picture) else picture.mode)
    if picture.mode == "RGB" and not _see_through(picture) and in_srgb is None:
        return picture
    made = Image.new("RGB", picture.size)
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height)))
        made.paste(_strip_to_srgb(strip, in_srgb), (0, top))
    return made


def in_eight_bits(picture: Image.Image) -> Image.Image:
    """16-bit gray scaled to 8 bits, which converting it would clip to white; any other picture as it is."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    gray = np.asarray(picture).astype(np.float32) / 257
    return Image.fromarray(gray.clip(0, 255).round().astype(np.uint8))


def on_white(picture: Image.Image) -> Image.Image:
    """With white where it is transparent: what lies hidden there may be any colour."""
    if not _see_through(picture):
        return picture
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _strip_to_srgb(strip: Image.Image, in_srgb: Callable[[Image.Image], Image.Image] | None) -> Image.Image:
    strip = in_eight_bits(strip)
    if _see_through(strip):
        strip = strip.convert("RGBA")
    if in_srgb:
        strip = in_srgb(strip)
    return on_white(strip).convert("RGB")


def _see_through(picture: Image.Image) -> bool:
    """Whether it may have transparent parts. A palette may, too."""
    return picture.mode in ("RGBA", "P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info


def _applying(profile: bytes | None, mode: str) -> Callable[[Image.Image], Image.Image] | None:
    """What brings a picture of this mode from the profile's colours to sRGB; None where that can't be."""
    if not profile or mode not in ("RGB", "RGBA", "CMYK"):
        return None
    made = "RGBA" if mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, made)
    except Exception:  # noqa: BLE001 - a broken profile is no reason to refuse the photo, whatever it makes of it
        return None
    return transform.apply
