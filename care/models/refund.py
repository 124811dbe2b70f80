"""Refunds: the request, the case, the verdict of the machine and the ruling of a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictInt

from care.models.common import Body, CustomerId, Model, Quantity, Sku, Utc
from care.models.customer import Customer
from care.models.evidence import EvidenceReceipt, Facts
from care.models.money import Money
from care.models.order import Order, OrderLine
from care.models.subscription import Item


class RefundReason(StrEnum):
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    MISSING = "missing"
    LATE = "late"
    QUALITY = "quality"
    CHANGED_MIND = "changed_mind"
    OTHER = "other"


class Remedy(StrEnum):
    REFUND = "refund"
    REPLACEMENT = "replacement"
    STORE_CREDIT = "store_credit"


class RefundStatus(StrEnum):
    ASSESSING = "assessing"
    NEEDS_EVIDENCE = "needs_evidence"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    PAYMENT_FAILED = "payment_failed"

    @property
    def is_settled(self) -> bool:
        return self in (RefundStatus.PAID, RefundStatus.REJECTED, RefundStatus.WITHDRAWN, RefundStatus.EXPIRED)


class Wanted(StrEnum):
    """What an open case waits for from its customer. Words for it are ours: no model's text reaches a customer."""

    PHOTO = "photo"
    SHARPER_PHOTO = "sharper_photo"
    CLOSE_UP = "close_up"
    WHOLE_ITEM = "whole_item"
    LABEL = "label"
    PACKAGING = "packaging"
    INVOICE = "invoice"
    # The goods themselves, sent back before anything is paid.
    RETURN = "return"


class Band(StrEnum):
    """Where a verdict leads: pay, ask the customer for what is wanted, have the goods back first, or a person."""

    PAY = "pay"
    ASK = "ask"
    RETURN_FIRST = "return_first"
    PERSON = "person"


EvidenceIds = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=10)]


class RefundRequest(Body):
    """Body of `POST /refund`. No items means all of the order.

    `exchange_for`, with the remedy replacement: other items of the catalogue instead of the same ones.
    """

    model_config = ConfigDict(
        json_schema_extra={"example": {"order_id": "ORD001", "reason": "damaged", "complaint": "It arrived broken."}}
    )
    order_id: Annotated[str, Field(min_length=1, max_length=64)]
    items: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None
    reason: RefundReason
    complaint: Annotated[str, Field(min_length=1, max_length=4000)]
    evidence_ids: EvidenceIds = []
    remedy: Remedy = Remedy.REFUND
    exchange_for: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None


class AddEvidence(Body):
    evidence_ids: Annotated[EvidenceIds, Field(min_length=1)]


class RefundLine(Model):
    """`amount` is for the whole line, its share of shipping included. `outcome` is set once the line is decided."""

    sku: Sku
    name: str
    quantity: Quantity
    amount: Money
    outcome: Literal["approved", "rejected"] | None = None


class Signal(Model):
    """A named hint for the reviewer. `weight` in hundredths of suspicion; never a tag on the person."""

    name: str
    weight: int
    sentence: str


class ItemJudgement(Model):
    """What a judge says of one claimed item; `confidence` (0 to 1) is that the claim is valid for it."""

    sku: Sku
    decision: Literal["valid", "unclear", "invalid"]
    confidence: Annotated[float, Field(ge=0, le=1)]


class Judgement(Model):
    """What a judge says of the evidence. `confidence` (0 to 1) is that the claim is valid.

    `about_files` has those of the findings that are about one file, by its evidence id.
    `items` may tell the claimed items apart. `wanted` is what a further file would have to show to settle the claim.
    `contradictions` are sentences on what the files say against the order record. `model` is "local" for the checks
    that run without a key. `problem` says why a person must look, when the model could not answer.
    """

    decision: Literal["valid", "unclear", "invalid"]
    confidence: Annotated[float, Field(ge=0, le=1)]
    findings: list[str] = []
    about_files: dict[str, list[str]] = {}
    items: list[ItemJudgement] = []
    wanted: Wanted | None = None
    contradictions: list[str] = []
    model: str
    prompt_version: str | None = None
    problem: str | None = None


class Verdict(Model):
    """What the graph concludes. The machine may approve; it never rejects: all else is `uncertain`."""

    decision: Literal["approve", "uncertain"]
    confidence: float
    findings: list[str]
    signals: list[Signal]
    model: str
    prompt_version: str | None = None
    policy_version: str
    reasons: list[str] = []
    band: Band = Band.PERSON
    wanted: Wanted | None = None
    # What the machine would approve of the case, item by item, where the judge told them apart.
    items: list[ItemJudgement] = []
    # What it was made of, kept so that it can be made again under another policy: what the judge said, how many files
    # there were, and reasons for a person that no policy can lift (the order was cancelled, the case was escalated).
    judgement: Judgement | None = None
    evidence_count: int | None = None
    doubts: list[str] = []


class Ruling(Model):
    """What a person decides: the payload of the signal `review`. A bare `amount` is in minor units.

    `items` decides on some of the items only: an approval of them rejects the others.
    """

    decision: Literal["approve", "reject", "request_evidence", "escalate"]
    amount: StrictInt | Money | None = None
    items: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""
    reviewer: Annotated[str, Field(min_length=1, max_length=254)]


class Decide(Body):
    """Body of `POST /review/decide/{refund_id}`; the reviewer is whoever signed in."""

    decision: Literal["approve", "reject", "request_evidence", "escalate"]
    amount: Annotated[StrictInt, Field(ge=-(10**15), le=10**15)] | Money | None = None
    items: Annotated[list[Item], Field(min_length=1, max_length=50)] | None = None
    note: Annotated[str, Field(max_length=2000)] = ""


class Assign(Body):
    """Body of `POST /review/assign/{refund_id}`: the e-mail address of the member of staff who is to have the case."""

    to: Annotated[str, Field(min_length=1, max_length=254)]


class Assignment(Model):
    """A claim that a supervisor moves to somebody else."""

    by: str
    to: str


class TimelineEntry(Model):
    """`actor` is "customer", "machine" or the reviewer's name. `status` is the case's after it. `note` is what a
    reviewer wrote, for the desk only."""

    at: Utc
    actor: str
    event: str
    detail: str = ""
    status: RefundStatus | None = None
    note: str = ""


class Refund(Model):
    """One case: carried by its workflow, projected to MongoDB under a rising `version`."""

    refund_id: str
    order_id: str
    customer_id: CustomerId
    status: RefundStatus
    items: list[RefundLine]
    amount: Money
    reason: RefundReason
    complaint: str
    evidence_ids: list[str]
    remedy: Remedy
    # An exchange: the new items, each at its price when they were asked for. What they leave of `amount` is paid back.
    exchange_for: list[OrderLine] = []
    # The order under which the new items went out while the difference was still to be paid.
    sent_as: str | None = None
    verdict: Verdict | None = None
    # Every verdict so far: evidence added later is judged anew.
    verdicts: list[Verdict] = []
    rulings: list[Ruling] = []
    # Approvals that stand: any change of the case voids them. Above the four-eyes limit two people's are needed.
    approvals: list[Ruling] = []
    # What is to be paid, once that is decided; `amount` becomes it when it is paid.
    approved: Money | None = None
    timeline: list[TimelineEntry]
    policy_version: str
    payment_reference: str | None = None
    claimed_by: str | None = None
    escalated: bool = False
    # What the customer is asked for while the status is `needs_evidence`.
    wanted: Wanted | None = None
    # Another remedy that the customer may take instead, after the payment failed.
    offered: Remedy | None = None
    # Why a case expired: "no_ruling" or "no_evidence".
    label: str | None = None
    due_at: Utc | None = None
    # When the customer is reminded of what is wanted; when a declined payout is tried again.
    remind_at: Utc | None = None
    retry_at: Utc | None = None
    # When a person first ruled, and by when the desk had to, before anything was escalated.
    first_ruling_at: Utc | None = None
    first_ruling_due_at: Utc | None = None
    created_at: Utc
    updated_at: Utc
    version: int = 0


class RefundView(Refund):
    """What `GET /refund/{id}` answers. `workflow_url` is for staff only."""

    workflow_url: str | None = None


class CaseEvidence(EvidenceReceipt):
    """A file of the case: `original_sha256` is of what was sent, `sha256` of what is kept."""

    original_sha256: str
    file_name: str
    facts: Facts
    created_at: Utc
    erased: bool = False


class CaseRuling(Ruling):
    """A ruling in its time, with the case's status `before` and `after` it; None where the timeline does not say."""

    at: Utc | None = None
    before: RefundStatus | None = None
    after: RefundStatus | None = None


class CaseFile(RefundView):
    """The whole case, for the desk and for disputes: what was claimed, shown, judged, ruled and paid.

    `decisions` are the rulings, each with its time and what it changed; `order` and `customer` are as they are now.
    """

    workflow_id: str
    evidence: list[CaseEvidence]
    order: Order
    customer: Customer
    decisions: list[CaseRuling] = []


class ReviewItem(Model):
    """A row of the desk's queue. `age` in seconds."""

    refund_id: str
    order_id: str
    customer_id: CustomerId
    status: RefundStatus
    reason: RefundReason
    amount: Money
    age: int
    created_at: Utc
    due_at: Utc | None
    claimed_by: str | None
    escalated: bool
    approvals: int
    signals: list[Signal]
    workflow_url: str | None = None
