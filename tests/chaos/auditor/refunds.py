"""Refunds: what was promised exists, is paid exactly once or not at all, and comes to an end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.chaos.asking import Call, Record
from tests.chaos.auditor.shop import Document, Shop

_SETTLED = {"paid", "rejected", "withdrawn", "expired"}
_IGNORED = "ruling_ignored"
_TOLD_ONCE = ("refund_paid", "refund_rejected", "refund_withdrawn", "refund_expired")
# What a claim that was approved can come to.
_PAYING = {"approved", "paid", "payment_failed"}


def wrong_with_refunds(record: Record, before: Shop, after: Shop) -> Iterator[str]:
    opened = [call for call, _ in record.of("POST", "/refund") if call.done]
    yield from _lost(record, opened, before, after)
    for one, case in after.new("refunds", before).items():
        yield from _money(one, case, after)
        yield from _history(one, case)
        yield from _notices(one, case, after)
        yield from _rulings(record, one, case, after)
        yield from _promises(record, one, case)


def _lost(record: Record, opened: list[Call], before: Shop, after: Shop) -> Iterator[str]:
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    for call in opened:
        one = call.answer["refund_id"]
        by_key[str(call.key)].add(one)
        case = after["refunds"].get(one)
        if case is None:
            yield f"{one} was promised and is not there."
        elif (case["customer_id"], case["order_id"]) != (call.who, call.body["order_id"]):
            yield f"{one} is a case of {case['customer_id']} about {case['order_id']}, and was answered to {call}."
        elif not set(call.body.get("evidence_ids", [])) <= set(case["evidence_ids"]):
            yield f"{one} has lost evidence that it was opened with."
    yield from (f"One key was answered with {', '.join(sorted(ids))}." for ids in by_key.values() if len(ids) > 1)
    ids = [one for ids in by_key.values() for one in ids]
    yield from (f"{one} was answered under {n} keys." for one, n in Counter(ids).items() if n > 1)
    unknown = set(after.new("refunds", before)) - set(ids)
    if len(unknown) > len(record.unanswered):
        yield f"Nobody has opened {', '.join(sorted(unknown))}."


def _money(one: str, case: Document, after: Shop) -> Iterator[str]:
    key, status = f"refund:{one}", case["status"]
    moved = [
        (name, each)
        for name, each in after["movements"].items()
        if (name == key or name.startswith(f"{key}:")) and each["status"] == "succeeded"
    ]
    if status == "paid" and case["remedy"] != "replacement":
        amounts = [each["amount"]["amount"] for _, each in moved]
        if amounts != [case["amount"]["amount"]]:
            yield f"{one} is paid with {case['amount']['amount']}, and {amounts} has moved for it."
        elif case["payment_reference"] != moved[0][1]["reference"]:
            yield f"{one} names the payment {case['payment_reference']}, not the one that was made."
        elif moved[0][1]["customer_id"] != case["customer_id"]:
            yield f"{one} was paid to somebody else."
    elif status != "paid" and moved:
        yield f"{one} is {status}, and money has moved for it: {', '.join(name for name, _ in moved)}."
    hold = "paid" if status == "paid" else "released" if status in _SETTLED else "held"
    if case["hold"] != hold:
        yield f"{one} is {status}, and what was reserved for it is {case['hold']}."
    if status == "assessing" or (status == "approved" and not case["retry_at"]):
        yield f"{one} is {status}, and nobody goes on with it."
    if status == "in_review" and not case["queue_at"]:
        yield f"{one} waits for a person, and stands in no queue."


def _history(one: str, case: Document) -> Iterator[str]:
    lines = Counter((each["at"], each["event"], each["actor"], each["detail"]) for each in case["timeline"])
    for (at, event, *_), n in lines.items():
        if n > 1 and event != _IGNORED:  # signals that waited for a worker are read at one moment
            yield f"{one} tells {n} times of {event} at {at}."
    events = Counter(each["event"] for each in case["timeline"])
    for event in ("opened", "paid", "withdrawn", "rejected"):
        if events[event] > 1:
            yield f"{one} was {event} {events[event]} times."
    status = next((each["status"] for each in reversed(case["timeline"]) if each["status"]), None)
    if status != case["status"]:
        yield f"{one} is {case['status']}, and its history ends with {status}."
    times = [each["at"] for each in case["timeline"]]
    if times != sorted(times):
        yield f"The history of {one} goes back in time."


def _notices(one: str, case: Document, after: Shop) -> Iterator[str]:
    told = Counter(each["kind"] for each in after["notifications"].values() if each["refund_id"] == one)
    for kind in _TOLD_ONCE:
        if told[kind] != (case["status"] == kind.removeprefix("refund_")):
            yield f"{one} is {case['status']}, and its customer was told {told[kind]} times: {kind}."
    asked = sum(each["event"] in ("evidence_requested", "return_requested") for each in case["timeline"])
    waits = sum(each["status"] == "needs_evidence" for each in case["timeline"])
    if told["refund_needs_evidence"] > max(asked, waits):
        yield f"The customer of {one} was asked {told['refund_needs_evidence']} times for more, of {asked} times."


def _rulings(record: Record, one: str, case: Document, after: Shop) -> Iterator[str]:
    lines = [each for each in after["audit"].values() if each["act"] == "case_decided" and each["about"] == one]
    if len(lines) != len(case["rulings"]):
        yield f"{one} was ruled on {len(case['rulings'])} times, and the audit record has {len(lines)} lines of it."
    decides = [call for call, _ in record.of("POST", f"/review/decide/{one}")]
    by_update = Counter((each["by"], each["detail"]["decision"]) for each in lines if each["detail"]["way"] == "update")
    asked = Counter((call.who, call.body["decision"]) for call in decides if call.done)
    unheard = Counter((call.who, call.body["decision"]) for call in decides if call.status is None)
    for ruling, n in by_update.items():
        if n > asked[ruling] + unheard[ruling]:
            who, decision = ruling
            yield f"{one}: {decision} of {who} counts {n} times, and was answered as done {asked[ruling]} times."
    for ruling, n in asked.items():
        if by_update[ruling] < n:
            who, decision = ruling
            yield f"{one}: {decision} of {who} was answered as done {n} times, and counts {by_update[ruling]} times."
    heard = Counter(each["by"] for each in lines if each["detail"]["way"] == "signal")
    heard += Counter(each["actor"] for each in case["timeline"] if each["event"] == _IGNORED)
    for who, n in heard.items():
        if n > record.signals[who, one]:
            yield f"{one}: {who} ruled by {record.signals[who, one]} signals, and {n} were heard."


def _promises(record: Record, one: str, case: Document) -> Iterator[str]:
    status = case["status"]
    for call, match in record.of("POST", rf"/(refund|review)/([a-z-]+)/{one}"):
        if not call.done:
            continue
        said = call.answer.get("status")
        if match[2] == "withdraw" and status != "withdrawn":
            yield f"{one} is {status}, and its customer was told that it is withdrawn."
        if said in _SETTLED and status != said:
            yield f"{one} is {status}, and somebody was told that it is {said}."
        if match[2] == "decide" and said == "approved" and status not in _PAYING:
            yield f"{one} is {status}, after an agent was told that it is approved."
        if match[2] == "evidence" and not set(call.body["evidence_ids"]) <= set(case["evidence_ids"]):
            yield f"{one} has lost evidence that was added to it."
    for call, _ in record.of("GET", f"/refund/{one}"):
        if call.done and call.answer["version"] > case["version"]:
            yield f"{one} was shown with version {call.answer['version']}, and is at {case['version']}."
