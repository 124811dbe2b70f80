"""What each kind of act of the audit record is called."""

from __future__ import annotations

from care.models.audit import Act
from ui.language import _, mark

ACT_WORDS: dict[Act, str] = {
    "signed_in": mark("Signed in"),
    "sign_in_failed": mark("Sign-in failed"),
    "signed_out": mark("Signed out"),
    "locked_out": mark("Locked out"),
    "password_changed": mark("Password changed"),
    "password_renewed": mark("New password set by mail"),
    "password_reset_asked": mark("New password asked for"),
    "account_added": mark("Account added"),
    "account_closed": mark("Account closed"),
    "role_changed": mark("Role changed"),
    "password_reset": mark("New password given"),
    "token_made": mark("Token made"),
    "token_revoked": mark("Token revoked"),
    "case_claimed": mark("Case taken"),
    "case_released": mark("Case given back"),
    "case_assigned": mark("Case given to a colleague"),
    "case_decided": mark("Case decided"),
    "case_exported": mark("Case file taken along"),
    "conversation_taken": mark("Conversation taken"),
    "conversation_released": mark("Conversation released"),
    "conversation_answered": mark("Customer answered"),
    "conversation_handed_back": mark("Conversation handed back"),
    "policy_in_force": mark("Policy put in force"),
    "policy_replayed": mark("Policy tried on closed cases"),
    "trace_closed": mark("Search for a parcel closed"),
    "webhook_added": mark("Web hook added"),
    "webhook_changed": mark("Web hook changed"),
    "webhook_deleted": mark("Web hook deleted"),
    "webhook_redelivered": mark("Web hook delivered again"),
    "figures_exported": mark("Figures taken along"),
    "customer_exported": mark("Customer's data handed out"),
    "customer_erased": mark("Customer erased"),
    "customers_listed": mark("List of customers opened"),
    "customer_viewed": mark("Customer's things opened"),
    "evidence_viewed": mark("Customer's file opened"),
    "audit_read": mark("Audit record opened"),
    "acted_for_customer": mark("Acted for a customer"),
    "keys_rotated": mark("Keys rotated"),
    "histories_read": mark("Workflow histories read"),
    "seeded": mark("Data loaded"),
    "repaired": mark("Mended"),
    "backed_up": mark("Backup taken"),
    "restored": mark("Backup put back"),
    "migrated": mark("Data migrated"),
}


def act_word(act: str) -> str:
    """An act that a newer version has written keeps its name."""
    return next((_(word) for known, word in ACT_WORDS.items() if known == act), act)
