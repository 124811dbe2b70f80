from __future__ import annotations

import pytest

from care.models.subscription import Subscription, SubscriptionStatus
from care.rules.repair import Mend, compared
from tests.stores.make import AT, subscription

AT_5, AT_6 = subscription(version=5), subscription(version=6)
OTHER_5 = subscription(version=5, deliveries=9)
OVER_6 = subscription(version=6, status=SubscriptionStatus.CANCELLED, cancelled_at=AT)


@pytest.mark.parametrize(
    ("stored", "live", "mend"),
    [
        (AT_5, AT_5, Mend.NONE),
        (OVER_6, OVER_6, Mend.NONE),
        (None, None, Mend.NONE),
        (OVER_6, None, Mend.NONE),
        (None, AT_5, Mend.STORE),
        (None, OVER_6, Mend.STORE),
        (AT_5, AT_6, Mend.STORE),
        (AT_5, OVER_6, Mend.STORE),
        (OTHER_5, AT_5, Mend.STORE),
        (AT_5, None, Mend.START),
        (AT_6, AT_5, Mend.RESTART),
        (OVER_6, AT_5, Mend.END),
    ],
)
def test_whichever_is_ahead_is_right(stored: Subscription | None, live: Subscription | None, mend: Mend) -> None:
    finding = compared("SUB001", stored, live)
    assert finding.mend is mend
    assert bool(finding.found) == (mend is not Mend.NONE)
    assert not finding.done
