"""Uploads the function zips and points the template's CodeUri at them, as `aws cloudformation package` does."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from local.build import MOVABLE_CLOCK
from local.settings import ROOT, TEMPLATE, StackError

CODE_URI = re.compile(r"^(\s+CodeUri: )(target/\S+\.zip)$", re.MULTILINE)


def zips() -> dict[str, Path]:
    """Every zip the template names, by the name used there."""
    found = {match[2]: ROOT / match[2] for match in CODE_URI.finditer(TEMPLATE.read_text())}
    missing = [name for name, path in found.items() if not path.is_file()]
    if missing or not found:
        raise StackError(f"not built yet: {', '.join(missing) or 'no function in template.yaml'}; run make build")
    return found


def digest(parameters: Mapping[str, str]) -> str:
    """Changes whenever a deployment would change anything."""
    parts = [hashlib.sha256(TEMPLATE.read_bytes()).hexdigest(), repr(sorted(parameters.items()))]
    parts += [f"{name} {_contents(path)}" for name, path in sorted(zips().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _contents(path: Path) -> str:
    """What is inside: a zip that something else has packed may say other things of the same binary."""
    with ZipFile(path) as packed:
        return " ".join(f"{name} {hashlib.sha256(packed.read(name)).hexdigest()}" for name in sorted(packed.namelist()))


def has_movable_clock(archive: Path) -> bool:
    """Whether a test stack could move the clock of this function."""
    with ZipFile(archive) as packed:
        return MOVABLE_CLOCK in packed.read("bootstrap")


def release() -> None:
    """Stops what is not a release from becoming one."""
    movable = [name for name, path in zips().items() if has_movable_clock(path)]
    if movable:
        raise StackError(f"built for a test stack, with a clock that can be moved: {', '.join(movable)}; run make build")


def upload(s3: Any, bucket: str) -> str:
    """Uploads each zip under its own hash and returns the template that points there."""
    addresses = {}
    for name, path in zips().items():
        body = path.read_bytes()
        key = f"functions/{Path(name).parent.name}/{hashlib.sha256(body).hexdigest()}.zip"
        s3.put_object(Bucket=bucket, Key=key, Body=body)
        addresses[name] = f"s3://{bucket}/{key}"
    return CODE_URI.sub(lambda match: match[1] + addresses[match[2]], TEMPLATE.read_text())
