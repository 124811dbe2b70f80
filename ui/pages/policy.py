"""The refund policy: what is in force, what was before, and what a change would have done to closed cases."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from care.models.customer import OVERSEERS
from care.rules.policy_history import in_force
from ui.language import _, mark
from ui.parts import words
from ui.parts.case import facts
from ui.parts.elements import banner, box, card, chip, heading, icon, link, text
from ui.parts.policy_trial import trial
from ui.parts.policy_versions import versions
from ui.parts.policy_words import parts
from ui.visit import Visit


async def page(visit: Visit) -> None:
    views = {name: view for name, view in _VIEWS.items() if not view.overseers or visit.principal.role in OVERSEERS}
    show = visit.query.get("show", "")
    show = show if show in views else "now"
    with heading(_("Refund policy"), _(views[show].detail)):
        chip(visit.services.client.policy.version, "info")
    with box("options filters", tag="nav", name=_("What to look at")):
        for name, view in views.items():
            with link(f"/ui/policy?show={name}", "filter on" if name == show else "filter") as element:
                if name == show:
                    element.props["aria-current"] = "true"
                text(_(view.title), tag="span")
    with box("stack loose"):
        await views[show].draw(visit)


async def _now(visit: Visit) -> None:
    policy = visit.services.client.policy
    spans = in_force(await visit.services.stores.policies.uses())
    if spans and spans[0].version != policy.version:
        said = _("The workers use {version}. Restart web and worker with one file.", version=spans[0].version)
        banner("sync_problem", said, "warn")
    elif spans:
        since = words.day(spans[0].since.date(), today=visit.today())
        text(_("In force since {day}.", day=since), "mute")
    with box("columns"):
        for part in parts(policy):
            with card() as element:
                element.props["aria-label"] = part.title
                with box("line"):
                    icon(part.symbol)
                    text(part.title, tag="h2")
                facts(dict(part.rows))


@dataclass(frozen=True)
class _View:
    title: str
    detail: str
    draw: Callable[[Visit], Awaitable[None]]
    overseers: bool = False


_VIEWS = {
    "now": _View(mark("In force"), mark("What is decided by rule, and what by people."), _now),
    "versions": _View(mark("Versions"), mark("What was in force when, and what has changed."), versions),
    "try": _View(
        mark("Try a change"), mark("What it would have done to cases that are closed."), trial, overseers=True
    ),
}
