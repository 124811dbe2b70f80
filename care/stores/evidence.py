"""Evidence: files and their previews in GridFS, what is known of them beside it, a look-up of what was seen before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gridfs.errors import NoFile
from motor.motor_asyncio import AsyncIOMotorGridFSBucket

from care.models.evidence import Evidence
from care.rules.erasing import erased_evidence
from care.stores.documents import Documents
from care.stores.mongo import Database

# Bits of 64 in which two perceptual hashes of the same picture may differ after recompression.
_NEAR = 6
_BAND_DIGITS = 4  # 16 bits
_FOUND_AT_MOST = 50


class EvidenceStore:
    def __init__(self, database: Database) -> None:
        self._evidence = Documents(database, "evidence", Evidence, key="evidence_id", noun="evidence")
        self._files = AsyncIOMotorGridFSBucket(database, "files")
        self._chunks = database["files.chunks"]

    async def ensure_indexes(self) -> None:
        await self._evidence.collection.create_index("original_sha256")
        await self._evidence.collection.create_index("bands")
        await self._evidence.collection.create_index("customer_id")

    async def put(self, evidence: Evidence, data: bytes, previews: Sequence[bytes] = ()) -> None:
        """Store once per evidence id; `previews` are `evidence.previews` JPEGs.

        The record is written last: files without one do not exist for anybody.
        """
        if await self._evidence.find(evidence.evidence_id):
            return
        named = {_preview_id(evidence.evidence_id, number): each for number, each in enumerate(previews, start=1)}
        for file_id, content in {evidence.evidence_id: data, **named}.items():
            await self._discard(file_id)
            await self._files.upload_from_stream_with_id(file_id, file_id, content)
        await self._evidence.add(evidence, bands=_bands(_upright(evidence)))

    async def known(self, evidence_ids: Iterable[str]) -> set[str]:
        """Those of `evidence_ids` that are there."""
        found = self._evidence.collection.find({"_id": {"$in": list(evidence_ids)}}, {"_id": 1})
        return {each["_id"] async for each in found}

    async def get(self, evidence_id: str) -> Evidence:
        return await self._evidence.get(evidence_id)

    async def data(self, evidence_id: str) -> bytes:
        """The file as kept. Raises NotFound, also for one that was erased."""
        if (await self._evidence.get(evidence_id)).erased:
            raise self._evidence.missing(evidence_id)
        return await self._content(evidence_id)

    async def preview(self, evidence_id: str, number: int) -> bytes:
        """The JPEG of this number, from 1. Raises NotFound for one that there is not, as for unknown evidence."""
        evidence = await self._evidence.get(evidence_id)
        if not 1 <= number <= evidence.previews:
            raise self._evidence.missing(evidence_id)
        return await self._content(_preview_id(evidence_id, number))

    async def by_hashes(
        self,
        perceptual_hashes: Iterable[str] = (),
        original_sha256: str | Iterable[str] = (),
        *,
        exclude: Iterable[str] = (),
    ) -> list[Evidence]:
        """Evidence that is the same file or shows nearly the same picture, except the ids in `exclude`; 50 at most.

        Give all `perceptual_hashes` of a file: each is compared with the `upright_hashes` of the others (a picture,
        a video's key frames, a PDF's pages), within 6 of 64 bits.
        One 16-bit band must be equal, which is certain up to 3 bits and likely up to 6.
        """
        hashes = list(perceptual_hashes)
        files = [original_sha256] if isinstance(original_sha256, str) else list(original_sha256)
        alike = [{"bands": {"$in": _bands(hashes)}}, {"original_sha256": {"$in": files}}]
        candidates = await self._evidence.many(
            {"$or": alike, "_id": {"$nin": list(exclude)}}, by="created_at", limit=20 * _FOUND_AT_MOST
        )
        return [each for each in candidates if each.original_sha256 in files or _is_near(each, hashes)][:_FOUND_AT_MOST]

    async def erase(self, evidence: Evidence) -> None:
        """The file and its previews go, and with them how it could be found again by its looks. Safe to repeat."""
        pictures = (_preview_id(evidence.evidence_id, number) for number in range(1, evidence.previews + 1))
        for file_id in (evidence.evidence_id, *pictures):
            await self._discard(file_id)
        fields = self._evidence.encode(erased_evidence(evidence)) | {"bands": []}
        await self._evidence.change(fields.pop("_id"), fields)

    async def _content(self, file_id: str) -> bytes:
        stream = await self._files.open_download_stream(file_id)
        content: bytes = await stream.read()
        return content

    async def _discard(self, file_id: str) -> None:
        """Remove what an upload that was cut off has left."""
        try:
            await self._files.delete(file_id)
        except NoFile:
            await self._chunks.delete_many({"files_id": file_id})


def _preview_id(evidence_id: str, number: int) -> str:
    return f"{evidence_id}.{number}"


def _upright(evidence: Evidence) -> list[str]:
    """Evidence from before there were `upright_hashes` is a picture, and its first hash the upright one."""
    return evidence.facts.upright_hashes or evidence.facts.perceptual_hashes[:1]


def _bands(hashes: Iterable[str]) -> list[str]:
    starts = range(0, 16, _BAND_DIGITS)
    return sorted({f"{start}:{each[start : start + _BAND_DIGITS]}" for each in hashes for start in starts})


def _is_near(evidence: Evidence, hashes: list[str]) -> bool:
    pairs = ((mine, theirs) for mine in _upright(evidence) for theirs in hashes)
    return any((int(mine, 16) ^ int(theirs, 16)).bit_count() <= _NEAR for mine, theirs in pairs)
