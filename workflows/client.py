"""The one typed way to start, ask and change workflows: what the API, the portal and the assistant share.

Whoever calls has checked that the caller may touch the customer; a call that names other things (an order, a file, a
conversation) checks that they belong to that customer. Every call raises a CareError when the thing is refused.
"""

from __future__ import annotations

from workflows.conversation_client import ConversationClient
from workflows.refund_client import RefundClient
from workflows.subscription_client import SubscriptionClient


class CareClient(SubscriptionClient, RefundClient, ConversationClient):
    """Implements care.gateways.cases.Cases."""
