"""The record of privileged acts and sign-ins: who did what to whom, in an order that nobody can change unseen."""

from __future__ import annotations

from typing import Literal, TypeAlias

from care.models.common import Model, Utc

# Every kind of act that is recorded. One that is not in this list cannot be written.
Act: TypeAlias = Literal[
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "locked_out",
    "password_changed",
    "password_renewed",
    "password_reset_asked",
    "account_added",
    "account_closed",
    "role_changed",
    "password_reset",
    "token_made",
    "token_revoked",
    "case_claimed",
    "case_released",
    "case_assigned",
    "case_decided",
    "case_exported",
    "conversation_taken",
    "conversation_released",
    "conversation_answered",
    "conversation_handed_back",
    "policy_in_force",
    "policy_replayed",
    "trace_closed",
    "webhook_added",
    "webhook_changed",
    "webhook_deleted",
    "webhook_redelivered",
    "figures_exported",
    "customer_exported",
    "customer_erased",
    "customers_listed",
    "customer_viewed",
    "evidence_viewed",
    "audit_read",
    "acted_for_customer",
    "keys_rotated",
    "histories_read",
    "seeded",
    "repaired",
    "backed_up",
    "restored",
    "migrated",
]

# `by` of what was done on the server, of what a worker did at its start, and of a signature that is no account.
COMMAND_LINE = "command line"
WORKER = "worker"
NO_ACCOUNT = "no account"


class AuditEvent(Model):
    """One line of the record.

    `number` counts all of them from 1, without a gap, and `at` never goes back. `by` and `about` are ids and nothing
    personal of a customer: a colleague's account (its address), a customer's or a case's id, "command line" for what
    was done on the server. `detail` holds ids, numbers and words of ours. `once`, where it is not empty, names what
    must not be told twice. `hash` is taken over everything before it and the line before (care.rules.audit_chain).

    `act` is one of `Act`; a line that a newer version has written may know more.
    """

    number: int
    at: Utc
    act: str
    by: str
    about: str = ""
    detail: dict[str, str] = {}
    once: str = ""
    hash: str


class Head(Model):
    """The last line, as the record itself knows it; before the first, number 0 and a hash of zeros."""

    number: int
    hash: str
    at: Utc | None = None
