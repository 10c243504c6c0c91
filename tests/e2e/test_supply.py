"""What we build from is named to the byte, and what we build follows from it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from local import build, pack, reproducible
from local.settings import ROOT, StackError

BINARY = b"\x7fELF" + bytes(range(256)) * 40


def test_every_tool_is_pinned_by_version_and_hash() -> None:
    text = (ROOT / "local" / "requirements.txt").read_text()
    entries = re.split(r"\n(?=[a-z])", text.split("\n#\n")[-1].strip().replace("\\\n", " "))
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[A-Za-z0-9_.-]+==[^\s;]+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    # Whatever else asks for packages asks for these.
    assert "--require-hashes -r local/requirements.txt" in (ROOT / "Makefile").read_text()
    for path in (ROOT / "Makefile", ROOT / ".ci" / "run"):
        lines = path.read_text().splitlines()
        from_pip = [line for line in lines if "pip install" in line]
        assert all("--require-hashes" in line for line in from_pip), (path, from_pip)
        # The registry has the checksum of each version, and its lock file those of all that it is built from.
        from_cargo = [line for line in lines if "cargo install" in line]
        assert all("--locked" in line and "--version $(" in line for line in from_cargo), (path, from_cargo)


def test_every_crate_comes_from_the_registry_with_a_checksum() -> None:
    packages = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    ours = {tomllib.loads(path.read_text())["package"]["name"] for path in ROOT.glob("*/**/Cargo.toml") if not {"target", ".state"} & set(path.parts)}
    foreign = [one for one in packages if one["name"] not in ours]
    assert len(foreign) > 200
    for one in foreign:
        assert one["source"] == "registry+https://github.com/rust-lang/crates.io-index", one
        assert re.fullmatch(r"[0-9a-f]{64}", one["checksum"]), one


def binary(folder: Path, content: bytes = BINARY) -> Path:
    folder.mkdir(parents=True)
    made = folder / "bootstrap"
    made.write_bytes(content)
    return made


def test_a_zip_follows_from_the_binary_and_from_nothing_else(tmp_path: Path) -> None:
    here, there = binary(tmp_path / "a"), binary(tmp_path / "another" / "place")
    os.utime(there, (1, 1))
    there.chmod(0o600)
    assert pack.pack(here).read_bytes() == pack.pack(there).read_bytes()
    with ZipFile(pack.pack(here)) as packed:
        (info,) = packed.infolist()
        assert (info.filename, info.date_time, info.external_attr >> 16, info.create_system) == (
            "bootstrap", (1980, 1, 1, 0, 0, 0), 0o100755, 3,
        )
        assert packed.read("bootstrap") == BINARY
    other = binary(tmp_path / "b", BINARY + b"\n")
    assert pack.pack(other).read_bytes() != pack.pack(here).read_bytes()


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    made = binary(tmp_path / "a")
    os.utime(pack.pack(made), (7, 7))
    assert pack.pack(made).stat().st_mtime == 7
    made.write_bytes(BINARY + b"\n")
    assert pack.pack(made).stat().st_mtime > 7
    assert sorted(path.name for path in made.parent.iterdir()) == ["bootstrap", "bootstrap.zip"]


def test_compilers_are_told_other_names_for_every_folder(tmp_path: Path) -> None:
    root, home = tmp_path / "checkout", tmp_path / "home"
    given = {"HOME": str(home), "CARGO_TARGET_DIR": "elsewhere/target", "CFLAGS": "-O2", "CARGO_BUILD_RUSTFLAGS": "-Cdebuginfo=0"}
    assert build.places(root, given) == {
        str(root): "/source", str(home / ".cargo"): "/cargo", str(root / "elsewhere" / "target"): "/target",
    }
    made = build.nameless(root, given)
    # The inner folder comes after the outer one: the compiler takes the last that fits.
    assert made["CARGO_BUILD_RUSTFLAGS"].split() == [
        "-Cdebuginfo=0", f"--remap-path-prefix={root}=/source", f"--remap-path-prefix={home}/.cargo=/cargo",
        f"--remap-path-prefix={root}/elsewhere/target=/target",
    ]
    assert made["CFLAGS"].startswith("-O2 -ffile-prefix-map=") and made["HOME"] == str(home)
    # It would drop the processor that cargo-lambda names.
    assert "RUSTFLAGS" not in made and "CARGO_ENCODED_RUSTFLAGS" not in made


# A crate in small: another crate beside it, code that is made while it is built, and panics that name their files. Built as the
# functions are.
SMALL = {
    "Cargo.toml": """
        [workspace]
        members = ["inner"]
        [package]
        name = "outer"
        edition = "2024"
        [dependencies]
        inner = { path = "inner" }
        [profile.release]
        opt-level = "s"
        lto = "fat"
        codegen-units = 1
        strip = true
    """,
    "build.rs": """
        fn main() {
            let out = std::env::var("OUT_DIR").unwrap();
            std::fs::write(format!("{out}/made.rs"), "pub fn made(at: usize) -> &'static str { [file!()][at] }").unwrap();
        }
    """,
    "src/main.rs": """
        include!(concat!(env!("OUT_DIR"), "/made.rs"));
        fn main() {
            let at = std::env::args().count();
            println!("{} {}", made(at), inner::inner(at));
        }
    """,
    "inner/Cargo.toml": """
        [package]
        name = "inner"
        edition = "2024"
    """,
    "inner/src/lib.rs": "pub fn inner(at: usize) -> &'static str { [std::panic::Location::caller().file(), file!()][at] }",
}


def built(root: Path, environment: Mapping[str, str]) -> bytes:
    for name, text in SMALL.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["cargo", "build", "--release", "--quiet", "--offline"], cwd=root, env=environment, check=True)
    return (root / "target" / "release" / "outer").read_bytes()


def test_a_binary_follows_from_its_sources_wherever_they_lie(tmp_path: Path) -> None:
    roots = [tmp_path / folder for folder in reproducible.FOLDERS]
    plain, nameless = [], []
    for root in roots:
        environment = reproducible.environment(root)
        plain.append(built(root, environment))
        shutil.rmtree(root)
        nameless.append(built(root, build.nameless(root, environment)))
        assert reproducible.names_in(nameless[-1], build.places(root, environment)) == []
        assert reproducible.names_in(plain[-1], [str(root)]) == [str(root)], "there is nothing to hide: the test is blind"
    assert plain[0] != plain[1], "the same without any of it: the test is blind"
    assert nameless[0] == nameless[1]


def test_one_byte_of_difference_is_seen(tmp_path: Path) -> None:
    roots = (tmp_path / "a", tmp_path / "b")
    for root, content in zip(roots, (BINARY, BINARY[:-1] + b"!"), strict=True):
        for name, held in (("request-status", BINARY), ("meta-callback", content)):
            pack.pack(binary(root / "target" / "lambda" / name, held))
    compared = reproducible.compare(roots, ["meta-callback", "request-status"])
    assert [(one.function, one.file, one.is_same) for one in compared] == [
        ("meta-callback", "bootstrap", False), ("meta-callback", "bootstrap.zip", False),
        ("request-status", "bootstrap", True), ("request-status", "bootstrap.zip", True),
    ]
    lines = reproducible.table(compared)
    assert "DIFFERS" in lines[0] and "DIFFERS" not in lines[2] and compared[2].hashes[0] in lines[2]
    assert reproducible.names_in(b"...panicked at /opt/here/src/a.rs", ["/opt/here", "/opt/there"]) == ["/opt/here"]


def test_a_function_that_is_not_there_is_named() -> None:
    assert reproducible.wanted("request-status, meta-callback") == ["meta-callback", "request-status"]
    assert len(reproducible.wanted("")) == sum(len(group) for group in build.functions())
    with pytest.raises(StackError, match="no-such"):
        reproducible.wanted("no-such")


def test_both_copies_hold_what_is_under_version_control(tmp_path: Path) -> None:
    reproducible.copy(tmp_path)
    assert (tmp_path / "Cargo.lock").read_bytes() == (ROOT / "Cargo.lock").read_bytes()
    assert (tmp_path / "functions" / "request-status" / "Cargo.toml").is_file() and not (tmp_path / "target").exists()
