"""The shop's books: accounts, the lines of an entry, and what it means where books, orders and refunds disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from care.models.common import Model
from care.models.ledger import Entry, Movement, MovementKind
from care.models.money import Money
from care.models.order import Order, OrderStatus
from care.models.order_change import ChangeStatus, OrderChange
from care.models.refund import Refund, RefundStatus
from care.rules.refund_exchange import owed


class Mend(StrEnum):
    """What can be derived is mended; what needs judgement is a person's."""

    ENTRY = "entry"
    WALLET = "wallet"
    ORDER = "order"
    PAYMENT = "payment"
    PERSON = "person"


class Flaw(Model):
    """One disagreement. `subject` is what it is about, `done` whether it was mended (in a dry run nothing is)."""

    subject: str
    found: str
    mend: Mend = Mend.PERSON
    done: bool = False


def card_account(customer_id: str) -> str:
    return f"customer:{customer_id}:card"


def wallet_account(customer_id: str) -> str:
    return f"wallet:{customer_id}"


def lines_of(movement: Movement) -> list[tuple[str, int]]:
    """(account, minor units that it gains) of a movement that succeeded; they sum to zero."""
    amount, customer_id = movement.amount.amount, movement.customer_id
    match movement.kind:
        case MovementKind.CHARGE:
            return [(card_account(customer_id), -amount), ("shop:sales", amount)]
        case MovementKind.REFUND:
            return [("shop:refunds", -amount), (card_account(customer_id), amount)]
        case MovementKind.WALLET_CREDIT:
            return [("shop:refunds", -amount), (wallet_account(customer_id), amount)]


def wallets_in(entries: Iterable[Entry]) -> dict[str, str]:
    """The customers whose wallets the entries touch, with the currency."""
    prefix = wallet_account("")
    lines = ((entry.currency, line.account) for entry in entries for line in entry.lines)
    return {account.removeprefix(prefix): currency for currency, account in lines if account.startswith(prefix)}


def of_entry(entry: Entry, movement: Movement | None) -> list[Flaw]:
    """`movement` is the one under the entry's key. Entries of other kinds (a gift, a top-up) have none."""
    subject = f"entry {entry.key}"
    flaws = []
    total = sum(line.amount for line in entry.lines)
    if total:
        flaws.append(Flaw(subject=subject, found=f"its lines sum to {total} and not to zero"))
    if movement is None or movement.status != "succeeded":
        if entry.kind in set(MovementKind):
            flaws.append(Flaw(subject=subject, found="no movement of money belongs to it that succeeded"))
    elif (entry.currency, [(line.account, line.amount) for line in entry.lines]) != (
        movement.amount.currency,
        lines_of(movement),
    ):
        flaws.append(Flaw(subject=subject, found=f"it does not say what moved: {movement.kind} of {movement.amount}"))
    return flaws


def of_wallet(customer_id: str, shown: Money, booked: dict[str, int]) -> Flaw | None:
    """`booked` is what the ledger says, in minor units by currency."""
    right = booked.get(shown.currency, 0)
    others = sorted(currency for currency, amount in booked.items() if amount and currency != shown.currency)
    if others:
        return Flaw(
            subject=f"wallet {customer_id}", found=f"it is in {shown.currency}, and the ledger also in {others}"
        )
    if shown.amount == right:
        return None
    found = f"it shows {shown}, and the ledger says {Money(amount=right, currency=shown.currency)}"
    return Flaw(subject=f"wallet {customer_id}", found=found, mend=Mend.WALLET)


def of_order(order: Order, held: int, paid: int) -> Flaw | None:
    """`held` and `paid` are minor units of the order's refunds that hold or have paid something."""
    reserved, refunded = order.reserved.amount, order.refunded.amount
    if order.status is OrderStatus.CANCELLED and not held and refunded == order.total.amount:
        return None  # its payment went back with the cancelling
    if (reserved, refunded) == (held, paid):
        return None
    shown = f"it shows {reserved} reserved and {refunded} refunded, and its refunds hold {held} and have paid {paid}"
    if held + paid > order.total.amount:
        return Flaw(subject=f"order {order.order_id}", found=f"{shown}: more than the {order.total.amount} it cost")
    return Flaw(subject=f"order {order.order_id}", found=shown, mend=Mend.ORDER)


def changes_in(movements: Iterable[Movement]) -> set[str]:
    """The changes of orders that the movements belong to."""
    charged = {m.key.removeprefix("change:") for m in movements if m.key.startswith("change:")}
    back = {m.key.removeprefix("change-back:") for m in movements if m.key.startswith("change-back:")}
    return charged | {key.rpartition(":")[0] for key in back}


def keys_of(change: OrderChange) -> list[str]:
    """All keys that money may have moved under for the change."""
    return [change.key, *(change.repay_key(number) for number in range(1, len(change.repay) + 1))]


def of_change(change: OrderChange, movements: Mapping[str, Movement]) -> list[Flaw]:
    """`movements` are those under the change's keys. What is under way still may have moved nothing."""
    charged, moved = change.status not in (ChangeStatus.CHARGING, ChangeStatus.DECLINED), movements.get(change.key)
    found = []
    if charged and change.charge and not _is(moved, change.charge):
        found.append(f"it was made for {change.charge}, and that was not charged")
    if change.status is ChangeStatus.DECLINED and moved and moved.status == "succeeded":
        found.append(f"it was declined, and {moved.amount} was charged")
    for number, part in enumerate(change.repay, 1):
        back = movements.get(change.repay_key(number))
        if change.status in (ChangeStatus.DONE, ChangeStatus.RETURNED) and not _is(back, part.amount):
            found.append(f"{part.amount} should have gone back, and has not")
        elif back and back.status == "declined":
            found.append(f"{part.amount} should go back, and the payment provider has refused it")
    return [Flaw(subject=f"change {change.change_id}", found=each) for each in found]


def _is(movement: Movement | None, amount: Money) -> bool:
    return movement is not None and movement.status == "succeeded" and movement.amount == amount


def of_refund(refund: Refund, hold: str | None, movements: Sequence[Movement]) -> list[Flaw]:
    """`movements` are those under the refund's keys, whatever became of them; `hold` says what became of its amount."""
    moved = [movement for movement in movements if movement.status == "succeeded"]
    found = []
    if len(moved) > 1:
        keys = ", ".join(movement.key for movement in moved)
        found.append(f"it was paid {len(moved)} times ({keys})")
    if refund.status is RefundStatus.PAID:
        if hold != "paid":
            found.append(f"it is paid, and its reservation is {hold}")
        found += _of_paid(refund, moved)
    elif moved and refund.status is not RefundStatus.APPROVED:  # approved: its workflow is about to say so
        found.append(f"it is {refund.status}, and money moved under {moved[0].key}")
    elif refund.status.is_settled and refund.sent_as:
        found.append(f"it is {refund.status}, and its new items were sent as order {refund.sent_as}")
    if refund.status.is_settled and hold == "held":
        found.append(f"it is {refund.status}, and still holds its amount")
    return [Flaw(subject=f"refund {refund.refund_id}", found=each) for each in found]


def _of_paid(refund: Refund, moved: list[Movement]) -> list[str]:
    due = owed(refund)  # the difference of an exchange; nothing where goods are all that was given
    if not due.amount:
        return [f"all of it was given in goods, and money moved under {each.key}" for each in moved]
    if not moved:
        return ["it is paid, and no money moved under any of its keys"]
    if len(moved) == 1 and moved[0].amount != due:
        return [f"it says that {due} was paid, and {moved[0].amount} moved"]
    if refund.payment_reference not in {movement.reference for movement in moved}:
        return [f"it was paid under {moved[0].reference}, and shows {refund.payment_reference}"]
    return []
