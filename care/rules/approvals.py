"""What an approval pays, to what it is bound, and when two people must give it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from care.errors import Forbidden, Invalid
from care.models.customer import OVERSEERS
from care.models.money import Money
from care.models.policy import RefundPolicy
from care.models.refund import Refund, RefundLine, Remedy, Ruling
from care.rules.refund_items import decided, in_words, kept, share_of
from care.rules.refund_policy import needs_two
from care.rules.reviewers import Reviewer, may_be_one, same_person


def outcome(refund: Refund, ruling: Ruling) -> list[RefundLine]:
    """The lines as an approval decides them. Raises Invalid."""
    return decided(refund.items, ruling.items)


def is_partial(lines: Iterable[RefundLine]) -> bool:
    """Whether some of the decided lines are rejected."""
    return any(line.outcome == "rejected" for line in lines)


def ruling_amount(refund: Refund, ruling: Ruling) -> Money:
    """What an approval pays: the ruling's amount, or all that its items come to. Raises Invalid."""
    share = refund.amount if ruling.items is None else share_of(outcome(refund, ruling))
    match ruling.amount:
        case None:
            amount, currency = share.amount, share.currency
        case Money() as money:
            amount, currency = money.amount, money.currency
        case int() as minor_units:
            amount, currency = minor_units, share.currency
    if currency != share.currency:
        raise _bad_amount(f"must be in {share.currency}")
    if not 0 < amount <= share.amount:
        raise _bad_amount(f"must be more than nothing and at most {share}")
    if (refund.remedy is Remedy.REPLACEMENT or refund.exchange_for) and amount != share.amount:
        raise _bad_amount("must be left out: a replacement has no part amount")
    return Money(amount=amount, currency=currency)


def _bad_amount(why: str) -> Invalid:
    return Invalid(f"The amount {why}.", fields={"amount": why})


def standing(refund: Refund, ruling: Ruling) -> list[Ruling]:
    """Approvals of exactly this amount and these items. Others are void, and so are those of a payout that failed."""
    if refund.approved is not None:
        return []
    bound = (ruling_amount(refund, ruling), outcome(refund, ruling))
    return [each for each in refund.approvals if (ruling_amount(refund, each), outcome(refund, each)) == bound]


def escalations(refund: Refund) -> list[Ruling]:
    """Who escalates a case has had a say in it: the second of four eyes are another's."""
    return [each for each in refund.rulings if each.decision == "escalate"]


def two_needed(policy: RefundPolicy, amount: Money, who: Reviewer) -> bool:
    """Two just below the limit, on one order, are one above it."""
    return needs_two(policy, amount + who.ruled_before if who.ruled_before else amount)


def check_approval(refund: Refund, ruling: Ruling, policy: RefundPolicy) -> None:
    """What can be said of an approval by itself. Raises Invalid (`fields`) or Forbidden."""
    amount = ruling_amount(refund, ruling)
    if refund.exchange_for and is_partial(outcome(refund, ruling)):
        raise Invalid("An exchange is approved as a whole.", fields={"items": "must be left out: it is an exchange"})
    if is_partial(outcome(refund, ruling)) and not ruling.note.strip():
        raise Invalid("Please add a note that says why the rest is rejected.", fields={"note": "is needed"})
    if needs_two(policy, amount) and any(same_person(r.reviewer, ruling.reviewer) for r in standing(refund, ruling)):
        raise _somebody_else(amount)


def check_approver(refund: Refund, ruling: Ruling, policy: RefundPolicy, who: Reviewer) -> None:
    """The second of two approvals is a supervisor's or an administrator's, whose account we know.

    And it is another person's than the first's and than whoever escalated the case: they may have signed with the part
    of an address before the @. Raises Forbidden.
    """
    amount, earlier = ruling_amount(refund, ruling), standing(refund, ruling)
    if not earlier or not two_needed(policy, amount, who):
        return
    before = [*earlier, *escalations(refund)] if who.apart else earlier
    if any(may_be_one(each.reviewer, ruling.reviewer) for each in before):
        raise _somebody_else(amount)
    if who.role not in OVERSEERS:
        raise Forbidden(f"Refund {refund.refund_id} needs a supervisor for the second approval.")


def _somebody_else(amount: Money) -> Forbidden:
    return Forbidden(f"{amount} needs two people: somebody else must give the second approval.")


def amount_in_words(refund: Refund, amount: Money, lines: list[RefundLine]) -> str:
    """For the timeline: what was asked for, what is approved, and of which items."""
    words = str(amount) if amount == refund.amount else f"{refund.amount} → {amount}"
    return f"{words}: {in_words(kept(lines))}" if is_partial(lines) else words
