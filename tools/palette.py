"""Makes a picture smaller: a PNG of 24 bits a pixel becomes one with the colours that it has most (RFC 2083)."""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BYTES = 3  # of a pixel: red, green, blue
_COLOURS = 256
_APART = 150  # the squared distance between two colours of the palette, so that rare ones have a place


def reduced(picture: bytes) -> bytes:
    """The same picture in at most 256 colours; every other colour becomes the nearest of them."""
    chunks = list(_chunks(picture))
    width, height, depth, kind = struct.unpack(">IIBB3x", chunks[0][1])
    if (depth, kind) != (8, 2):
        raise ValueError("only a PNG of 24 bits a pixel without transparency can be reduced")
    data = zlib.decompress(b"".join(content for name, content in chunks if name == b"IDAT"))
    rows = [[row[at : at + _BYTES] for at in range(0, len(row), _BYTES)] for row in _rows(data, width * _BYTES)]
    counts = Counter(pixel for row in rows for pixel in row)
    palette: list[bytes] = []
    for colour, _ in counts.most_common():
        if len(palette) < _COLOURS and all(_distance(colour, other) >= _APART for other in palette):
            palette.append(colour)
    places = {colour: _nearest(colour, palette) for colour in counts}
    indexes = b"".join(b"\0" + bytes(places[pixel] for pixel in row) for row in rows)
    return _SIGNATURE + b"".join(
        _chunk(name, content)
        for name, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            (b"PLTE", b"".join(palette)),
            (b"IDAT", zlib.compress(indexes, 9)),
            (b"IEND", b""),
        )
    )


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _rows(data: bytes, length: int) -> Iterator[bytes]:
    """The rows, without their filters (RFC 2083 §6)."""
    above = bytearray(length)
    for start in range(0, len(data), length + 1):
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + length])
        for at in range(length) if kind else ():
            left = row[at - _BYTES] if at >= _BYTES else 0
            corner = above[at - _BYTES] if at >= _BYTES else 0
            row[at] = (row[at] + _prediction(kind, left, above[at], corner)) & 0xFF
        yield bytes(row)
        above = row


def _prediction(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:  # Paeth
        estimate = left + above - corner
        return min((left, above, corner), key=lambda each: abs(estimate - each))
    return (0, left, above, (left + above) // 2)[kind]


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda place: _distance(colour, palette[place]))


def _distance(one: bytes, other: bytes) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2
