"""Files that a customer shows."""

from __future__ import annotations

from care.models.common import CustomerId, Model, Utc


class EvidenceReceipt(Model):
    """Answer of `POST /evidence`. `bytes` and `sha256` are of the file as kept (pictures are re-encoded)."""

    evidence_id: str
    media_type: str
    bytes: int
    sha256: str
    # Pictures made of it to look at: a PDF's pages, a video's key frames. `GET /evidence/{id}/preview/{1..n}`.
    previews: int = 0


class Facts(Model):
    """What can be known of a file without judging it. Empty where the kind of file has no such fact."""

    width: int | None = None
    height: int | None = None
    captured_at: Utc | None = None
    device: str | None = None
    # Perceptual hashes (64 bits as hex) to look others up by: of the picture and its flips and rotations, of a video's
    # key frames and their mirror images, of a PDF's scanned pages; and, as long as one, a digest of a PDF's words.
    perceptual_hashes: list[str] = []
    # Those by which this file itself is found: of each picture in it, as it stands.
    upright_hashes: list[str] = []
    # Variance of the Laplacian, in thousandths; small means blurred.
    sharpness: int | None = None
    # Looks like a picture of a screen's content rather than of a thing.
    screenshot: bool = False
    # Of a video: the longest of what its container claims and what its frames show.
    duration_ms: int | None = None
    pages: int | None = None
    text: str = ""


class Evidence(EvidenceReceipt):
    """`erased`: the file is gone with its customer, and its hashes stay, as a case names them."""

    customer_id: CustomerId
    original_sha256: str
    file_name: str
    facts: Facts
    created_at: Utc
    erased: bool = False
