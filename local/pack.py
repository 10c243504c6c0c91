"""A function as Lambda takes it: a zip of one file, whose bytes follow from the binary and from nothing else."""

from __future__ import annotations

import hashlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

# What a zip says of a file beside its content: the first moment that it can name, and that everybody may run it.
MOMENT = (1980, 1, 1, 0, 0, 0)
MODE = 0o100755
UNIX = 3


def pack(binary: Path, name: str = "bootstrap") -> Path:
    """The zip beside the binary; written anew only when it changes, so that what depends on its age does not."""
    info = ZipInfo(name, MOMENT)
    info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, UNIX, MODE << 16
    packed, fresh = binary.with_suffix(".zip"), binary.with_suffix(".zip.new")
    with ZipFile(fresh, "w") as archive:
        archive.writestr(info, binary.read_bytes(), compresslevel=9)
    if packed.is_file() and packed.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(packed)
    return packed


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
