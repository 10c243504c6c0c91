"""A function as Lambda takes it: a zip of one file, whose bytes follow from the binary and from nothing else."""

from __future__ import annotations

import hashlib
import struct
import zlib
from pathlib import Path

import deflate

# What a zip says of a file beside its content: the first moment that it can name (1 January 1980), that it is packed by
# deflate, as zip 2.0 knows it, and that everybody may run it.
DAY = 1 << 5 | 1
METHOD, ZIP_20 = 8, 20
MODE = 0o100755
UNIX = 3
# The most that libdeflate looks for. What zlib makes of a function at its best is three hundredths more, and takes as long.
LEVEL = 12


def zipped(content: bytes, name: str) -> bytes:
    """A zip of one file. Python's own writer cannot be given what is packed already."""
    packed, named = deflate.deflate_compress(content, LEVEL), name.encode()
    # APPNOTE.TXT, 4.3.7 and 4.3.12: version needed, flags, method, time, day, checksum, sizes, length of the name, no extra field.
    known = struct.pack("<HHHHHIIIHH", ZIP_20, 0, METHOD, 0, DAY, zlib.crc32(content), len(packed), len(content), len(named), 0)
    local = b"PK\x03\x04" + known + named + packed
    # No comment, the first disk, no attributes within, those of Unix, from the beginning of the file.
    central = b"PK\x01\x02" + struct.pack("<BB", ZIP_20, UNIX) + known + struct.pack("<HHHII", 0, 0, 0, MODE << 16, 0) + named
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def pack(binary: Path, name: str = "bootstrap") -> Path:
    """The zip beside the binary; written anew only when it changes, so that what depends on its age does not."""
    packed, fresh = binary.with_suffix(".zip"), binary.with_suffix(".zip.new")
    fresh.write_bytes(zipped(binary.read_bytes(), name))
    if packed.is_file() and packed.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(packed)
    return packed


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
