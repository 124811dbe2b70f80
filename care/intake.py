"""Taking in a file that a customer shows: made safe, hashed, kept."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from care.media.sanitise import sanitise
from care.models.evidence import Evidence, EvidenceReceipt
from care.stores import Stores


async def keep_evidence(
    stores: Stores, customer_id: str, data: bytes, file_name: str, *, max_bytes: int
) -> EvidenceReceipt:
    """Stores the file as it came out of sanitising. Raises TooLarge, UnsupportedMedia."""
    kept = await sanitise(data, file_name, max_bytes=max_bytes)
    evidence = Evidence(
        evidence_id=await stores.ids.next("EV"),
        customer_id=customer_id,
        media_type=kept.media_type,
        bytes=len(kept.data),
        sha256=hashlib.sha256(kept.data).hexdigest(),
        original_sha256=hashlib.sha256(data).hexdigest(),
        file_name=kept.file_name,
        previews=len(kept.previews),
        facts=kept.facts,
        created_at=datetime.now(UTC),
    )
    await stores.evidence.put(evidence, kept.data, kept.previews)
    return EvidenceReceipt.model_validate(evidence.model_dump(include=set(EvidenceReceipt.model_fields)))
