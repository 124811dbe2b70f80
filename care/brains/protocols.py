"""What CARE asks of a model. Every implementation names itself in what it answers ("local" without a key)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from care.models.common import CustomerId, Model, Utc
from care.models.evidence import Evidence
from care.models.order import Order
from care.models.refund import Judgement, RefundReason
from care.models.understanding import Understood
from care.rules.cross_check import Claimed


class Payer(Model):
    """On whose account a hosted model works: the id of a conversation or refund, and its customer."""

    case: str
    customer_id: CustomerId


class Utterance(Model):
    """One message with what helps to read it. `history` holds earlier messages as "role: text", oldest first;
    `asked` is the question that the assistant asked last, if it waits for an answer. Without a `payer` it is on the
    house."""

    text: str
    history: list[str] = []
    asked: str | None = None
    products: list[str] = []
    payer: Payer | None = None


class EvidenceFile(Model):
    """A file of the claim with its bytes, as kept after sanitising."""

    about: Evidence
    data: bytes


class Claim(Model):
    """All that a judge sees. `now` is the time of the assessment; `payer` as in Utterance."""

    reason: RefundReason
    complaint: str
    order: Order
    skus: list[str]
    files: list[EvidenceFile]
    now: Utc
    payer: Payer | None = None

    @property
    def record(self) -> Claimed:
        """What the files are held against."""
        return Claimed(self.order, self.skus, self.reason, self.now)


@dataclass
class Spent:
    """Tokens that a call took, added to as they become known."""

    tokens_in: int = 0
    tokens_out: int = 0

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


class Understanding(Protocol):
    async def understand(self, utterance: Utterance) -> Understood:
        """Raises ModelTrouble if no usable answer came."""
        ...


class Saying(Model):
    """A reply as the tools wrote it, in English, to be put into `language` (BCP 47: "es", "hi", "hi-Latn"). `names`
    are those of products, which stay as they are; `question` is what it asks a yes for."""

    text: str
    suggestions: list[str] = []
    language: str
    names: list[str] = []
    question: str = ""
    payer: Payer | None = None


class Worded(Model):
    """The same in that language, suggestion by suggestion."""

    text: str
    suggestions: list[str] = []
    question: str = ""


class Wording(Protocol):
    async def word(self, saying: Saying, seconds: float) -> Worded:
        """Raises ModelTrouble if none came within `seconds` that says what the reply says."""
        ...


class EvidenceJudge(Protocol):
    async def judge(self, claim: Claim) -> Judgement:
        """Raises ModelTrouble if no usable answer came."""
        ...
