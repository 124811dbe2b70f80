"""Refund cases: the projection that workflows write, and the desk's queue. Money is held in reservations.py.

Beside the model's fields a document keeps what the workflow does not own: `claimed_by` (the desk), `hold` and
`held_amount` (the reservation), `queue_at` (the place in the desk's queue).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from care.errors import AlreadySettled, ClaimedByOther
from care.models.audit import Act
from care.models.common import Page
from care.models.money import Money
from care.models.refund import Refund, RefundStatus
from care.stores.audit import AuditStore
from care.stores.documents import NEWEST, OLDEST, Documents
from care.stores.mongo import Database, Document, Session
from care.stores.reservations import HELD, OWNED, PAID, Reservations, queue_place

# A person is needed: to rule, or to put a payment right.
AT_THE_DESK = [RefundStatus.IN_REVIEW.value, RefundStatus.PAYMENT_FAILED.value]
_SETTLED = [status.value for status in RefundStatus if status.is_settled]
_APPROVED = {RefundStatus.APPROVED, RefundStatus.PAYMENT_FAILED, RefundStatus.PAID}


class RefundStore:
    def __init__(self, database: Database, audit: AuditStore) -> None:
        self._audit = audit
        self._refunds = Documents(database, "refunds", Refund, key="refund_id", noun="refund")
        self._reservations = Reservations(database, self._refunds)

    async def ensure_indexes(self) -> None:
        refunds = self._refunds.collection
        await refunds.create_index([("customer_id", 1), ("created_at", NEWEST), ("_id", NEWEST)])
        await refunds.create_index([("order_id", 1), ("hold", 1)])
        await refunds.create_index([("status", 1), ("queue_at", OLDEST), ("_id", OLDEST)])
        await refunds.create_index([("claimed_by", 1), ("status", 1), ("queue_at", OLDEST), ("_id", OLDEST)])
        await refunds.create_index([("escalated", 1), ("status", 1), ("queue_at", OLDEST), ("_id", OLDEST)])
        await refunds.create_index([("queue_at", OLDEST), ("_id", OLDEST)])
        await refunds.create_index([("status", 1), ("created_at", OLDEST), ("_id", OLDEST)])
        await refunds.create_index([("evidence_ids", 1), ("created_at", NEWEST), ("_id", NEWEST)])

    async def open(self, refund: Refund) -> None:
        """Reserve the amount on its order and store the case, both or neither; the same refund id again does nothing.

        Raises NotFound for an unknown order, OpenRefund if another open refund holds the same items, and
        NotEligible (rule "cap") if the order's total, or a line's quantity, would be passed.
        """
        await self._reservations.open(refund)

    async def settle(self, refund: Refund, *, paid: bool) -> None:
        """Store the outcome and turn the reservation into a refund (paid) or free it, all in one transaction.

        Repeating it changes nothing. Raises NotFound, or NotEligible (rule "cap") for more than was reserved.
        """
        await self._reservations.settle(refund, paid=paid)

    async def save(self, refund: Refund) -> None:
        """Keep the newest `version`: an older write, however late, changes nothing. `claimed_by` stays as it is.

        The timeline only grows: entries that are stored stay as they are, whatever is said to have been there.
        """
        await self._refunds.save_version(refund, keep=OWNED, grows="timeline", **queue_place(refund))

    async def get(self, refund_id: str) -> Refund:
        return await self._refunds.get(refund_id)

    async def drop_unreserved(self, refund_id: str) -> None:
        """A case for which nothing was ever reserved was written by a workflow after its own was lost."""
        await self._refunds.collection.delete_one({"_id": refund_id, "hold": None})

    async def is_held(self, refund_id: str) -> bool:
        """Whether the amount is still reserved for this case: neither paid nor free again."""
        where = {"_id": refund_id, "hold": HELD}
        return await self._refunds.collection.find_one(where, {"_id": 1}) is not None

    async def page(self, customer_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Refund]:
        return await self._refunds.page({"customer_id": customer_id}, by="created_at", limit=limit, cursor=cursor)

    async def history(self, customer_id: str) -> list[Refund]:
        """The newest 100, for signals."""
        return await self._refunds.many({"customer_id": customer_id}, by="created_at", limit=100)

    async def settled(
        self, *, since: datetime | None = None, limit: int = 200, cursor: str | None = None
    ) -> Page[Refund]:
        """Closed cases that were opened at `since` or later, oldest first: for replaying them."""
        where: Document = {"status": {"$in": _SETTLED}}
        if since is not None:
            where["created_at"] = {"$gte": since}
        return await self._refunds.page(where, by="created_at", direction=OLDEST, limit=limit, cursor=cursor)

    async def expired(self, order_ids: Iterable[str]) -> list[Refund]:
        """Claims on these orders that expired."""
        where: Document = {"order_id": {"$in": sorted(set(order_ids))}, "status": RefundStatus.EXPIRED.value}
        return await self._refunds.many(where, by="created_at", direction=OLDEST)

    async def showing(self, evidence_ids: Sequence[str]) -> list[Refund]:
        """The newest 50 cases in which any of these files stand, whoever's."""
        where: Document = {"evidence_ids": {"$in": list(evidence_ids)}}
        return await self._refunds.many(where, by="created_at", limit=50) if evidence_ids else []

    async def ruled_on(self, order_id: str, *, besides: str) -> Money | None:
        """What people have approved on an order, in cases other than `besides`; None for nothing."""
        where = {"order_id": order_id, "hold": {"$in": [HELD, PAID]}, "approvals.0": {"$exists": True}}
        found = self._refunds.collection.find(where)
        cases = [self._refunds.decode(each) async for each in found if each["_id"] != besides]
        amounts = [case.approved or case.amount for case in cases if case.status in _APPROVED]
        return sum(amounts[1:], start=amounts[0]) if amounts else None

    async def reviews(
        self,
        *,
        open_only: bool = True,
        claimed_by: str | None = None,
        escalated: bool = False,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Refund]:
        """The desk's queue, oldest due first: cases that need a person, and unless `open_only` those that had one.

        With `escalated`, the supervisors' part of it.
        """
        where: Document = {"status": {"$in": AT_THE_DESK}}
        if not open_only:
            where = {"$or": [where, {"rulings.0": {"$exists": True}}]}
        if claimed_by is not None:
            where = {"$and": [where, {"claimed_by": claimed_by}]}
        if escalated:
            where = {"$and": [where, {"escalated": True}]}
        return await self._refunds.page(where, by="queue_at", direction=OLDEST, limit=limit, cursor=cursor)

    async def claim(self, refund_id: str, who: str) -> Refund:
        """Atomic. Raises ClaimedByOther naming the owner, AlreadySettled for a closed case, NotFound."""
        return await self._hand(refund_id, who, "case_claimed", by=who, only_from=who)

    async def release(self, refund_id: str, who: str) -> Refund:
        """Give a claim back; one that nobody holds stays free. Raises as `claim` does."""
        return await self._hand(refund_id, None, "case_released", by=who, only_from=who)

    async def assign(self, refund_id: str, to: str, *, by: str) -> Refund:
        """Move a claim to somebody else, whoever holds it. Raises AlreadySettled, NotFound."""
        return await self._hand(refund_id, to, "case_assigned", by=by)

    async def _hand(self, refund_id: str, to: str | None, act: Act, *, by: str, only_from: str | None = None) -> Refund:
        """With its line in the audit record, if it changes anything; from anybody, unless `only_from` is given."""

        async def body(session: Session) -> Refund:
            refund = await self._refunds.get(refund_id, session=session)
            if refund.status.is_settled:
                raise AlreadySettled(f"Refund {refund_id} is settled: it is {refund.status}.")
            if only_from is not None and refund.claimed_by not in (None, only_from):
                raise ClaimedByOther(f"{refund.claimed_by} works on refund {refund_id}.")
            if refund.claimed_by == to:
                return refund
            detail = {"to": to} if to and to != by else {}
            await self._audit.append(act, by=by, about=refund_id, session=session, **detail)
            return await self._refunds.change(refund_id, {"claimed_by": to}, session=session) or refund

        return await self._audit.transaction(body)
