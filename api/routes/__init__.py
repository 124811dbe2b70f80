"""The HTTP calls, one file a subject. Each route says who may call it by the dependency that it takes."""

from api.routes import (
    analytics,
    auth,
    chat,
    customers,
    evidence,
    health,
    links,
    orders,
    refunds,
    reviews,
    subscriptions,
)

ROUTERS = (
    auth.router,
    subscriptions.router,
    links.router,
    customers.router,
    orders.router,
    evidence.router,
    refunds.router,
    reviews.router,
    chat.router,
    chat.streams,
    analytics.router,
    health.router,
)
