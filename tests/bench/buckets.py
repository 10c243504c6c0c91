"""As much of S3 as both sides need: put under a condition, get, list, delete versions, upload in parts, which are kept in memory or in
files as it is wanted; and whole folders of objects can be made up while they are read.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.bench.wire import Answer, Request

XML = {"content-type": "application/xml"}


@dataclass
class Folder:
    """Objects of one size that are nowhere: their keys in order, and what each holds."""

    keys: list[str]
    bytes: int
    content: Callable[[str], bytes]


@dataclass
class Upload:
    bytes: int = 0
    parts: dict[int, bytes] = field(default_factory=dict)
    # Where parts lie, and not in `parts`.
    folder: Path | None = None

    def keep(self, number: int, body: bytes) -> None:
        self.bytes += len(body)
        if self.folder:
            (self.folder / f"{number:06}").write_bytes(body)
        else:
            self.parts[number] = body

    def whole(self) -> bytes:
        return b"".join(part for _, part in sorted(self.parts.items()))

    def joined(self, into: Path) -> Path:
        """All parts in one file; they go as they are taken."""
        with into.open("wb") as out:
            for part in sorted(self.folder.iterdir()) if self.folder else ():
                out.write(part.read_bytes())
                part.unlink()
        return into


@dataclass
class Buckets:
    objects: dict[str, bytes] = field(default_factory=dict)
    made_up: dict[str, Folder] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    complete: dict[str, Upload] = field(default_factory=dict)
    # A folder for what is uploaded, where it is more than memory should hold.
    parts_in: Path | None = None

    def answer(self, request: Request) -> tuple[str, Answer]:
        address = urlsplit(request.target)
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        path = unquote(address.path).lstrip("/")
        if "uploads" in query or "uploadId" in query:
            return self._upload(request, path, query)
        if request.method == "POST" and "delete" in query:
            return "DeleteObjects", Answer(b"<DeleteResult></DeleteResult>", headers=XML)
        if request.method == "GET" and ("list-type" in query or "versions" in query):
            return self._list(path.strip("/"), query)
        if request.method == "PUT":
            return "PutObject", self._put(path, request)
        if request.method == "DELETE":
            self.objects.pop(path, None)
            return "DeleteObject", Answer(b"", 204)
        return ("GetObject", self._get(path, request)) if request.method == "GET" else ("HeadObject", self._get(path, request))

    def _put(self, path: str, request: Request) -> Answer:
        is_there = path in self.objects
        if_match = request.headers.get("if-match")
        if ("if-none-match" in request.headers and is_there) or (if_match and (not is_there or if_match != tag(self.objects[path]))):
            return Answer(b"<Error><Code>PreconditionFailed</Code></Error>", 412, XML)
        self.objects[path] = request.body
        return Answer(b"", headers={"etag": tag(request.body)})

    def _get(self, path: str, request: Request) -> Answer:
        bucket, _, key = path.partition("/")
        content = self.objects.get(path)
        if content is None and bucket in self.made_up:
            content = self.made_up[bucket].content(key)
        if content is None:
            return Answer(b"<Error><Code>NoSuchKey</Code></Error>", 404, XML)
        headers = {"etag": tag(content) if path in self.objects else '"made-up"', "content-type": "binary/octet-stream"}
        if found := re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", "")):
            first, last = int(found[1]), min(int(found[2] or len(content)), len(content) - 1)
            headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
            return Answer(content[first : last + 1], 206, headers)
        if request.method == "HEAD":
            return Answer(b"", headers=headers | {"content-length": str(len(content))})
        return Answer(content, headers=headers)

    def _list(self, bucket: str, query: dict[str, str]) -> tuple[str, Answer]:
        is_versions = "versions" in query
        name, tag_name = ("ListObjectVersions", "ListVersionsResult") if is_versions else ("ListObjectsV2", "ListBucketResult")
        folder = self.made_up.get(bucket)
        prefix, limit = query.get("prefix", ""), int(query.get("max-keys", 1000))
        after = query.get("continuation-token") or query.get("start-after") or query.get("key-marker") or ""
        sizes = {key: folder.bytes for key in folder.keys} if folder else {}
        sizes |= {path.partition("/")[2]: len(body) for path, body in self.objects.items() if path.startswith(f"{bucket}/")}
        keys = sorted(key for key in sizes if key.startswith(prefix) and key > after)
        inner = "".join(self._entry(is_versions, key, sizes[key]) for key in keys[:limit])
        more = len(keys) > limit
        marker = "NextKeyMarker" if is_versions else "NextContinuationToken"
        inner += f"<IsTruncated>{str(more).lower()}</IsTruncated>" + (f"<{marker}>{keys[limit - 1]}</{marker}>" if more else "")
        return name, Answer(f"<{tag_name}><Name>{bucket}</Name>{inner}</{tag_name}>".encode(), headers=XML)

    @staticmethod
    def _entry(is_versions: bool, key: str, size: int) -> str:
        at = "<LastModified>2026-01-01T00:00:00.000Z</LastModified>"
        inner = f"<Key>{key}</Key><Size>{size}</Size>{at}<ETag>&quot;e&quot;</ETag>"
        return f"<Version>{inner}<VersionId>1</VersionId></Version>" if is_versions else f"<Contents>{inner}</Contents>"

    def _upload(self, request: Request, path: str, query: dict[str, Any]) -> tuple[str, Answer]:
        if "uploads" in query:
            if request.method == "GET":
                return "ListMultipartUploads", Answer(b"<ListMultipartUploadsResult></ListMultipartUploadsResult>", headers=XML)
            known = f"u{len(self.uploads) + 1}"
            folder = self.parts_in and Path(tempfile.mkdtemp(dir=self.parts_in))
            self.uploads[known] = Upload(folder=folder)
            xml = f"<InitiateMultipartUploadResult><UploadId>{known}</UploadId></InitiateMultipartUploadResult>"
            return "CreateMultipartUpload", Answer(xml.encode(), headers=XML)
        upload = self.uploads.get(query["uploadId"])
        if upload is None:
            return "NoSuchUpload", Answer(b"<Error><Code>NoSuchUpload</Code></Error>", 404, XML)
        if request.method == "PUT":
            upload.keep(int(query["partNumber"]), request.body)
            return "UploadPart", Answer(b"", headers={"etag": tag(request.body)})
        if request.method == "POST":
            self.complete[path] = self.uploads.pop(query["uploadId"])
            xml = "<CompleteMultipartUploadResult><ETag>&quot;e&quot;</ETag></CompleteMultipartUploadResult>"
            return "CompleteMultipartUpload", Answer(xml.encode(), headers=XML)
        del self.uploads[query["uploadId"]]
        return "AbortMultipartUpload", Answer(b"", 204)


def tag(content: bytes) -> str:
    return f'"{hashlib.md5(content).hexdigest()}"'
