"""Makes a kept state larger by writing into its file: a million rows in a minute, where the emulator takes several.

Every row is made as the emulator makes them, and what it wrote itself is made once more and compared, so that another version of it
stops the bench instead of measuring something else.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.emulator import Item
from tests.bench.report import Different

CHUNK = 50_000
Row = tuple[Any, ...]


def text(value: dict[str, str]) -> str:
    kind, inner = next(iter(value.items()))
    return f"{kind}:{inner}"


def row(item: Item, size: int) -> Row:
    partition = item["pk"]["S"]
    prefix = hashlib.md5(b"Outliers" + partition.encode()).hexdigest()[:6]
    return text(item["pk"]), text(item["sk"]), json.dumps(item, separators=(",", ":"), ensure_ascii=False), size, prefix


def entry(item: Item, key: list[str]) -> Row:
    """Of an index that holds keys only."""
    kept = json.dumps({name: item[name] for name in ("pk", "sk", *key)}, separators=(",", ":"), ensure_ascii=False)
    return text(item[key[0]]), text(item[key[1]]), text(item["pk"]), text(item["sk"]), kept


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    rest = iter(items)
    while chunk := list(itertools.islice(rest, CHUNK)):
        yield sorted(chunk, key=lambda one: (one["pk"]["S"], one["sk"]["S"]))


def grow(state: Path, table: str, items: Iterable[Item], index: tuple[str, list[str]] | None = None) -> int:
    """How many were added. At least one row like them is there, written by the emulator; all are as large as it."""
    base, entries = f'"{table}"', f'"{table}::gsi::{index[0] if index else ""}"'
    columns = "pk, sk, item_json, item_size, hash_prefix"
    connection = sqlite3.connect(state, isolation_level=None)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        known = connection.execute(f"SELECT {columns} FROM {base} LIMIT 1").fetchone()
        like, size = json.loads(known[2]), known[3]
        same = comparable(row(like, size)) == comparable(known)
        if index:
            found = connection.execute(f"SELECT * FROM {entries} WHERE table_pk = ? AND table_sk = ?", known[:2]).fetchone()
            same = same and found is not None and comparable(entry(like, index[1])) == comparable(found)
        if not same:
            raise Different(f"the emulator keeps rows of {table} in another form than tests/bench/states.py")
        count = 0
        connection.execute("BEGIN")
        for chunk in chunks(items):
            connection.executemany(f"INSERT INTO {base} ({columns}) VALUES (?, ?, ?, ?, ?)", (row(one, size) for one in chunk))
            if index:
                connection.executemany(f"INSERT INTO {entries} VALUES (?, ?, ?, ?, ?)", (entry(one, index[1]) for one in chunk))
            count += len(chunk)
        connection.execute("COMMIT")
        return count
    finally:
        connection.close()


def comparable(one: Row) -> Row:
    """The order of attributes does not count."""
    return tuple(json.loads(part) if isinstance(part, str) and part.startswith("{") else part for part in one)
