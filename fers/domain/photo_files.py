"""What FERS reads of a photo's file beside its pixels: its kind, which way is up, and its colour profile.

Cameras, phones and editors write much more into files, often wrongly. It is taken out before anything else reads the
file, so that a sound picture is never refused for what is written beside it. Nothing here raises.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_ORIENTATION, _SHORT = 0x0112, 3
_LARGEST_TEXT = 1_000_000
"""Bytes that a packed text is unpacked to at most; a colour profile may have four times as many."""
_XMP_ORIENTATION = re.compile(rb"""tiff:Orientation(?:\s*=\s*["']|>)\s*([1-8])""")
_PNG = b"\x89PNG\r\n\x1a\n"
_HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
_OTHER_KINDS = (
    ("GIF", lambda data: data.startswith(b"GIF8")),
    ("PDF", lambda data: data.startswith(b"%PDF")),
    ("TIFF", lambda data: data[:4] in (b"II*\0", b"MM\0*")),
    ("BMP", lambda data: data.startswith(b"BM")),
    ("JPEG XL", lambda data: data[:2] == b"\xff\x0a" or data[4:12] == b"JXL \r\n\x87\n"),
    ("JPEG 2000", lambda data: data[4:8] == b"jP  "),
    ("video", lambda data: data[4:8] in (b"ftyp", b"moov", b"mdat") or data[:4] == b"\x1aE\xdf\xa3"),
    ("SVG", lambda data: b"<svg" in data[:1000].lower()),
)


@dataclass(frozen=True)
class PhotoFile:
    """A file without what was written beside its picture."""

    kind: str
    """As Pillow calls it: JPEG, PNG, WEBP, AVIF or HEIF."""
    data: bytes
    orientation: int | None = None
    """1 to 8, as in EXIF; None where the file doesn't say, or its decoder has to be asked."""
    profile: bytes | None = None
    """An ICC profile, which may be broken; None: none, or its decoder has to be asked."""
    moves: bool = False


def read(data: bytes) -> PhotoFile | None:
    """Look at a file's bytes; None when they are none of the kinds above. What the file is called plays no part."""
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(_PNG):
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return PhotoFile("WEBP", data)
    if data[4:8] == b"ftyp":
        brands = {data[at : at + 4] for at in range(8, min(int.from_bytes(data[:4], "big"), 200), 4)}
        if brands & {b"avif", b"avis"}:
            return PhotoFile("AVIF", data)
        if brands & set(_HEIF):
            return PhotoFile("HEIF", data)
    return None


def other_kind(data: bytes) -> str:
    """What a file that is no photo is, as far as its first bytes tell."""
    return next((name for name, is_it in _OTHER_KINDS if is_it(data)), "")


def exif_orientation(exif: bytes) -> int | None:
    """Which way is up, 1 to 8, by an EXIF block (with or without its heading); None when it doesn't say."""
    tiff = exif.removeprefix(b"Exif\0\0")
    if tiff[:4] not in (b"II*\0", b"MM\0*"):
        return None
    order: Literal["little", "big"] = "little" if tiff.startswith(b"II") else "big"

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], order)

    start = number(4, 4)
    last = min(start + 2 + 12 * number(start, 2), len(tiff))
    for at in range(start + 2, last - 11, 12):
        if number(at, 2) == _ORIENTATION and number(at + 2, 2) == _SHORT:
            value = number(at + 8, 2)
            return value if 1 <= value <= 8 else None
    return None


def _jpeg(data: bytes) -> PhotoFile:
    """The segments before the picture, but for those that say how to decode it, are left out. Of a JPEG that holds
    several pictures, as phones write them, the first is the photo."""
    kept: list[bytes | memoryview] = [b"\xff\xd8"]
    exif, xmp, profile = b"", b"", {}
    for marker, body, segment in _segments(data):
        if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
            kept.append(b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0")
        elif marker == 0xE1 and body.startswith(b"Exif\0\0"):
            exif = exif or bytes(body)
        elif marker == 0xE1 and body.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            xmp = xmp or bytes(body)
        elif marker == 0xE2 and body.startswith(b"ICC_PROFILE\0") and len(body) > 14:
            profile[body[12], body[13]] = body[14:]
        elif marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            kept.append(b"\xff\xee\0\x0e" + body[:12])
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            kept.append(segment)
    return PhotoFile("JPEG", b"".join(kept), exif_orientation(exif) or _xmp_orientation(xmp), _whole(profile))


def _segments(data: bytes) -> Iterator[tuple[int, bytes, memoryview]]:
    """(marker, content, all of it) of each segment; the last one begins the picture and goes on to the file's end."""
    view, at = memoryview(data), 2
    while 0 <= (at := data.find(b"\xff", at)) < len(data) - 3:
        marker, end = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in (0xFF, 0x00, 0x01) or 0xD0 <= marker <= 0xD8:  # These stand alone.
            at += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9) or end < at + 4 or end > len(data):
            yield 0xDA, b"", view[at:]
            return
        yield marker, data[at + 4 : end], view[at:end]
        at = end


def _whole(parts: dict[tuple[int, int], bytes]) -> bytes | None:
    count = len(parts)
    wanted = [(number, count) for number in range(1, count + 1)]
    return b"".join(parts[part] for part in wanted) if parts and sorted(parts) == wanted else None


def _png(data: bytes) -> PhotoFile:
    """Only the chunks that a decoder has to know stay, and transparency."""
    kept: list[bytes | memoryview] = [_PNG]
    orientations, profile, moves = {}, None, False
    for name, body, chunk in _chunks(data):
        if not name[:1].islower() or (name == b"tRNS" and _is_sound(chunk) and _transparency_fits(data, body)):
            kept.append(chunk)
        elif name == b"eXIf":
            orientations["exif"] = exif_orientation(body)
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            orientations |= _of_text(name, body)
        elif name == b"iCCP":
            _, _, packed = body.partition(b"\0")
            profile = _unpacked(packed[1:], 4 * _LARGEST_TEXT) or None
        elif name == b"acTL":
            moves = moves or int.from_bytes(body[:4], "big") > 1
    found = (orientations.get(source) for source in ("exif", "raw", "xmp"))
    return PhotoFile("PNG", b"".join(kept), next(filter(None, found), None), profile, moves)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, memoryview]]:
    """(name, content, all of it) of each chunk. What follows the last whole one stays with it."""
    view, at = memoryview(data), len(_PNG)
    while at < len(data):
        name, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            yield b"", b"", view[at:]
            return
        small = end - at < 4 * _LARGEST_TEXT and name != b"IDAT"
        yield name, data[at + 8 : end - 4] if small else b"", view[at:end]
        at = len(data) if name == b"IEND" else end


def _is_sound(chunk: memoryview) -> bool:
    """Whether its checksum is right, without which decoders refuse the whole picture."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _transparency_fits(data: bytes, body: bytes) -> bool:
    """Whether a transparency chunk is as long as the colour type, in the header, asks for."""
    return {0: len(body) == 2, 2: len(body) == 6, 3: 0 < len(body) <= 256}.get(data[25], False)


def _of_text(name: bytes, body: bytes) -> dict[str, int | None]:
    """Which way is up by a text chunk: XMP, or EXIF in hexadecimal digits as ImageMagick writes it."""
    keyword, _, text = body.partition(b"\0")
    if name == b"iTXt":
        packed, text = text[:1] == b"\1", text[2:].split(b"\0", 2)[-1]
        text = _unpacked(text, _LARGEST_TEXT) if packed else text
    elif name == b"zTXt":
        text = _unpacked(text[1:], _LARGEST_TEXT)
    if keyword == b"XML:com.adobe.xmp":
        return {"xmp": _xmp_orientation(text)}
    if keyword.lower() in (b"raw profile type exif", b"raw profile type app1"):
        digits = b"".join(text.split(b"\n")[3:])
        try:
            return {"raw": exif_orientation(bytes.fromhex(digits.decode("ascii")))}
        except ValueError:
            return {}
    return {}


def _xmp_orientation(xmp: bytes) -> int | None:
    found = _XMP_ORIENTATION.search(xmp)
    return int(found[1]) if found else None


def _unpacked(packed: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, most)
    except zlib.error:
        return b""
