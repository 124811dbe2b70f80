"""Orders, charges, refunds, ledger, wallets and stock: that all of them tell of the same money."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.auditor.shop import Document, Shop, pieces


def wrong_with_money(before: Shop, after: Shop) -> Iterator[str]:
    yield from _ledger(before, after)
    yield from _wallets(before, after)
    for order_id, order in after["orders"].items():
        if order != before["orders"].get(order_id):
            yield from _order(order_id, order, before["orders"].get(order_id), after)
    yield from _stock(before, after)
    yield from _half_way(after)


def _ledger(before: Shop, after: Shop) -> Iterator[str]:
    for key, each in after["ledger"].items():
        if total := sum(line["amount"] for line in each["lines"]):
            yield f"The ledger's entry {key} sums to {total}."
    for key, movement in after.new("movements", before).items():
        entry, booked = after["ledger"].get(key), movement["status"] == "succeeded"
        if entry is None:
            if booked:
                yield f"The movement {key} succeeded and has no entry."
        elif not booked:
            yield f"The movement {key} is {movement['status']} and has an entry."
        elif max(line["amount"] for line in entry["lines"]) != movement["amount"]["amount"]:
            yield f"The entry {key} tells of another amount than its movement."
        elif _theirs(movement) not in {line["account"] for line in entry["lines"]}:
            yield f"The entry {key} does not tell of {_theirs(movement)}."
    for unknown in after.new("ledger", before):
        if unknown not in after["movements"]:
            yield f"The ledger's entry {unknown} belongs to no movement."
    references = Counter(each["reference"] for each in after["movements"].values())
    yield from (f"{n} movements have the reference {one}." for one, n in references.items() if n > 1)
    for key in before["movements"]:
        if key not in after["movements"]:
            yield f"The movement {key} is gone."


def wrong_with_provider(before: Shop, after: Shop, provider: list[Document]) -> Iterator[str]:
    """`provider` are the refunds that the payment provider has carried out, of whatever key."""
    ours = {
        (key, each["amount"]["amount"]): 1
        for key, each in after.new("movements", before).items()
        if each["kind"] == "refund" and each["status"] == "succeeded"
    }
    theirs = Counter((each["metadata"]["care_key"], each["amount"]) for each in provider)
    for payment in sorted(ours.keys() | theirs.keys()):
        if theirs[payment] != ours.get(payment, 0):
            key, amount = payment
            by_us = ours.get(payment, 0)
            yield f"{amount} went back {theirs[payment]} times under {key}, and {by_us} times by our books."


def _wallets(before: Shop, after: Shop) -> Iterator[str]:
    booked: Counter[str] = Counter()
    for entry in after["ledger"].values():
        for line in entry["lines"]:
            booked[line["account"]] += line["amount"]
    for customer_id, wallet in after["wallets"].items():
        if wallet == before["wallets"].get(customer_id):
            continue  # one of the demo is out of step on purpose
        shown, right = wallet["balance"]["amount"], booked[f"wallet:{customer_id}"]
        if shown != right:
            yield f"The wallet of {customer_id} shows {shown}, and the ledger holds {right}."
    for account, amount in booked.items():
        if account.startswith("wallet:") and amount and account.removeprefix("wallet:") not in after["wallets"]:
            yield f"The ledger holds {amount} for {account}, which has no wallet."


def _theirs(movement: Document) -> str:
    """The customer's account that it is taken from or given to."""
    customer_id = movement["customer_id"]
    return f"wallet:{customer_id}" if movement["kind"] == "wallet_credit" else f"customer:{customer_id}:card"


def _moved(after: Shop, kind: str, key: str) -> list[Document]:
    """What has gone through under this key, or under one of its further tries."""
    return [
        each
        for one, each in after["movements"].items()
        if each["kind"] == kind and each["status"] == "succeeded" and (one == key or one.startswith(f"{key}:"))
    ]


def _order(order_id: str, order: Document, earlier: Document | None, after: Shop) -> Iterator[str]:
    total, status = order["total"]["amount"], order["payment"]["status"]
    charges = _moved(after, "charge", f"order:{order_id}")
    paid = sum(each["amount"]["amount"] for each in charges)
    later = sum(each["amount"]["amount"] for each in _moved(after, "charge", f"change:{order_id}"))
    back = sum(each["amount"]["amount"] for each in _moved(after, "refund", f"change-back:{order_id}"))
    if len(charges) > 1:
        yield f"Order {order_id} was charged {len(charges)} times."
    if order["status"] != "cancelled" or status in ("paid", "refunded"):
        due = total if status in ("paid", "refunded") else 0
        if paid + later - back != due:
            yield f"Order {order_id} of {total} is {status}, and {paid + later - back} was charged for it."
    if charges and order["payment"]["reference"] != charges[0]["reference"]:
        yield f"Order {order_id} names the payment {order['payment']['reference']}, not that of its charge."
    gone_back = _moved(after, "refund", f"cancel-{order_id}")
    if order["status"] == "cancelled":
        owed = paid + later - back - order["refunded"]["amount"] if earlier is None or paid else 0
        sent = sum(each["amount"]["amount"] for each in gone_back)
        if sent != owed and not _refused_by_the_bank(order_id, order, after):
            yield f"Order {order_id} was cancelled and is {status}: {owed} was to go back, and {sent} did."
    elif gone_back:
        yield f"Order {order_id} is {order['status']}, and its payment went back as if it were cancelled."
    yield from _refunded(order_id, order, earlier, after)


def _refused_by_the_bank(order_id: str, order: Document, after: Shop) -> bool:
    """Then it is owed until a person finds another way, and says so."""
    tries = [each["status"] for one, each in after["movements"].items() if one == f"cancel-{order_id}"]
    return tries == ["declined"] and bool(order.get("owes")) and order["payment"]["status"] == "paid"


def _refunded(order_id: str, order: Document, earlier: Document | None, after: Shop) -> Iterator[str]:
    mine = [each for each in after["refunds"].values() if each["order_id"] == order_id]
    held = sum(each["held_amount"] for each in mine if each["hold"] == "held")
    back = sum(each["amount"]["amount"] for each in mine if each["status"] == "paid")
    refunded = order["refunded"]["amount"] - (earlier["refunded"]["amount"] if earlier and not mine else 0)
    if order["reserved"]["amount"] != held:
        yield f"Order {order_id} holds {order['reserved']['amount']} back, and its open refunds hold {held}."
    if refunded != back:
        yield f"Order {order_id} says that {order['refunded']['amount']} was refunded, and its refunds paid {back}."
    if order["refunded"]["amount"] + order["reserved"]["amount"] > order["total"]["amount"]:
        yield f"More of order {order_id} is refunded and reserved than was paid for it."


def _stock(before: Shop, after: Shop) -> Iterator[str]:
    taken = pieces(after["orders"])
    taken.subtract(pieces(before["orders"]))
    for sku, product in after["products"].items():
        gone = before["products"][sku]["stock"] - product["stock"] if sku in before["products"] else 0
        if gone != taken[sku]:
            yield f"{gone} of {sku} left the stock, and orders hold {taken[sku]} more."
        if product["stock"] < 0:
            yield f"There are {product['stock']} of {sku}."


def _half_way(after: Shop) -> Iterator[str]:
    for one, change in after["order_changes"].items():
        if change.get("open"):
            yield f"The change {one} of an order is still {change['status']}."
    by_occurrence: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for one, order in after["orders"].items():
        if order.get("owes") and not _refused_by_the_bank(one, order, after):
            yield f"Order {one} still owes what was paid for it."
        if order["subscription_id"]:
            by_occurrence[order["subscription_id"], order["occurrence"]].append(one)
    for (subscription, occurrence), orders in by_occurrence.items():
        if len(orders) > 1:
            yield f"{subscription} has {len(orders)} orders for {occurrence}: {', '.join(orders)}."
