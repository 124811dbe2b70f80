"""What a customer wants to hear by mail."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import OwnCustomer, Serving, Viewer, own
from api.problems import ERRORS
from care.models.preferences import ChangePreferences, Preferences

router = APIRouter(tags=["customers"], responses=ERRORS)


@router.get("/preferences/{customer_id}", dependencies=[own("customers:read")])
async def preferences(customer_id: OwnCustomer, serving: Serving) -> Preferences:
    """Which groups of notices also go by mail; all of them, unless the customer chose otherwise."""
    return await serving.stores.preferences.get(customer_id)


@router.put("/preferences/{customer_id}", dependencies=[own("customers:write")])
async def choose(customer_id: OwnCustomer, body: ChangePreferences, viewer: Viewer, serving: Serving) -> Preferences:
    """Replaces the choice; a group that is not named is on."""
    chosen = Preferences(customer_id=customer_id, mail=body.mail)
    await serving.stores.preferences.put(chosen)
    await serving.acted(viewer, customer_id, "preferences_changed", customer_id)
    return chosen
