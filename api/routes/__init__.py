"""The HTTP calls, one file a subject. Each route says who may call it by the dependency that it takes."""

from api.routes import (
    analytics,
    auth,
    chat,
    codec,
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
    codec.router,
    health.router,
)
