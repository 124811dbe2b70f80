"""The file of a backup: a tar, packed with gzip, that ordinary tools open.

`care/orders.0001.bson`, `care/orders.0002.bson`, ... are whole BSON documents one after the other, as `mongodump`
writes them. `manifest.json` is the last member, and holds the SHA-256 of each of the others.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import unpack_from
from types import TracebackType
from typing import BinaryIO, Self

from pydantic import ValidationError

from care.errors import SetupError
from care.models.backup import FORMAT, MANIFEST, Manifest, Part

PART_BYTES = 8 * 1024 * 1024  # a part ends with the first batch beyond this; a batch has 16 MB at most
_PIECE = 1024 * 1024
_LEVEL = 3  # most of a shop are pictures, which nothing packs


class ArchiveWriter:
    """Members are streamed in their order; in memory is one at most."""

    def __init__(self, out: BinaryIO, *, at: float) -> None:
        self._packed = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=_LEVEL, mtime=at)
        self._tar = tarfile.TarFile(fileobj=self._packed, mode="w")
        self._at = int(at)
        self.parts: list[Part] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, t: TracebackType | None) -> None:
        if kind is None:
            self._tar.close()
            self._packed.close()
        else:
            self._packed.fileobj = None  # type: ignore[assignment]  # else it writes its end into what has failed

    def add(self, name: str, collection: str, documents: bytes) -> None:
        digest = hashlib.sha256(documents).hexdigest()
        number = sum(1 for _ in split(documents))
        self.parts.append(Part(name=name, collection=collection, documents=number, size=len(documents), sha256=digest))
        self._member(name, io.BytesIO(documents), len(documents))

    def add_file(self, name: str, path: Path) -> None:
        """A file that changes no more."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            file.seek(0)
            self._member(name, file, size)
        self.parts.append(Part(name=name, collection="", documents=0, size=size, sha256=digest))

    def finish(self, manifest: Manifest) -> None:
        text = manifest.model_dump_json(indent=2).encode()
        self._member(MANIFEST, io.BytesIO(text), len(text))

    def _member(self, name: str, content: BinaryIO, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._at, 0o600
        self._tar.addfile(info, content)


def split(documents: bytes) -> Iterator[bytes]:
    """The BSON documents, each still encoded: each begins with its length. Raises ValueError if they are cut off."""
    at, end = 0, len(documents)
    while at < end:
        size = unpack_from("<i", documents, at)[0] if at + 4 <= end else 0
        if size < 5 or at + size > end:
            raise ValueError("a document is cut off")
        yield documents[at : at + size]
        at += size


def verified(path: Path) -> Manifest:
    """Reads all of it, and holds it against its manifest. Raises SetupError that says what is wrong with it."""
    found: list[Part] = []
    manifest: Manifest | None = None
    with _opened(path) as tar:
        for info in tar:
            if manifest is not None:
                raise _damaged(path, f"{info.name} stands behind its manifest")
            if info.name == MANIFEST:
                manifest = _manifest(path, _content(tar, info).read())
                continue
            digest, size, file = hashlib.sha256(), 0, _content(tar, info)
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
            found.append(Part(name=info.name, collection="", documents=0, size=size, sha256=digest.hexdigest()))
    if manifest is None:
        raise SetupError(f"{path} was cut off, or is no backup of CARE: it has no {MANIFEST}. Take another one.")
    if wrong := _differs(found, manifest.parts):
        raise _damaged(path, wrong)
    return manifest


def read(path: Path, parts: list[Part]) -> Iterator[tuple[Part, bytes]]:
    """The documents of these parts, which are held against their hashes once more. Raises SetupError."""
    wanted = {part.name: part for part in parts}
    with _opened(path) as tar:
        for info in tar:
            if part := wanted.get(info.name):
                documents = _content(tar, info).read()
                if hashlib.sha256(documents).hexdigest() != part.sha256:
                    raise _damaged(path, f"{part.name} is not what was written")
                yield part, documents


def unpack(path: Path, part: Part, to: Path) -> None:
    """One member as a file of its owner's. Raises SetupError."""
    with _opened(path) as tar:
        for info in tar:
            if info.name == part.name:
                to.touch(mode=0o600)
                digest = hashlib.sha256()
                with to.open("wb") as file:
                    content = _content(tar, info)
                    while piece := content.read(_PIECE):
                        digest.update(piece)
                        file.write(piece)
                if digest.hexdigest() != part.sha256:
                    raise _damaged(path, f"{part.name} is not what was written")
                return


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            yield tar
    except FileNotFoundError:
        raise SetupError(f"There is no file {path}.") from None
    except (tarfile.TarError, zlib.error, gzip.BadGzipFile, EOFError) as error:
        raise SetupError(
            f"{path} was cut off, is damaged, or is no backup of CARE ({error}). Take another one."
        ) from None
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror or error}.") from None


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> BinaryIO:
    content = tar.extractfile(info)
    if content is None:
        raise SetupError(f"{info.name} is no file: this is no backup of CARE.")
    return content  # type: ignore[return-value]


def _manifest(path: Path, text: bytes) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError:
        raise _damaged(path, f"its {MANIFEST} cannot be read") from None
    if manifest.format > FORMAT:
        raise SetupError(f"{path} was written by a newer CARE ({manifest.version}): restore it with that one.")
    return manifest


def _differs(found: list[Part], said: list[Part]) -> str:
    there, named = {part.name: part for part in found}, {part.name: part for part in said}
    for name in sorted(there.keys() | named.keys()):
        if name not in there:
            return f"{name} is missing"
        if name not in named:
            return f"its manifest does not know {name}"
        if (there[name].size, there[name].sha256) != (named[name].size, named[name].sha256):
            return f"{name} is not what was written"
    return ""


def _damaged(path: Path, why: str) -> SetupError:
    return SetupError(f"{path} is damaged: {why}. Take another one.")
