"""Every photo comes into one normal form, or is refused with a sentence."""

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from skimage import data

from fers.domain.boxes import Box
from fers.domain.images import PhotoLimits, check_photo, crop, crop_stored, decode_stored, glimpse
from fers.errors import ImageRejected

ORIENTATION, GPS = 0x0112, 0x8825
RED, BLUE = (220, 30, 30), (30, 30, 220)


def encoded(picture, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def two_halves(mode="RGB", size=(96, 80)) -> Image.Image:
    """Red on the left, blue on the right."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return picture.convert(mode)


def _close(colour, expected, tolerance=12):
    return all(abs(int(a) - b) <= tolerance for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_jpeg_and_png_become_an_rgb_jpeg(kind):
    photo = check_photo(encoded(two_halves(), kind))
    assert photo.data[:2] == b"\xff\xd8"
    assert (photo.width, photo.height, photo.view.mode) == (96, 80, "RGB")
    assert _close(photo.view.getpixel((10, 10)), RED)
    assert _close(photo.view.getpixel((90, 10)), BLUE)


def test_what_is_seen_is_what_is_stored():
    photo = check_photo(encoded(two_halves()))
    with photo.pixels() as pixels:
        np.testing.assert_array_equal(np.asarray(pixels), np.asarray(decode_stored(photo.data)))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1"])
def test_png_modes(mode):
    photo = check_photo(encoded(two_halves(mode)))
    assert photo.view.mode == "RGB"
    if mode in ("RGB", "RGBA", "P"):
        assert _close(photo.view.getpixel((10, 10)), RED, 40)


def test_cmyk_jpeg():
    photo = check_photo(encoded(two_halves("CMYK"), "JPEG"))
    assert _close(photo.view.getpixel((10, 10)), RED, 20)


def test_sixteen_bits_are_scaled_not_clipped():
    gray = np.full((80, 96), 0x4000, np.uint16)
    photo = check_photo(encoded(Image.fromarray(gray)))
    assert _close(photo.view.getpixel((5, 5)), (64, 64, 64), 2)


def test_transparent_parts_become_white():
    picture = two_halves("RGBA")
    picture.putalpha(0)
    assert _close(check_photo(encoded(picture)).view.getpixel((5, 5)), (255, 255, 255), 1)


def test_transparent_palette_colour_becomes_white():
    picture = Image.new("P", (80, 80), 0)
    picture.putpalette([10, 20, 30] + [0] * 765)
    data = encoded(picture, transparency=0)
    assert _close(check_photo(data).view.getpixel((5, 5)), (255, 255, 255), 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_upright(orientation):
    upright = two_halves(size=(96, 64))
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    turned = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = check_photo(encoded(turned, "JPEG", exif=exif, quality=95))
    assert photo.size == (96, 64)
    assert _close(photo.view.getpixel((5, 5)), RED, 20)
    assert _close(photo.view.getpixel((90, 60)), BLUE, 20)


def test_location_and_all_other_metadata_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(GPS)[2] = (52.0, 30.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = encoded(two_halves(), "JPEG", exif=exif, comment=b"SecretComment", icc_profile=profile)
    assert b"SecretCameraMaker" in data
    photo = check_photo(data)
    assert b"Secret" not in photo.data
    assert b"Exif" not in photo.data
    assert b"ICC_PROFILE" not in photo.data
    assert not decode_stored(photo.data).getexif()


def test_png_text_is_gone():
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "SecretName")
    assert b"SecretName" not in check_photo(encoded(two_halves(), pnginfo=text)).data


def test_a_large_photo_is_reduced():
    photo = check_photo(encoded(Image.new("L", (5000, 2500), 128)))
    assert photo.size == (4096, 2048)


def _bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 x 60,000 pixels."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def _animation() -> bytes:
    return encoded(two_halves(), save_all=True, append_images=[two_halves("L").convert("RGB")])


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a picture"),
        (encoded(two_halves(), "GIF"), "GIF"),
        (encoded(two_halves(), "TIFF"), "TIFF"),
        (encoded(two_halves(), "BMP"), "BMP"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 100, "damaged"),
        (b"\0\0\0\x18ftypisom" + b"\0" * 100, "video"),
        (b"%PDF-1.7 ...", "PDF"),
        (encoded(two_halves(), "JPEG")[:-200], "damaged"),
        (encoded(two_halves())[:-30], "damaged"),
        (_bomb(), "pixels"),
        (_animation(), "animation"),
        (encoded(two_halves(size=(63, 63))), "less than 64"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_say_what_happened_and_what_to_do(data, what):
    with pytest.raises(ImageRejected, match=what) as refusal:
        check_photo(data)
    assert refusal.value.next


def test_limits_on_bytes_and_pixels():
    data = encoded(two_halves())
    with pytest.raises(ImageRejected, match="larger than"):
        check_photo(data, PhotoLimits(largest_bytes=len(data) - 1))
    with pytest.raises(ImageRejected, match="pixels"):
        check_photo(data, PhotoLimits(largest_pixels=96 * 80 - 1))
    assert check_photo(data, PhotoLimits(largest_bytes=len(data), largest_pixels=96 * 80))


def test_a_phones_multi_picture_jpeg_is_its_first_picture():
    data = encoded(two_halves(), "MPO", save_all=True, append_images=[Image.new("RGB", (96, 80), "green")])
    assert _close(check_photo(data).view.getpixel((5, 5)), RED, 20)


def test_a_broken_colour_profile_is_no_reason_to_refuse():
    photo = check_photo(encoded(two_halves(), "JPEG", icc_profile=b"nonsense"))
    assert _close(photo.view.getpixel((5, 5)), RED, 20)


SOUND = [encoded(two_halves(), "JPEG"), encoded(two_halves("P")), encoded(two_halves("RGBA"))]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused(data):
    with pytest.raises(ImageRejected):
        check_photo(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_files_are_refused_or_whole(choose):
    data = bytearray(choose.draw(st.sampled_from(SOUND)))
    for position in choose.draw(st.lists(st.integers(0, len(data) - 1), max_size=8)):
        data[position] = choose.draw(st.integers(0, 255))
    kept = choose.draw(st.integers(len(data) // 2, len(data)))
    try:
        photo = check_photo(bytes(data[:kept]))
    except ImageRejected:
        return
    assert photo.view.mode == "RGB"
    assert decode_stored(photo.data).size == photo.size


def test_a_crop_is_what_is_inside_the_box():
    face = crop(two_halves(), Box(48, 0, 48, 80), side=32)
    assert face.shape == (32, 32, 3)
    assert face.dtype == np.uint8
    # The leftmost columns blend with their neighbours outside the box, as resizing does anywhere.
    assert (face[:, 2:] == BLUE).all()


def test_a_crop_may_touch_the_edges_and_defaults_to_224():
    assert crop(two_halves(), Box(0, 0, 96, 80)).shape == (224, 224, 3)


@pytest.fixture(scope="module")
def portrait():
    """A stored photo whose sides no power of two divides."""
    return check_photo(encoded(Image.fromarray(data.astronaut()).resize((1011, 1003)), "JPEG"))


@pytest.mark.parametrize("box", [Box(339, 139, 201, 201), Box(339, 139, 467, 467), Box(2, 1, 1003, 1001)])
def test_a_glimpse_shows_what_the_crop_shows(portrait, box):
    seen, cropped = glimpse(portrait.data, box, 56).astype(int), crop_stored(portrait.data, box, 56)
    assert seen.shape == cropped.shape
    assert np.abs(seen - cropped).mean() < 3


def test_a_glimpse_of_few_pixels_is_the_crop_itself(portrait):
    box = Box(339, 139, 201, 201)
    assert (glimpse(portrait.data, box, 112) == crop_stored(portrait.data, box, 112)).all()


def test_a_glimpse_decodes_no_more_than_it_needs(portrait, monkeypatch):
    decoded, resize = [], Image.Image.resize
    monkeypatch.setattr(
        Image.Image, "resize", lambda self, *size, box: decoded.append(self.width) or resize(self, *size, box=box)
    )
    for width in (111, 112, 223, 224, 448, 1003):
        glimpse(portrait.data, Box(0, 0, width, width), 56)
    assert decoded == [1011, 506, 506, 253, 127, 127]
