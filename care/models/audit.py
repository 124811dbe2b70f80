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
    "conversation_handed_back",
    "policy_replayed",
    "trace_closed",
    "webhook_added",
    "webhook_changed",
    "webhook_deleted",
    "figures_exported",
    "customer_exported",
    "customer_erased",
    "keys_rotated",
    "histories_read",
    "repaired",
]


class AuditEvent(Model):
    """One line of the record.

    `number` counts all of them from 1, without a gap. `by` and `about` are ids and nothing personal of a customer: a
    colleague's account (its address), a customer's or a case's id, "command line" for what was done on the server.
    `detail` holds ids, numbers and words of ours. `hash` is taken over everything before it and the line before
    (care.rules.audit_chain).
    """

    number: int
    at: Utc
    act: Act
    by: str
    about: str = ""
    detail: dict[str, str] = {}
    hash: str
