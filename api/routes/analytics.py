"""The supervisor's figures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import Serving, Staff
from api.problems import ERRORS
from care.models.analytics import Summary

router = APIRouter(tags=["analytics"], responses=ERRORS)


@router.get("/analytics/summary")
async def summary(_: Staff, serving: Serving, days: Annotated[int, Query(ge=1, le=366)] = 30) -> Summary:
    """Resolutions, refunds, reviews, deliveries and models over the last `days` days."""
    return await serving.stores.analytics.summary(days)
