"""What is known of a parcel."""

from __future__ import annotations

from typing import Literal

from care.models.common import Model, Utc
from care.models.order import Window


class TrackingEvent(Model):
    """`at` is None where it happened, and nobody wrote down when."""

    kind: Literal["placed", "shipped", "delivered", "cancelled", "trace_opened"]
    at: Utc | None


class Tracking(Model):
    """What is known of a parcel, oldest first. `expected` is None where nobody has said when it comes."""

    order_id: str
    events: list[TrackingEvent]
    expected: Window | None = None
