"""What a judging model wrote, read with care. Pure: text in, a Judgement or ModelTrouble out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from care.brains.protocols import Claim
from care.brains.reading import as_object
from care.errors import ModelTrouble
from care.models.money import Money
from care.models.refund import ItemJudgement, Judgement, Wanted
from care.rules.cross_check import Reading, cross_check
from care.rules.injection import signs

Decision = Literal["valid", "unclear", "invalid"]
SPOKEN_TO = "Words in a file speak to the assistant that judges it; a person decides."


class TotalAnswer(BaseModel):
    """`amount` as digits with a decimal point: "12.99"."""

    amount: str
    currency: str


class ReadAnswer(BaseModel):
    products: list[str]
    quantity: int | None
    dates: list[str]
    order_ids: list[str]
    invoice_total: TotalAnswer | None
    words: list[str]


class FindingAnswer(BaseModel):
    """`file` counts the claim's files from 1; null where the sentence is about several of them, or none."""

    file: int | None
    sentence: str


class ItemAnswer(BaseModel):
    sku: str
    decision: Decision
    confidence: float


class JudgeAnswer(BaseModel):
    """The schema that Gemini is asked to fill, in this order: it reads before it decides."""

    read: ReadAnswer
    instructions_found: bool
    findings: list[FindingAnswer]
    items: list[ItemAnswer]
    wanted: Literal["photo", "sharper_photo", "close_up", "whole_item", "label", "packaging", "invoice"] | None
    decision: Decision
    confidence: float


_DECISION_KEYS = ("decision", "verdict", "validity", "result", "assessment", "valid", "is_valid")
_CONFIDENCE_KEYS = ("confidence", "confidence_score", "score", "probability")
_FINDING_KEYS = ("findings", "reasons", "reason", "explanation", "rationale")
_DECISIONS: dict[Any, Decision] = {
    "valid": "valid", "approve": "valid", "approved": "valid", "true": "valid", True: "valid",
    "invalid": "invalid", "reject": "invalid", "rejected": "invalid", "false": "invalid", False: "invalid",
    "unclear": "unclear", "uncertain": "unclear", "inconclusive": "unclear", "unsure": "unclear",
}  # fmt: skip
_NOTHING = ("", "no", "none", "false", "null", "n/a")


def read_judgement(text: str, claim: Claim, model: str, prompt_version: str) -> Judgement:
    """Reads the schema, and an object that says the same in the words of the tables above (models drift). What the
    model read in the files is held against the order record.

    Anything else is trouble, never a decision: no JSON object, no decision or two that differ, no confidence or one
    outside 0 to 1, items or a reading of another shape. Raises ModelTrouble.
    """
    data = as_object(text)
    decisions = {_decision(data[key]) for key in _DECISION_KEYS if key in data}
    confidences = {_share(data[key]) for key in _CONFIDENCE_KEYS if key in data}
    if len(decisions) != 1 or len(confidences) != 1:
        raise ModelTrouble("the answer does not hold one decision and one confidence", retryable=True)
    reading = _reading(data.get("read"))
    crossed = cross_check(reading, claim.record)
    found = next((_findings(data[key], claim) for key in _FINDING_KEYS if key in data), [])
    doubts = [SPOKEN_TO] if _told(data.get("instructions_found")) or signs("\n".join(reading.words)) else []
    return Judgement(
        decision=decisions.pop(),
        confidence=confidences.pop(),
        findings=list(dict.fromkeys([*(sentence for _, sentence in found), *crossed.findings])),
        about_files=_by_file(found),
        items=list(_items(data.get("items"), claim.skus)),
        wanted=_wanted(data.get("wanted")),
        contradictions=[*crossed.contradictions, *doubts],
        model=model,
        prompt_version=prompt_version,
    )


def _decision(value: Any) -> Decision:
    word = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(word, (str, bool)) or word not in _DECISIONS:
        raise ModelTrouble("the decision is none of valid, unclear, invalid", retryable=True)
    return _DECISIONS[word]


def _share(value: Any) -> float:
    # NaN fails the comparison too.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ModelTrouble("the confidence is not a number from 0 to 1", retryable=True)
    return float(value)


def _items(value: Any, skus: Sequence[str]) -> Iterator[ItemJudgement]:
    """One for each claimed item that is judged; what the claim does not name is left out."""
    judged: dict[str, ItemJudgement] = {}
    for each in _list(value):
        if not isinstance(each, dict):
            raise ModelTrouble("the items are no objects", retryable=True)
        if each.get("sku") not in skus:
            continue
        item = ItemJudgement(
            sku=each["sku"], decision=_decision(each.get("decision")), confidence=_share(each.get("confidence"))
        )
        if judged.setdefault(item.sku, item) != item:
            raise ModelTrouble("the answer judges one item in two ways", retryable=True)
    yield from judged.values()


def _wanted(value: Any) -> Wanted | None:
    """A model may ask for a picture, never for the goods themselves."""
    names = [each for each in Wanted if each is not Wanted.RETURN]
    return next((each for each in names if each == value), None)


def _told(value: Any) -> bool:
    """A model may quote the instructions instead of saying that there are any."""
    return value.strip().lower() not in _NOTHING if isinstance(value, str) else bool(value)


def _reading(value: Any) -> Reading:
    if value is None:
        return Reading()
    if not isinstance(value, dict):
        raise ModelTrouble("what was read is no object", retryable=True)
    quantity = value.get("quantity")
    counted = isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity < 10**6
    return Reading(
        products=_texts(value.get("products")),
        quantity=quantity if counted else None,
        dates=[day for each in _texts(value.get("dates")) if (day := _day(each))],
        order_ids=_texts(value.get("order_ids")),
        total=_total(value.get("invoice_total")),
        words=_texts(value.get("words"), most=100),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _total(value: Any) -> Money | None:
    """Decimal digits as a text, or minor units as a whole number; whatever else was read is no amount."""
    if not isinstance(value, dict):
        return None
    amount, currency = value.get("amount"), value.get("currency")
    try:
        if isinstance(amount, str) and isinstance(currency, str):
            return Money.parse(amount, currency)
        return Money.model_validate({"amount": amount, "currency": currency})
    except (ValueError, ValidationError):
        return None


def _texts(value: Any, *, most: int = 20) -> list[str]:
    return [each.strip()[:300] for each in _list(value) if isinstance(each, str) and each.strip()][:most]


def _list(value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise ModelTrouble("the answer holds something else where a list belongs", retryable=True)
    return value or []


def _findings(value: Any, claim: Claim) -> list[tuple[str | None, str]]:
    """Each with the id of the file that it is about, if it is about one. Bounded, and without what a screen does not
    show: a model's words may be those of the claim."""
    told: Sequence[Any] = value if isinstance(value, list) else [value]
    pairs = [(each.get("file"), each.get("sentence")) if isinstance(each, dict) else (None, each) for each in told]
    found = [(_named(file, claim), _shown(line)) for file, line in pairs if isinstance(line, str)]
    return [(evidence_id, line[:300]) for evidence_id, line in found if line][:8]


def _named(number: Any, claim: Claim) -> str | None:
    counted = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= len(claim.files)
    return claim.files[number - 1].about.evidence_id if counted else None


def _shown(line: str) -> str:
    return "".join(c for c in line if c.isprintable()).strip()


def _by_file(found: Sequence[tuple[str | None, str]]) -> dict[str, list[str]]:
    files = dict.fromkeys(evidence_id for evidence_id, _ in found if evidence_id)
    return {file: [line for evidence_id, line in found if evidence_id == file] for file in files}
