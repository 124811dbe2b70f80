"""What a customer wants of which subscription, after this message and what was said before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from activities.tools.scene import Scene
from activities.tools.wording import things
from care.models.dialogue import NamedSku, Outcome
from care.models.memory import Choice, SubscriptionTask
from care.models.subscription import Subscription, SubscriptionStatus
from care.models.understanding import Entities
from care.rules.phrases import follows_up
from care.rules.references import choice_in, named_products
from care.rules.subscription_questions import is_question
from care.rules.subscription_wishes import Action, action_in
from care.rules.words import means_other_one, points_back

# The proposals that a correction may amend, by what was asked for.
_PROPOSED: dict[str, Action] = {
    "skip_delivery": "skip",
    "unskip_delivery": "unskip",
    "reschedule_delivery": "reschedule",
    "pause_subscription": "pause",
    "resume_subscription": "resume",
    "change_subscription": "change",
    "cancel_subscription": "cancel",
    "uncancel_subscription": "uncancel",
    "resubscribe": "resubscribe",
    "order_now": "order_now",
}
# "Change it to the week after" goes on with these.
_BY_DATE = ("skip", "reschedule", "pause")
_KEPT = 500  # characters of what was said


@dataclass(frozen=True)
class Wanted:
    """`text` and `found` are the words that ask for it; `task` is what was gathered before, `amends` whether these
    words go on with it."""

    action: Action
    text: str
    found: Entities
    task: SubscriptionTask
    amends: bool = False


def wanted_in(scene: Scene) -> Wanted | None:
    """None where nothing is to be done: a question."""
    state, found = scene.state, scene.entities
    task = state.task or SubscriptionTask()
    open_action = _open_action(scene)
    said = action_in(scene.text)
    if open_action is None or (said is None and is_question(scene.text)):
        said = said or (None if is_question(scene.text) else _bare_change(found))
        return Wanted(said, scene.text, found, task) if said else None
    if said in (None, open_action) and (state.awaiting in ("subscription", "items") or _only_points(scene)):
        # The answer tells which one is meant; what shall be done with it was said before.
        if state.awaiting == "subscription" and _chosen(scene):  # "the monthly one" asks for no other rhythm
            found = found.model_copy(update={"frequency": None, "delivery_day": None})
        return Wanted(open_action, task.said, _both(task.named, found), task, amends=True)
    done = state.pending is None and state.awaiting is None
    if done and (found.products or found.subscription_ids) and not _details(found):  # "same for the tea"
        return Wanted(
            open_action, task.said, _both(task.named, found), task.model_copy(update={"dates": []}), amends=True
        )
    goes_on = said in (None, open_action) or (said == "change" and open_action in _BY_DATE and _names_a_time(found))
    if goes_on:
        return Wanted(open_action, scene.text, found, task, amends=True)
    return Wanted(said or open_action, scene.text, found, task)


def fitting(scene: Scene, wanted: Wanted | None, mine: Sequence[Subscription]) -> list[Subscription]:
    """The subscriptions that may be meant: none, one, or several to choose from. Named ids are looked at before."""
    if choice := _chosen(scene):
        return [s for s in mine if s.subscription_id == choice.id]
    pool = _pool(wanted.action if wanted else None, mine)
    revives = wanted is not None and wanted.action in ("resume", "resubscribe", "uncancel")
    if named := _bringing(scene, wanted, pool) or (_bringing(scene, wanted, mine) if revives else []):
        return named
    before = wanted.task.subscription_id if wanted and wanted.amends else None
    current = before or _talked_of(scene)
    # "Cancel it", said of one that has ended meanwhile, is no word about another.
    fits = mine if points_back(scene.text) else pool
    return [s for s in fits if s.subscription_id == current] or pool


def propose(
    scene: Scene,
    wanted: Wanted,
    subscription: Subscription,
    kind: str,
    payload: dict[str, Any],
    shown: str,
    **more: Any,
) -> Outcome:
    """Show what will be done with a subscription; "no, the other one" is understood even where no list was shown."""
    alive = [s for s in scene.context.subscriptions if s.status is not SubscriptionStatus.CANCELLED]
    return scene.propose(
        kind,
        {"subscription_id": subscription.subscription_id, **payload},
        shown,
        target=subscription.subscription_id,
        choices=[Choice(kind="subscription", id=s.subscription_id, label=things(s.items)) for s in alive],
        action=_PROPOSED[kind],
        task=_task(wanted, subscription, more),
        **scene.slots(subscription_id=subscription.subscription_id),
        **more,
    )


def ask(scene: Scene, wanted: Wanted, subscription: Subscription, question: str, **more: Any) -> Outcome:
    """Ask for what is missing; the answer goes on with the same action."""
    task = _task(wanted, subscription, more)
    slots = scene.slots(subscription_id=subscription.subscription_id)
    return scene.reply(question, action=wanted.action, task=task, **slots, **more)


def spoken_of(wanted: Wanted, planned: Sequence[date]) -> date | None:
    """The delivery that was spoken of before."""
    goes_on = wanted.amends or points_back(wanted.text)
    return next((d for d in reversed(wanted.task.dates) if goes_on and d in planned), None)


def _task(wanted: Wanted, subscription: Subscription, more: dict[str, Any]) -> SubscriptionTask:
    return SubscriptionTask(
        subscription_id=subscription.subscription_id,
        dates=more.pop("dates", []),
        change=more.pop("change", None),
        said=wanted.text[:_KEPT],
        named=wanted.found,
    )


def _only_points(scene: Scene) -> bool:
    """ "No, the other one", "no, SUB003": another subscription, and nothing else."""
    found = scene.entities
    return not _details(found) and bool(found.subscription_ids or _chosen(scene))


def _details(found: Entities) -> bool:
    return any((found.dates, found.frequency, found.quantity, found.delivery_day is not None))


def _chosen(scene: Scene) -> Choice | None:
    """The subscription that was picked from those offered. Beside a proposal none were counted up: "the first" may be
    a delivery."""
    choice = choice_in(scene.text, scene.state)
    if choice is None or choice.kind != "subscription":
        return None
    counted = scene.state.pending is None or means_other_one(scene.text)
    return choice if counted or choice.id.casefold() in scene.text.casefold() else None


def _open_action(scene: Scene) -> Action | None:
    """What is being arranged: shown and not agreed to yet, or waiting for an answer."""
    state = scene.state
    if state.pending is None and state.awaiting is None and not follows_up(scene.text):
        return None  # it was done
    if state.pending is not None:
        return _PROPOSED.get(state.pending.kind)
    known = [action for action in _PROPOSED.values() if action == state.action]
    return known[0] if known and state.task else None


def _bare_change(found: Entities) -> Action | None:
    """ "Every two weeks", said of a subscription."""
    return "change" if found.frequency or found.quantity or found.delivery_day is not None else None


def _names_a_time(found: Entities) -> bool:
    return bool(found.dates or found.subscription_ids) or found.delivery_day is not None


def _both(before: Entities, now: Entities) -> Entities:
    """What was named first, with what the answer adds."""
    added = {key: value for key, value in now.model_dump().items() if value and not getattr(before, key)}
    return before.model_copy(update=added)


def _pool(action: Action | None, mine: Sequence[Subscription]) -> list[Subscription]:
    alive = [s for s in mine if s.status is not SubscriptionStatus.CANCELLED]
    ended = [s for s in mine if s.status is SubscriptionStatus.CANCELLED]
    match action:
        case "resume":
            return [s for s in alive if s.status is SubscriptionStatus.PAUSED] or alive or ended
        case "resubscribe":
            return ended or alive
        case "uncancel":
            return [s for s in alive if s.cancel_after_next] or ended or alive
        case "unskip":
            return [s for s in alive if s.skipped or s.left_out] or alive or ended
        case _:
            return alive


def _bringing(scene: Scene, wanted: Wanted | None, pool: Sequence[Subscription]) -> list[Subscription]:
    """Those with a product that is named, in this message or in the one that it answers."""
    items = [NamedSku(sku=i.sku, name=i.name) for s in pool for i in s.items]
    for found, text in ((scene.entities, scene.text), (wanted.found, wanted.text) if wanted else (Entities(), "")):
        skus = set(named_products(found, text, items))
        if skus:
            return [s for s in pool if skus & {i.sku for i in s.items}]
    return []


def _talked_of(scene: Scene) -> str | None:
    """The subscription of the turns before, while the talk is of subscriptions or points back to it."""
    about = scene.state.topic is not None and scene.state.topic.value.startswith("SUBSCRIPTION")
    return scene.state.slots.subscription_id if about or points_back(scene.text) else None
