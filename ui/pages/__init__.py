"""The pages of the portal, each a function. The table says who may open which."""

from __future__ import annotations

from care.models.customer import ADMINS, CUSTOMERS, EVERYONE, STAFF
from ui.language import mark
from ui.pages import (
    account,
    accounts,
    analytics,
    audit,
    conversations,
    customers,
    desk,
    home,
    notifications,
    orders,
    parcels,
    planner,
    policy,
    preferences,
    refunds,
    support,
)
from ui.visit import Spec

PAGES = [
    # The first page is everyone's address: staff are led on to the desk.
    Spec("/", mark("Home"), CUSTOMERS, home.page, "home"),
    Spec("/support", mark("Support"), CUSTOMERS, support.page, "chat_bubble_outline"),
    Spec("/orders", mark("Orders"), CUSTOMERS, orders.page, "receipt_long"),
    Spec("/refunds", mark("Refunds"), CUSTOMERS, refunds.page, "currency_exchange"),
    Spec("/planner", mark("Autonomous Order Planner"), CUSTOMERS, planner.page, "event_repeat", mark("Planner")),
    Spec("/notifications", mark("Notifications"), CUSTOMERS, notifications.page),
    Spec("/preferences", mark("Preferences"), CUSTOMERS, preferences.page),
    Spec("/desk", mark("Review desk"), STAFF, desk.page, "fact_check", mark("Desk")),
    Spec("/desk/{refund_id}", mark("Review desk"), STAFF, desk.page),
    Spec(
        "/conversations",
        mark("Conversations"),
        STAFF,
        conversations.page,
        "forum",
        mark("Chats"),
        conversations.waiting,
    ),
    Spec("/conversations/{conversation_id}", mark("Conversations"), STAFF, conversations.page),
    Spec("/customers", mark("Customers"), STAFF, customers.page, "group"),
    Spec("/customers/{customer_id}", mark("Customer"), STAFF, customers.page),
    Spec("/parcels", mark("Parcels"), STAFF, parcels.page, "local_shipping"),
    Spec("/analytics", mark("Analytics"), STAFF, analytics.page, "insights"),
    Spec("/policy", mark("Refund policy"), STAFF, policy.page, "gavel", mark("Policy")),
    Spec("/account", mark("Your account"), STAFF, account.page),
    Spec("/accounts", mark("Accounts"), ADMINS, accounts.page, "manage_accounts"),
    Spec("/audit", mark("Audit record"), ADMINS, audit.page, "history_edu", mark("Audit")),
    Spec("/{rest:path}", mark("Not found"), EVERYONE, home.lost),
]
