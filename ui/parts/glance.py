"""The supervisor's figures at a glance, above the plots."""

from __future__ import annotations

from care.models.analytics import Summary
from care.models.period import Period
from care.models.refund import RefundStatus
from ui.language import _, plural
from ui.parts.elements import box, stat
from ui.parts.numbers import number


def glance(summary: Summary, _period: Period) -> None:
    settled = sum(o.count for o in summary.refunds if o.status in (RefundStatus.PAID, RefundStatus.REJECTED))
    overdue = summary.reviews_overdue
    with box("grid four even"):
        stat(
            "fact_check",
            _("{n} open", n=number(summary.reviews_open)),
            _("Reviews, {n} overdue", n=number(overdue)) if overdue else _("Reviews, none overdue"),
            "bad" if overdue else "info",
            target="/ui/desk",
        )
        stat(
            "bolt",
            _("{n} of {all}", n=number(summary.automatic_refunds), all=number(settled)) if settled else _("None yet"),
            _("Refunds settled without a person"),
        )
        stat(
            "local_shipping",
            plural("{n} delivery", "{n} deliveries", summary.deliveries),
            _(
                "{skipped} skipped, {failed} not possible",
                skipped=number(summary.skipped_deliveries),
                failed=number(summary.failed_deliveries),
            ),
            "info",
        )
        stat(
            "event_repeat",
            _("{n} active", n=number(summary.subscriptions_active)),
            _(
                "{started} started, {cancelled} cancelled",
                started=number(summary.subscriptions_started),
                cancelled=number(summary.subscriptions_cancelled),
            ),
            "warn",
        )
