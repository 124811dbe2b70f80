"""Policies that were in force, and what changed from one to another."""

from __future__ import annotations

from nicegui import ui

from care.models.policy import InForce, RefundPolicy
from care.rules.policy_history import in_force
from ui.language import _
from ui.parts import words
from ui.parts.elements import box, card, chip, empty, telling, text
from ui.parts.policy_words import Difference, differences
from ui.visit import Visit


async def versions(visit: Visit) -> None:
    kept = visit.services.stores.policies
    spans = in_force(await kept.uses())
    if not spans:
        empty("history", _("No version yet"), _("The first worker that starts writes down what it works under."))
        return
    names = list(dict.fromkeys(each.version for each in spans))
    with box("grid wide-left"):
        with card(_("What changed")):
            await _comparison(visit, names)
        with card(_("In force"), side=_("newest first")), box("rows", tag="ul"):
            for span in spans:
                with box("row-still", tag="li"):
                    _span(visit, span)


def _span(visit: Visit, span: InForce) -> None:
    with box("stack grow"):
        text(span.version, "strong small wrap")
        since = words.moment(span.since, visit.zone)
        if span.until:
            text(_("{since} to {until} UTC", since=since, until=words.moment(span.until, visit.zone)), "mute small")
        else:
            text(_("since {since} UTC", since=since), "mute small")
    if span.until is None:
        chip(_("Now"), "good")


async def _comparison(visit: Visit, names: list[str]) -> None:
    """The latest two at first."""
    if len(names) < 2:
        text(_("There is only one version so far: nothing has changed."), "mute")
        return
    kept = visit.services.stores.policies

    shown = ui.refreshable(changed)

    async def compare() -> None:
        asked = (old.value, new.value)
        with telling():
            found = differences(await kept.get(str(old.value)), await kept.get(str(new.value)))
            if asked == (old.value, new.value):  # else another answer is on its way
                shown.refresh(found)

    with box("grid pair"):
        old = ui.select(names, value=names[1], label=_("From")).props("outlined dense options-dense")
        new = ui.select(names, value=names[0], label=_("To")).props("outlined dense options-dense")
    for choice in (old, new):
        choice.on_value_change(compare)
    with box("stack loose").props("aria-live=polite"):
        shown(differences(await kept.get(names[1]), await kept.get(names[0])))


def changed(found: list[Difference]) -> None:
    if not found:
        text(_("Nothing that this page tells of."), "mute")
        return
    with box("rows apart", tag="ul"):
        for each in found:
            with box("stack", tag="li"):
                text(f"{each.title}: {each.name}", "small mute")
                with box("line wraps top"):
                    text(each.before if each.before is not None else _("not there"), "was wrap", tag="del")
                    text(each.after if each.after is not None else _("not there any more"), "strong wrap", tag="ins")


def same(one: RefundPolicy, other: RefundPolicy) -> bool:
    """Whether they say the same, whatever they are called."""
    return one.model_copy(update={"version": ""}) == other.model_copy(update={"version": ""})
