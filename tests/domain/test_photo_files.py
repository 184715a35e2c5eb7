"""A sound picture is taken whatever else its file says, and turned upright as far as that can be read."""

import binascii
import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from fers.domain import photo_files
from fers.domain.images import check_photo, open_picture, upright
from fers.errors import ImageRejected
from tests.domain.test_images import BLUE, RED, encoded, two_halves

ORIENTATION = 0x0112
SIZE = (96, 80)
JPEG, PNG = encoded(two_halves(), "JPEG"), encoded(two_halves())

tags = st.sampled_from([ORIENTATION, 0x011A, 0x011B, 0x0128, 0x8769, 0x8825, 0x927C, 0xA005]) | st.integers(0, 0xFFFF)
numbers = st.sampled_from([0, 1, 6, 8, 0x7FFFFFFF, 0xFFFFFFFF]) | st.integers(0, 200)
values = st.binary(min_size=4, max_size=4)


@st.composite
def exif_blocks(draw) -> bytes:
    """TIFF structures: directories of any tags, types, counts and offsets, pointing anywhere, cut off anywhere."""
    order = draw(st.sampled_from("<>"))
    entries = draw(st.lists(st.tuples(tags, st.integers(0, 14), numbers, values), max_size=12))
    head = draw(st.sampled_from([b"II*\0", b"MM\0*"] * 3 + [b"II+\0", b"\0\x08\0\x02"]))
    body = head + struct.pack(order + "I", draw(st.sampled_from([8] * 4 + [0, 7, 0xFFFFFFF0])))
    body += struct.pack(order + "H", draw(st.sampled_from([len(entries)] * 4 + [0xFFFF])))
    body += b"".join(struct.pack(order + "HHI", *entry[:3]) + entry[3] for entry in entries)
    body += struct.pack(order + "I", draw(numbers)) + draw(st.binary(max_size=40))
    return body[: draw(st.integers(0, len(body))) if draw(st.booleans()) else None]


heads = (
    b"JFIF\0",
    b"JFXX\0",
    b"Exif\0\0",
    b"http://ns.adobe.com/xap/1.0/\0",
    b"ICC_PROFILE\0",
    b"MPF\0",
    b"Photoshop 3.0\0",
)
segments = st.tuples(
    st.sampled_from([*range(0xE0, 0xEE), 0xEF, 0xFE]),
    st.builds(bytes.__add__, st.sampled_from(heads), st.binary(max_size=40) | exif_blocks()) | st.binary(max_size=30),
)
xmp = st.builds(b'<x tiff:Orientation="%b"'.__mod__, st.binary(max_size=2))
texts = st.builds(
    lambda keyword, rest: keyword + b"\0" + rest,
    st.sampled_from([b"XML:com.adobe.xmp", b"Raw profile type exif", b"Comment", b""]),
    st.binary(max_size=40) | xmp | st.binary(max_size=40).map(zlib.compress).map(b"\0".__add__),
)
ancillary = st.sampled_from(
    [b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"tIME", b"bKGD", b"hIST", b"sPLT", b"iCCP", b"tRNS", b"acTL"]
)
chunks = (
    st.tuples(st.sampled_from([b"tEXt", b"zTXt", b"iTXt"]), texts | st.binary(max_size=40))
    | st.tuples(st.just(b"eXIf"), exif_blocks())
    | st.tuples(ancillary, st.binary(max_size=20))
)


def jpeg_with(*added: tuple[int, bytes]) -> bytes:
    written = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in added)
    return JPEG[:2] + written + JPEG[2:]


def png_with(*added: tuple[bytes, bytes], sealed: bool = True) -> bytes:
    """With these chunks after the header; not `sealed`: with wrong checksums."""
    written = b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", binascii.crc32(name + body) ^ (not sealed))
        for name, body in added
    )
    return PNG[:33] + written + PNG[33:]


def exif_of(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x010F], exif[ORIENTATION], exif[0x011A] = "Maker", orientation, 72.0
    return exif.tobytes()


def _taken(data: bytes) -> np.ndarray:
    """The picture's corners, top left and top right."""
    photo = check_photo(data)
    assert sorted(photo.size) == sorted(SIZE)
    return np.asarray(photo.view)[[4, 4], [4, -5]].astype(int)


def _is_two_halves(corners: np.ndarray) -> bool:
    return np.abs(corners - [RED, BLUE]).max() < 20


@settings(max_examples=100, deadline=None)
@given(exif_blocks(), st.booleans())
@example(b"MM\0*\0\0\0\x08\0\x01\x01\x1a\0\x02\0\0\0\x06\0\0\0\x1a\0\0\0\0seven\0", True)
def test_any_exif_block_is_borne(block, in_jpeg):
    _taken(jpeg_with((0xE1, b"Exif\0\0" + block)) if in_jpeg else png_with((b"eXIf", block)))


@settings(max_examples=100, deadline=None)
@given(st.lists(segments, max_size=5))
def test_any_segments_of_a_jpeg_are_borne(added):
    _taken(jpeg_with(*added))


@settings(max_examples=100, deadline=None)
@given(st.lists(chunks, max_size=5), st.booleans())
@example([(b"tRNS", bytes(6))], False)
def test_any_further_chunks_of_a_png_are_borne(added, sealed):
    try:
        _taken(png_with(*added, sealed=sealed))
    except ImageRejected as refusal:
        moving = [body for name, body in added if name == b"acTL" and int.from_bytes(body[:4], "big") > 1]
        assert moving and "animation" in str(refusal)


@settings(max_examples=100, deadline=None)
@given(st.builds(bytes.__add__, st.just(b"Exif\0\0"), exif_blocks()) | st.binary(max_size=60))
def test_any_exif_block_of_a_webp_is_borne(block):
    _taken(encoded(two_halves(), "WEBP", exif=block))


@settings(max_examples=30, deadline=None)
@given(st.builds(bytes.__add__, st.just(b"Exif\0\0"), exif_blocks()))
def test_any_exif_block_of_an_heic_is_borne(block):
    file = io.BytesIO()
    pillow_heif.from_pillow(two_halves()).save(file, exif=block)
    assert _is_two_halves(_taken(file.getvalue()))


@settings(max_examples=100, deadline=None)
@given(exif_blocks() | st.binary(max_size=80))
def test_a_sound_picture_of_a_set_is_read_whatever_its_exif_says(block):
    with open_picture(jpeg_with((0xE1, b"Exif\0\0" + block))) as picture:
        assert sorted(upright(picture).size) == sorted(SIZE)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_looking_at_any_bytes_raises_nothing(data):
    for head in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"\0\0\0\x18ftypheic"):
        photo_files.read(head + data)
    photo_files.other_kind(data)


def _opened_upright(data: bytes) -> Image.Image:
    with open_picture(data) as picture:
        return upright(picture)


def _heic(picture: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "write", [_heic, lambda p: encoded(p, "WEBP"), lambda p: encoded(p, "AVIF")], ids=["heic", "webp", "avif"]
)
def test_what_phones_and_browsers_make_is_taken(write):
    assert _is_two_halves(_taken(write(two_halves())))


def test_an_heic_picture_is_turned_once():
    data = _heic(_turned(), exif=exif_of(6))
    assert b"irot" in data, "the picture itself says so, beside its EXIF block"
    assert check_photo(data).size == _opened_upright(data).size == (80, 96)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("endian", "<>")
def test_orientation_is_what_pillow_reads(orientation, endian):
    exif = Image.Exif()
    exif.endian = endian
    exif[0x010F], exif[ORIENTATION], exif[0x8825] = "Maker", orientation, {1: "N"}
    assert photo_files.exif_orientation(exif.tobytes()) == orientation


def _turned() -> Image.Image:
    return two_halves(size=(80, 96)).transpose(Image.Transpose.ROTATE_90)


def _png_text(key: str, text: str, packed: bool = False, international: bool = False) -> bytes:
    info = PngInfo()
    (info.add_itxt if international else info.add_text)(key, text, zip=packed)
    return encoded(_turned(), pnginfo=info)


XMP = '<rdf:Description tiff:Orientation="6"/>'
RAW = f"\nexif\n      {len(exif_of(6))}\n{exif_of(6).hex()}\n"


@pytest.mark.parametrize(
    "data",
    [
        encoded(_turned(), exif=exif_of(6)),
        encoded(_turned(), "WEBP", exif=exif_of(6), lossless=True),
        encoded(_turned(), "AVIF", exif=exif_of(6)),
        encoded(_turned(), "JPEG", xmp=XMP.encode()),
        _png_text("XML:com.adobe.xmp", XMP, international=True),
        _png_text("XML:com.adobe.xmp", XMP, packed=True, international=True),
        _png_text("Raw profile type exif", RAW),
        _png_text("Raw profile type exif", RAW, packed=True),
    ],
    ids=["PNG", "WebP", "AVIF", "XMP", "XMP in PNG", "packed XMP", "ImageMagick", "ImageMagick, packed"],
)
def test_wherever_it_says_which_way_is_up(data):
    photo = check_photo(data)
    assert photo.size == (80, 96)
    assert _is_two_halves(np.asarray(photo.view)[[4, 4], [4, -5]].astype(int))


def test_garbage_between_segments_and_after_the_picture_is_borne():
    assert _is_two_halves(_taken(JPEG[:20] + b"\0garbage\xff" + JPEG[20:] + b"trailer"))
    assert _is_two_halves(_taken(PNG + b"trailer"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_colours_are_brought_to_srgb(kind):
    """By a profile that swaps red and blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    places = {bytes(profile[at : at + 4]): at for at in range(132, 132 + 12 * count, 12)}
    red, blue = places[b"rXYZ"], places[b"bXYZ"]
    profile[red + 4 : red + 12], profile[blue + 4 : blue + 12] = (
        profile[blue + 4 : blue + 12],
        profile[red + 4 : red + 12],
    )
    options = {"lossless": True} if kind == "WEBP" else {}
    corners = _taken(encoded(two_halves(), kind, icc_profile=bytes(profile), **options))
    assert _is_two_halves(corners[::-1])
