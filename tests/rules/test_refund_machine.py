"""A refund case under any sequence of verdicts, rulings, files, payouts, wishes and silence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from care.errors import CareError
from care.models.customer import Role
from care.models.money import Money
from care.models.order import OrderLine
from care.models.refund import Band, ItemJudgement, Refund, RefundStatus, Remedy, Ruling, Verdict
from care.models.subscription import Item
from care.policy import load_policy
from care.rules import refund_case as steps
from care.rules import refund_payout as payouts
from care.rules.approvals import escalations, outcome, ruling_amount
from care.rules.refund_exchange import goods_due, owed, worth
from care.rules.refund_items import share_of
from care.rules.refund_judging import judged
from care.rules.refund_notices import notice_for
from care.rules.refund_policy import needs_two
from care.rules.refund_waiting import overdue, wakes_at
from care.rules.review import check_reviewer, check_ruling, ruled
from care.rules.reviewers import Reviewer
from tests.stores.make import AT, eur, refund

POLICY = load_policy(None)
LIMIT = POLICY.four_eyes_limit["EUR"]
# How people sign, who that is, and what is known of the name.
SIGNATURES = {
    "amy": ("Amy", None),
    " AMY": ("Amy", None),
    "amy@shop.test": ("Amy", Role.SUPERVISOR),
    "sue@shop.test": ("Sue", Role.ADMIN),
    "bob": ("Bob", None),
    "bob@shop.test": ("Bob", Role.AGENT),
    "ada@shop.test": ("the customer", Role.AGENT),
    "ravi@shop.test": ("another customer", Role.CUSTOMER),
    "cust001": ("the customer", None),
}
STATUSES_BY_SILENCE = {RefundStatus.NEEDS_EVIDENCE, RefundStatus.IN_REVIEW, RefundStatus.PAYMENT_FAILED}
quarters = st.sampled_from([None, None, 2, 3, 3, 5])
items = st.none() | st.dictionaries(st.sampled_from(["MILK", "BREAD"]), st.integers(1, 3), min_size=1)


class Claim(NamedTuple):
    """`before` is what people have approved on the same order already, `new` what an exchange's new items cost, in
    quarters of what is given back."""

    price: int
    remedy: Remedy
    before: Money | None
    new: int | None


CLAIMS = st.builds(
    Claim,
    st.sampled_from([7, 500, LIMIT, LIMIT]),
    st.sampled_from([Remedy.REFUND, Remedy.REFUND, Remedy.STORE_CREDIT, Remedy.REPLACEMENT]),
    st.sampled_from([None, Money(amount=LIMIT // 2, currency="EUR")]),
    st.sampled_from([None, 1, 3, 4]),
)


class Look(NamedTuple):
    """What a verdict says; `good` are the items that it finds valid, where it tells them apart."""

    sure: bool
    band: Band
    good: list[str]


LOOKS = st.builds(
    Look,
    st.booleans(),
    st.sampled_from([*Band, Band.PERSON]),
    st.sampled_from([[], [], ["MILK"], ["MILK", "BREAD"]]),
)


class Approval(NamedTuple):
    """To what a person said yes."""

    who: str
    amount: Money
    lines: list[Any]
    evidence: list[str]


class AnySequence(RuleBasedStateMachine):
    @initialize(given=CLAIMS, look=LOOKS)
    def begin(self, given: Claim, look: Look) -> None:
        self.now, self.files, self.before = AT, 0, given.before
        case = refund(items={"MILK": 3, "BREAD": 1}, price=given.price, remedy=given.remedy)
        # A share of shipping that three pieces cannot share evenly.
        lines = [line.model_copy(update={"amount": line.amount + eur(1)}) for line in case.items]
        self.case = case.model_copy(update={"items": lines, "amount": case.amount + eur(2)})
        self.asked = self.case.amount
        if given.new and given.remedy is Remedy.REPLACEMENT:
            new = OrderLine(sku="TEA", name="Tea", quantity=1, price=eur(self.asked.amount * given.new // 4))
            self.case = self.case.model_copy(update={"exchange_for": [new]})
        self.goods = self.money = 0
        self.approvals: list[Approval] = []
        self.said: Ruling | None = None
        self.machine_approved = False
        self.assess(look)

    def late(self) -> bool:
        """Once in a while somebody comes too late, or too early."""
        return self.case.version % 5 == 0

    @precondition(lambda self: self.case.status.is_settled)
    @rule(given=CLAIMS, look=LOOKS)
    def another_case(self, given: Claim, look: Look) -> None:
        self.begin(given, look)

    def become(self, change: Callable[[], Refund]) -> bool:
        """Whether the change was taken: what is settled stays as it is, and what is refused changes nothing."""
        before = self.case
        try:
            after = change()
        except CareError:
            assert self.case is before
            return False
        assert not before.status.is_settled or after is before
        assert after is before or after.version > before.version
        notice_for(after, before.status)
        self.case = after
        return after is not before

    def assess(self, look: Look) -> None:
        """The machine looks at the case, and does what it may."""
        sure = look.sure and POLICY.may_approve(self.case.amount)
        verdict = Verdict(
            decision="approve" if sure else "uncertain",
            confidence=1,
            findings=[],
            signals=[],
            model="test",
            policy_version="1",
            band=look.band,
            items=[ItemJudgement(sku=sku, decision="valid", confidence=1) for sku in look.good],
        )
        people_took_over = self.case.escalated
        self.become(lambda: judged(self.case, verdict, POLICY, self.now))
        assert self.case.status in {*STATUSES_BY_SILENCE, RefundStatus.APPROVED}
        self.machine_approved = self.case.status is RefundStatus.APPROVED
        assert not (self.machine_approved and (people_took_over or not sure or look.good == ["MILK"]))

    @precondition(lambda self: self.case.status in STATUSES_BY_SILENCE or self.late())
    @rule(
        name=st.sampled_from([*SIGNATURES, *["amy", "sue@shop.test"] * 4]),
        decision=st.sampled_from([*["approve"] * 9, "reject", "request_evidence", "escalate"]),
        quarter=quarters,
        items=items,
        note=st.sampled_from(["", "because", "because"]),
        again=st.booleans(),
    )
    def ruling(
        self, name: str, decision: str, quarter: int | None, items: dict[str, int] | None, note: str, again: bool
    ) -> None:
        amount = None if quarter is None else self.asked.amount * quarter // 4
        named = [Item(sku=sku, quantity=n) for sku, n in items.items()] if items else None
        said = Ruling.model_validate(
            {"decision": decision, "amount": amount, "items": named, "note": note, "reviewer": name}
        )
        if again and self.said:  # what somebody has approved already, by whoever it is now
            said = self.said.model_copy(update={"reviewer": name})
        person, role = SIGNATURES[name]
        who = Reviewer(own_case=person == "the customer", role=role, ruled_before=self.before, apart=True)
        before = self.case

        def change() -> Refund:
            check_ruling(before, said, POLICY)
            check_reviewer(before, said, POLICY, who)
            return ruled(before, said, POLICY, self.now, who)

        if not self.become(change):
            return
        assert "customer" not in person
        if said.decision == "approve":
            self.said = said
            self.check_four_eyes(said, person, role, before)

    def check_four_eyes(self, said: Ruling, person: str, role: Role | None, before: Refund) -> None:
        mine = Approval(person, ruling_amount(before, said), outcome(before, said), before.evidence_ids)
        total = mine.amount + self.before if self.before else mine.amount
        if self.case.status is RefundStatus.APPROVED:
            self.machine_approved = False
            assert self.case.approved == mine.amount
            if needs_two(POLICY, total):
                assert role in (Role.SUPERVISOR, Role.ADMIN)
                others = [each for each in self.approvals if each.who != person and each[1:] == mine[1:]]
                assert others, "a second person had approved the same amount and items on the same files"
                assert person not in {SIGNATURES[each.reviewer][0] for each in escalations(before)}
        self.approvals.append(mine)

    @precondition(lambda self: self.files < 4 and (self.case.status in STATUSES_BY_SILENCE or self.late()))
    @rule(look=LOOKS)
    def evidence(self, look: Look) -> None:
        self.files += 1
        if self.become(lambda: steps.with_evidence(self.case, [f"EV{self.files}"], self.now)):
            assert (self.case.approvals, self.case.approved) == ([], None)
            self.assess(look)

    @rule(seriously=st.integers(0, 15))
    def withdraw(self, seriously: int) -> None:
        if seriously == 15:
            self.become(lambda: steps.withdrawn(self.case, self.now))

    @precondition(lambda self: self.case.offered or self.late())
    @rule()
    def take_the_offer(self) -> None:
        approved = self.case.approved
        if self.become(lambda: payouts.offer_taken(self.case, self.now)):
            assert (self.case.remedy, self.case.approved) == (Remedy.STORE_CREDIT, approved)

    @precondition(lambda self: wakes_at(self.case) is not None)
    @rule(hours=st.integers(0, 400))
    def silence(self, hours: int) -> None:
        wakes = wakes_at(self.case)
        assert wakes
        assert self.case.status in STATUSES_BY_SILENCE
        self.now += timedelta(hours=hours)
        if self.now < wakes:
            return
        assert self.become(lambda: overdue(self.case, POLICY, self.now))
        assert self.case.status in {*STATUSES_BY_SILENCE, RefundStatus.EXPIRED}

    @precondition(lambda self: self.case.status is RefundStatus.APPROVED)
    @rule(answer=st.sampled_from(["works", "works", "fails", "final"]))
    def payout(self, answer: str) -> None:
        """As the workflow does it: the goods first, if any are due, then what is owed in money."""
        self.now = max(self.now, self.case.retry_at or self.now)
        match answer, goods_due(self.case):
            case "works", True:
                self.goods += worth(self.case.exchange_for).amount if self.case.exchange_for else self.asked.amount
                self.become(lambda: payouts.sent(self.case, "ORD-REF001", self.now))
            case "works", False:
                self.money += owed(self.case).amount
                self.become(lambda: payouts.paid(self.case, "re_1", self.now))
            case _, True:
                self.become(lambda: payouts.not_replaceable(self.case, POLICY, "too few", self.now))
            case _:
                key = payouts.payout_key(self.case)
                final = answer == "final"
                self.become(lambda: payouts.declined(self.case, POLICY, "closed", self.now, final=final))
                assert payouts.payout_key(self.case) != key

    @invariant()
    def what_was_claimed_stays_what_it_was(self) -> None:
        assert sum(line.quantity for line in self.case.items) == 4
        assert sum(line.amount.amount for line in self.case.items) == self.asked.amount

    @invariant()
    def never_more_than_was_reserved_and_never_twice(self) -> None:
        assert self.goods + self.money <= self.asked.amount
        given_all = self.goods + self.money > 0 and not (self.goods and owed(self.case).amount and not self.money)
        assert given_all == (self.case.status is RefundStatus.PAID)
        if self.case.exchange_for and given_all:
            assert self.goods + self.money == self.asked.amount
        assert not self.case.status.is_settled or given_all or not self.goods, "what was sent is settled as given"
        if self.case.status in (RefundStatus.PAID, RefundStatus.APPROVED):
            paid = self.case.approved
            assert paid
            assert 0 < paid.amount <= share_of(self.case.items).amount <= self.asked.amount
            assert self.machine_approved or self.case.approvals

    @invariant()
    def an_open_case_always_knows_what_comes_next(self) -> None:
        if self.case.status in STATUSES_BY_SILENCE:
            assert wakes_at(self.case)
        elif self.case.status is not RefundStatus.APPROVED:
            assert wakes_at(self.case) is None
        assert (self.case.status is RefundStatus.EXPIRED) == (self.case.label is not None)


AnySequence.TestCase.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnySequence = AnySequence.TestCase
