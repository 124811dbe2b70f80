from __future__ import annotations

from care.models.refund import RefundStatus
from care.rules.refund_case import ignored, moved
from care.rules.refund_notices import notice_for
from tests.stores.make import AT, refund


def _told(*, ruled_before: bool) -> str:
    """The id of the notice that a case is in review; a ruling that came too early may stand before that step."""
    case = refund()
    if ruled_before:
        case = ignored(case, "amy", "It is still being assessed.", AT)
    notice = notice_for(moved(case, AT, "machine", "in_review", status=RefundStatus.IN_REVIEW))
    assert notice
    return notice.notification_id


def test_a_ruling_that_was_ignored_does_not_make_the_same_step_another_one() -> None:
    assert _told(ruled_before=False) == _told(ruled_before=True)


def test_each_time_a_case_comes_into_review_is_told() -> None:
    case = moved(refund(), AT, "machine", "in_review", status=RefundStatus.IN_REVIEW)
    back = moved(case, AT, "amy", "request_evidence", status=RefundStatus.NEEDS_EVIDENCE)
    again = moved(back, AT, "machine", "in_review", status=RefundStatus.IN_REVIEW)
    first, second = notice_for(case), notice_for(again)
    assert first
    assert second
    assert first.notification_id != second.notification_id
