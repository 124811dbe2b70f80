"""Fraud signals: named hints with a weight and a sentence, for the reviewer and never for the customer. Pure.

A weight is in hundredths of suspicion; the policy's `suspicion_limit` says how much sends a case to a person.
A signal describes this claim. It is never stored as a tag on the customer, says nothing of who they are, and its
sentence names nothing of another customer. What each means and why it is fair: docs/signals.md.
"""

from __future__ import annotations

from care.models.refund import Signal
from care.rules import signals_of_customer, signals_of_evidence, signals_of_order
from care.rules.known import Known

RULES = (*signals_of_evidence.RULES, *signals_of_order.RULES, *signals_of_customer.RULES)


def weigh(known: Known) -> list[Signal]:
    """Every signal that fires, heaviest first."""
    found = [signal for rule in RULES if (signal := rule(known))]
    return sorted(found, key=lambda signal: (-signal.weight, signal.name))
