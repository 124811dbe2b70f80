"""What the customer said yes to, done: exactly what was shown, once, whatever is retried."""

from __future__ import annotations

from datetime import date
from typing import Any

from activities.tools.owned import subscription_of
from activities.tools.pricing import price_each
from activities.tools.scene import Scene, done
from activities.tools.subscription_scene import Wanted
from activities.tools.subscription_skips import skip
from activities.tools.subscription_wording import each_day, name, next_of, pace
from activities.tools.wording import day, local_day, things
from care.errors import Conflict
from care.gateways.cases import Cases
from care.models.dialogue import Outcome
from care.models.memory import SubscriptionTask
from care.models.money import Money
from care.models.subscription import (
    CancelSubscription,
    ChangeSubscription,
    Item,
    OneDelivery,
    PauseSubscription,
    RescheduleDelivery,
    Subscription,
    SubscriptionStatus,
)
from care.rules.delivery_dates import planned_dates
from care.rules.prepaid import cost
from care.rules.prepaid_words import going_back
from care.rules.spoken_dates import resolve
from care.rules.subscription_checks import local_date
from care.rules.writes import WRITES
from care.stores import Stores

_CHANGED = "{} has changed since I showed you this, so I have not done it. Please ask me again."


class SubscriptionWrites:
    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    async def carry_out(self, scene: Scene) -> Outcome:
        """Raises NotFound, Conflict and Invalid; then nothing was done."""
        payload = scene.agreed.payload
        subscription = await subscription_of(self._stores, scene.customer_id, payload["subscription_id"])
        match scene.agreed.kind:
            case "skip_delivery":
                return await self._skip(scene, subscription)
            case "unskip_delivery":
                return await self._unskip(scene, subscription)
            case "reschedule_delivery":
                return await self._reschedule(scene, subscription)
            case "pause_subscription":
                return await self._pause(scene, subscription)
            case "resume_subscription":
                after = await self._cases.resume_subscription(subscription.subscription_id, once=scene.once)
                return _done(scene, after, f"{name(after)} goes on. {next_of(after)}")
            case "cancel_subscription":
                return await self._cancel(scene, subscription)
            case "uncancel_subscription":
                after = await self._cases.uncancel_subscription(subscription.subscription_id, once=scene.once)
                return _done(scene, after, f"{name(after)} goes on. {next_of(after)}")
            case "resubscribe":
                return await self._resubscribe(scene, subscription)
            case "order_now":
                return await self._order_now(scene, subscription)
            case _:
                return await self._change(scene, subscription)

    async def _skip(self, scene: Scene, before: Subscription) -> Outcome:
        sku = scene.agreed.payload.get("sku")
        dates = [date.fromisoformat(each) for each in scene.agreed.payload["dates"]]
        today = local_date(before, scene.now)
        only = [d for each in scene.entities.dates if (d := resolve(each, today))]
        if only and only != dates:  # "yes, 4 December", where that was one of two
            return skip(scene, Wanted("skip", scene.text, scene.entities, SubscriptionTask()), before)
        after = before
        for each in dates:
            request = OneDelivery(date=each, sku=sku)
            once = f"{scene.once}:{each}"
            after = await self._cases.skip_delivery(before.subscription_id, request, once=once)
        which = each_day(dates)
        if sku and any(each.isoformat() in after.left_out for each in dates):
            left_out = next(i.name for i in before.items if i.sku == sku)
            return _done(scene, after, f"{left_out} is left out of the delivery of {which}.")
        what = "delivery" if len(dates) == 1 else "deliveries"
        text = f"Skipped: the {what} of {which} of {name(after)}. {next_of(after)}"
        return _done(scene, after, text)

    async def _unskip(self, scene: Scene, before: Subscription) -> Outcome:
        on = date.fromisoformat(scene.agreed.payload["date"])
        request = OneDelivery(date=on)
        after = await self._cases.unskip_delivery(before.subscription_id, request, once=scene.once)
        return _done(scene, after, f"{name(after)} comes on {day(on)} after all.")

    async def _reschedule(self, scene: Scene, before: Subscription) -> Outcome:
        request = RescheduleDelivery(date=scene.agreed.payload["date"], to=scene.agreed.payload["to"])
        after = await self._cases.reschedule_delivery(before.subscription_id, request, once=scene.once)
        return _done(scene, after, f"{name(after)} now comes on {day(request.to)} instead of {day(request.date)}.")

    async def _pause(self, scene: Scene, before: Subscription) -> Outcome:
        request = PauseSubscription(until=scene.agreed.payload["until"])
        after = await self._cases.pause_subscription(before.subscription_id, request, once=scene.once)
        until = f"until {day(request.until)}" if request.until else "until you resume it"
        return _done(scene, after, f"{name(after)} is paused {until}.")

    async def _cancel(self, scene: Scene, before: Subscription) -> Outcome:
        payload = scene.agreed.payload
        request = CancelSubscription(when=payload["when"], reason=payload["reason"])
        if request.when == "after_next_delivery":
            _same(before, planned_dates(before, 1) == [date.fromisoformat(payload["date"])])
        # A repeated node finds it cancelled by itself.
        after = before
        if before.status is not SubscriptionStatus.CANCELLED:
            after = await self._cases.cancel_subscription(before.subscription_id, request, once=scene.once)
        if after.status is SubscriptionStatus.CANCELLED:
            text = f"{after.subscription_id} is cancelled; nothing more will be delivered. {going_back(after)}"
            return _done(scene, after, text.strip())
        return _done(scene, after, f"{name(after)} ends with the delivery of {local_day(payload['date'])}.")

    async def _resubscribe(self, scene: Scene, before: Subscription) -> Outcome:
        items = [Item(sku=item.sku, quantity=item.quantity) for item in before.items]
        await self._check_price(before, items, scene.agreed.payload["each"])
        after = await self._cases.resubscribe(before.subscription_id)
        text = f"Your new subscription {after.subscription_id} for {things(after.items)}, {pace(after)}, is set up."
        return _done(scene, after, f"{text} {next_of(after)}")

    async def _order_now(self, scene: Scene, before: Subscription) -> Outcome:
        today = local_date(before, scene.now)
        shown = scene.agreed.payload.get("each")  # proposals of earlier versions hold none
        unchanged = shown is None or cost(before.items) == Money.model_validate(shown)
        _same(before, unchanged and scene.agreed.payload["date"] == today.isoformat())
        after = await self._cases.order_now(before.subscription_id, once=scene.once)
        return _done(scene, after, f"An extra delivery of {name(after)} is ordered for today, {day(today)}.")

    async def _change(self, scene: Scene, before: Subscription) -> Outcome:
        payload = scene.agreed.payload
        change = ChangeSubscription.model_validate(payload["change"])
        if change.items is not None:
            has, wish = _pieces(before.items), _pieces(change.items)
            _same(before, has in (wish, payload["instead_of"]))
            await self._check_price(before, change.items, payload["each"])
        after = await self._cases.change_subscription(before.subscription_id, change, once=scene.once)
        parts = []
        if change.items or change.frequency or change.delivery_day is not None:
            parts.append(f"brings {things(after.items)}, {pace(after)}")
        if change.address:
            parts.append(f"goes to {change.address}")
        if change.payment_method:
            parts.append(f'is paid with "{payload["method"]}"')
        text = f"From now on {after.subscription_id} {', '.join(parts)}."
        return _done(scene, after, f"{text} {next_of(after)}")

    async def _check_price(self, before: Subscription, items: list[Item], each: dict[str, Any]) -> None:
        """What was shown is what is agreed to, also where the shop has another price by now."""
        _same(before, await price_each(self._stores, items) == Money.model_validate(each))


def _same(subscription: Subscription, is_so: bool) -> None:
    """Raises Conflict where what was shown is no longer so."""
    if not is_so:
        raise Conflict(_CHANGED.format(subscription.subscription_id))


def _pieces(items: Any) -> dict[str, int]:
    return {item.sku: item.quantity for item in items}


def _done(scene: Scene, after: Subscription, text: str) -> Outcome:
    return scene.reply(
        text,
        actions=[done(WRITES[scene.agreed.kind].done, after.subscription_id)],
        # For "and the one after".
        action=scene.state.action,
        task=scene.state.task,
        **scene.slots(subscription_id=after.subscription_id),
    )
