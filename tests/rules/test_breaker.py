"""When a failing provider is left alone, and when it is tried again."""

from __future__ import annotations

import pytest

from care.rules.breaker import LONGEST_REST, PATIENCE, REST, Breaker


def broken(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(PATIENCE):
        breaker.failed(at)
    return breaker


def test_a_few_failures_are_borne() -> None:
    breaker = Breaker()
    for _ in range(PATIENCE - 1):
        breaker.failed(0)
    assert (breaker.state(0), breaker.admits(0)) == ("closed", True)


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker()
    for _ in range(3 * PATIENCE):
        breaker.failed(0)
        breaker.succeeded()
    assert breaker.admits(0)


@pytest.mark.parametrize(("now", "state"), [(0, "open"), (REST - 0.1, "open"), (REST, "half_open")])
def test_after_too_many_failures_in_a_row_no_call_passes_for_a_while(now: float, state: str) -> None:
    assert broken().state(now) == state
    assert broken().admits(now) is (state == "half_open")


def test_one_trial_passes_and_the_others_wait_for_what_comes_of_it() -> None:
    breaker = broken()
    assert [breaker.admits(REST) for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.state(REST) == "closed"


def test_a_trial_that_fails_opens_again() -> None:
    breaker = broken()
    breaker.admits(REST)
    breaker.failed(REST + 2)
    assert not breaker.admits(2 * REST + 1)
    assert breaker.admits(2 * REST + 2)


def test_a_trial_that_never_ends_blocks_nothing_for_ever() -> None:
    breaker = broken()
    breaker.admits(REST)
    assert breaker.admits(2 * REST)


@pytest.mark.parametrize(("wait", "rest"), [(0.5, 0.5), (90, 90), (10**9, LONGEST_REST)])
def test_a_provider_that_says_for_how_long_is_left_alone_for_as_long_within_bounds(wait: float, rest: float) -> None:
    breaker = Breaker()
    breaker.failed(10, wait)
    assert not breaker.admits(10 + rest - 0.1)
    assert breaker.admits(10 + rest)


def test_a_late_failure_does_not_cut_the_rest_short() -> None:
    breaker = Breaker()
    breaker.failed(0, 90)
    for _ in range(PATIENCE):
        breaker.failed(1)
    assert not breaker.admits(60)
