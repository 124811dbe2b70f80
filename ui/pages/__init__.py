"""The pages of the portal, each a function. The table says who may open which."""

from __future__ import annotations

from ui.pages import (
    analytics,
    conversations,
    customers,
    desk,
    home,
    notifications,
    orders,
    planner,
    preferences,
    refunds,
    support,
)
from ui.visit import CUSTOMERS, EVERYONE, STAFF, Spec

PAGES = [
    # The first page is everyone's address: staff are led on to the desk.
    Spec("/", "Home", CUSTOMERS, home.page, "home"),
    Spec("/support", "Support", CUSTOMERS, support.page, "chat_bubble_outline"),
    Spec("/orders", "Orders", CUSTOMERS, orders.page, "receipt_long"),
    Spec("/refunds", "Refunds", CUSTOMERS, refunds.page, "currency_exchange"),
    Spec("/planner", "Autonomous Order Planner", CUSTOMERS, planner.page, "event_repeat", "Planner"),
    Spec("/notifications", "Notifications", CUSTOMERS, notifications.page),
    Spec("/preferences", "Preferences", CUSTOMERS, preferences.page),
    Spec("/desk", "Review desk", STAFF, desk.page, "fact_check", "Desk"),
    Spec("/desk/{refund_id}", "Review desk", STAFF, desk.page),
    Spec("/conversations", "Conversations", STAFF, conversations.page, "forum", "Chats", conversations.waiting),
    Spec("/conversations/{conversation_id}", "Conversations", STAFF, conversations.page),
    Spec("/customers", "Customers", STAFF, customers.page, "group"),
    Spec("/analytics", "Analytics", STAFF, analytics.page, "insights"),
    Spec("/{rest:path}", "Not found", EVERYONE, home.lost),
]
