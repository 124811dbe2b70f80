"""Subscriptions in the chat: what is asked of them is answered, what shall be done with them is shown first."""

from __future__ import annotations

from activities.tools import subscription_answers as answers
from activities.tools import subscription_deliveries as deliveries
from activities.tools import subscription_life as life
from activities.tools import subscription_skips as skips
from activities.tools.owned import subscription_of
from activities.tools.scene import Scene
from activities.tools.subscribing import Subscribing
from activities.tools.subscription_asking import ask_date
from activities.tools.subscription_changes import SubscriptionChanges
from activities.tools.subscription_scene import Wanted, fitting, wanted_in
from activities.tools.subscription_writes import SubscriptionWrites
from activities.tools.wording import rhythm, things
from care.errors import Conflict
from care.gateways.cases import Cases
from care.gateways.payments import PaymentGateway
from care.models.dialogue import Outcome
from care.models.memory import Choice, SubscriptionTask
from care.models.subscription import Subscription, SubscriptionStatus
from care.models.understanding import Intent
from care.rules.spoken_dates import unread_date
from care.rules.subscription_wishes import Action
from care.stores import Stores

_MOST = 50
_BY_DATE = ("skip", "unskip", "pause")
_TO_DO: dict[Action, str] = {
    "skip": "Of which subscription shall I skip a delivery?",
    "unskip": "Of which subscription shall I take the skip back?",
    "pause": "Which subscription shall I pause?",
    "resume": "Which subscription shall I resume?",
    "reschedule": "Of which subscription shall I move a delivery?",
    "change": "Which subscription shall I change?",
    "cancel": "Which subscription shall I cancel?",
    "uncancel": "Which subscription shall I keep?",
    "resubscribe": "Which subscription shall I start again?",
    "order_now": "Of which subscription shall I order an extra delivery?",
}


class SubscriptionTools:
    def __init__(self, stores: Stores, cases: Cases, payments: PaymentGateway) -> None:
        self._stores = stores
        self._subscribing = Subscribing(stores, cases)
        self._changes = SubscriptionChanges(stores, payments)
        self._writes = SubscriptionWrites(stores, cases)

    async def serve(self, scene: Scene) -> Outcome:
        """Raises NotFound for what is not the customer's, Conflict and Invalid for what cannot be, as the API does."""
        if scene.reading.act == "confirm":
            if scene.agreed.kind == "subscribe":
                return await self._subscribing.start(scene)
            return await self._writes.carry_out(scene)
        wanted = wanted_in(scene)
        if scene.reading.intent is Intent.SUBSCRIPTION_REQUEST and not (wanted and wanted.action == "resubscribe"):
            return await self._subscribing.gather(scene)
        found = await self._meant(scene, wanted)
        if wanted is None:
            return answers.answer(scene, found)
        if not found:
            return scene.reply(answers.NONE, suggestions=["I want to subscribe"])
        if strange := _not_subscribed(scene, wanted, found):
            return answers.without(scene, strange, found)
        if len(found) > 1:
            return _ask_which(scene, wanted, found)
        return await self._propose(scene, wanted, found[0])

    async def _meant(self, scene: Scene, wanted: Wanted | None) -> list[Subscription]:
        if ids := scene.reading.subscription_ids if scene.entities.subscription_ids else []:
            return [await subscription_of(self._stores, scene.customer_id, each) for each in ids[:5]]
        mine = (await self._stores.subscriptions.page(scene.customer_id, limit=_MOST)).items
        return fitting(scene, wanted, mine)

    async def _propose(self, scene: Scene, wanted: Wanted, subscription: Subscription) -> Outcome:
        action = _in_its_state(wanted.action, subscription)
        if action in _BY_DATE and (unread := unread_date(scene.text)):
            return ask_date(scene, wanted, subscription, unread)
        match action:
            case "skip":
                return skips.skip(scene, wanted, subscription)
            case "unskip":
                return skips.unskip(scene, wanted, subscription)
            case "reschedule":
                return deliveries.reschedule(scene, wanted, subscription)
            case "order_now":
                return deliveries.order_now(scene, wanted, subscription)
            case "pause":
                return life.pause(scene, wanted, subscription)
            case "resume":
                return life.resume(scene, wanted, subscription)
            case "cancel":
                if life.names_only_some(scene, wanted, subscription):
                    return await self._changes.propose(scene, wanted, subscription)
                return life.cancel(scene, wanted, subscription)
            case "uncancel":
                return life.uncancel(scene, wanted, subscription)
            case "resubscribe":
                return await self._subscribing.again(scene, wanted, subscription)
            case "change" if refused := skips.every_other(scene, wanted, subscription):
                return refused
            case "change":
                return await self._changes.propose(scene, wanted, subscription)


def _not_subscribed(scene: Scene, wanted: Wanted, found: list[Subscription]) -> list[str]:
    """The products that are named, where no subscription brings any of them; a change may well name others."""
    brought = {i.name for s in found for i in s.items}
    named = scene.entities.products if wanted.action != "change" else []
    return named if named and not brought & set(named) else []


def _in_its_state(action: Action, subscription: Subscription) -> Action:
    """What the words mean of a subscription in this state. Raises Conflict for what has ended."""
    if subscription.status is not SubscriptionStatus.CANCELLED:
        action = "resume" if action == "resubscribe" else action
        if action == "unskip" and not (subscription.skipped or subscription.left_out):
            action = "resume" if subscription.status is SubscriptionStatus.PAUSED else action
            action = "uncancel" if subscription.cancel_after_next else action
        ends = subscription.cancel_after_next and subscription.status is not SubscriptionStatus.PAUSED
        return "uncancel" if action == "resume" and ends else action
    if action in ("resume", "uncancel", "resubscribe", "unskip"):
        return "resubscribe"
    if action == "cancel":
        return action
    raise Conflict(f"Subscription {subscription.subscription_id} is cancelled.")


def _ask_which(scene: Scene, wanted: Wanted, found: list[Subscription]) -> Outcome:
    choices = [
        Choice(
            kind="subscription",
            id=s.subscription_id,
            label=f"{things(s.items)}, {rhythm(s.frequency, s.delivery_day)}",
        )
        for s in found
    ]
    task = SubscriptionTask(said=wanted.text[:500], named=wanted.found)
    return scene.ask_which(_TO_DO[wanted.action], choices, awaiting="subscription", action=wanted.action, task=task)
