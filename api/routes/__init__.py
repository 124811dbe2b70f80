"""The HTTP calls, one file a subject. Each route names its rule, who may call it, among its `dependencies`."""

from api.routes import (
    analytics,
    auth,
    chat,
    conversations,
    customers,
    evidence,
    health,
    links,
    orders,
    preferences,
    refunds,
    reviews,
    subscriptions,
    tokens,
    webhooks,
)

ROUTERS = (
    auth.router,
    subscriptions.router,
    links.router,
    customers.router,
    preferences.router,
    orders.router,
    evidence.router,
    refunds.router,
    reviews.router,
    chat.router,
    chat.streams,
    conversations.router,
    analytics.router,
    webhooks.router,
    tokens.router,
    health.router,
)
