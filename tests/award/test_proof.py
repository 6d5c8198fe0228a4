"""Proofs: lemmas for every rate and amount with z3, and the Python code itself over all paths with CrossHair.

Each proof is shown to be able to fail: the same question about a wrong rule gets a counterexample.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import z3  # type: ignore[import-untyped]
from crosshair.core_and_libs import analyze_function, run_checkables
from crosshair.options import AnalysisKind, AnalysisOptionSet
from crosshair.statespace import MessageType

from mynapoint.award.premium import due_points, net_yen, posted_now, premium_points, room_left, yen_to_fill
from mynapoint.programme.values import Points, Yen

RATE, ROOM, FILL, ONE, TWO, POSTED, BACK = z3.Ints("rate room fill one two posted back")


def least(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    return z3.If(a < b, a, b)


def floor_of(yen: z3.ArithRef, name: str) -> tuple[z3.ArithRef, z3.BoolRef]:
    """Return floor(yen × rate ÷ 100), for a rate that is not known, and what defines it."""
    points = z3.Int(name)
    return points, z3.And(points * 100 <= yen * RATE, yen * RATE < points * 100 + 100)


def proved(claim: z3.BoolRef, *given: z3.BoolRef) -> bool:
    solver = z3.Solver()
    solver.set("timeout", 20_000)
    solver.add(RATE >= 1, ROOM >= 0, ONE >= 0, TWO >= 0, *given, z3.Not(claim))
    answer = solver.check()
    assert answer != z3.unknown, "no answer in time"
    return bool(answer == z3.unsat)


def test_what_is_due_never_exceeds_the_room_at_any_rate() -> None:
    points, defined = floor_of(ONE, "points")

    assert proved(z3.And(least(points, ROOM) >= 0, least(points, ROOM) <= ROOM), defined)
    assert not proved(least(points, ROOM + 1) <= ROOM, defined), "a cap that is off by one must be found"


def test_more_matured_yen_never_lower_what_is_due_at_any_rate() -> None:
    less, less_defined = floor_of(ONE, "less")
    more, more_defined = floor_of(ONE + TWO, "more")

    assert proved(least(less, ROOM) <= least(more, ROOM), less_defined, more_defined)
    assert not proved(least(less, ROOM) < least(more, ROOM), less_defined, more_defined), "a cap stops the growth"


def test_yen_beyond_those_that_fill_the_room_change_nothing_at_any_rate() -> None:
    """The tables cut yen off there, so that no engine divides a large figure, and know a threshold by it."""
    fills = z3.And(FILL >= 0, FILL * RATE >= ROOM * 100, (FILL - 1) * RATE < ROOM * 100)
    whole, whole_defined = floor_of(ONE, "whole")
    cut, cut_defined = floor_of(least(ONE, FILL), "cut")

    assert proved(least(cut, ROOM) == least(whole, ROOM), fills, whole_defined, cut_defined)
    assert proved((whole >= ROOM) == (ONE >= FILL), fills, whole_defined)
    one_less = z3.And(FILL >= 0, (FILL + 1) * RATE >= ROOM * 100, FILL * RATE < ROOM * 100)
    assert not proved(least(cut, ROOM) == least(whole, ROOM), one_less, whole_defined, cut_defined, RATE == 25)


def test_posting_on_the_way_ends_in_the_same_total_at_any_rate() -> None:
    first, first_defined = floor_of(ONE, "first")
    both, both_defined = floor_of(ONE + TWO, "both")
    due_first, due_both = least(first, ROOM), least(both, ROOM)
    posted_first = due_first - POSTED
    posted_second = due_both - (POSTED + posted_first)

    assert proved(POSTED + posted_first + posted_second == due_both, first_defined, both_defined)
    second, second_defined = floor_of(TWO, "second")
    each_batch = least(first, ROOM) + least(second, ROOM)
    assert not proved(each_batch == due_both, first_defined, second_defined, both_defined, RATE == 25)


def test_a_claw_back_leaves_no_residue_at_any_rate() -> None:
    bought, bought_defined = floor_of(ONE, "bought")
    left, left_defined = floor_of(ONE - BACK, "left")
    posted = least(bought, ROOM)
    claw_back = least(left, ROOM) - posted
    refunded = z3.And(BACK >= 0, BACK <= ONE)

    assert proved(z3.And(claw_back <= 0, posted + claw_back >= 0), bought_defined, left_defined, refunded)
    assert proved(posted + claw_back == 0, bought_defined, left_defined, BACK == ONE)
    uncapped = left - bought
    assert not proved(posted + uncapped >= 0, bought_defined, left_defined, refunded, RATE == 25), "below zero"


def test_both_rounds_together_stay_under_one_cap_at_any_rate() -> None:
    round1, round1_defined = floor_of(ONE, "round1")
    round2, round2_defined = floor_of(TWO, "round2")
    given_in_round1 = least(round1, ROOM)
    carried_over = least(round2, ROOM - given_in_round1)

    assert proved(given_in_round1 + carried_over <= ROOM, round1_defined, round2_defined)
    assert not proved(given_in_round1 + least(round2, ROOM) <= ROOM, round1_defined, round2_defined)


def a_life(first_yen: int, second_yen: int, refunded_yen: int, elsewhere: int) -> tuple[int, int, int]:
    """Two uses with a run after each, then a refund of the first: the room, what is posted, and what is posted last.

    pre: 0 < first_yen <= 10**12 and 0 < second_yen <= 10**12 and 0 <= refunded_yen <= 10**12
    pre: 0 <= elsewhere <= 10**12
    post: 0 <= __return__[1] <= __return__[0] <= 5000
    post: __return__[2] <= 0
    """
    room = room_left(Points(5_000), Points(elsewhere))
    posted = Points(0)
    for matured in (first_yen, first_yen + second_yen):
        posted = Points(posted + posted_now(due_points(Yen(matured), room, 25), posted))
    left = net_yen(Yen(first_yen), Yen(refunded_yen)) + second_yen
    last = posted_now(due_points(Yen(left), room, 25), posted)
    return room, posted + last, last


def the_core(yen: int, refunded_yen: int, elsewhere: int, rate: int) -> tuple[int, int, int, int, int]:
    """Each function of the integer core once, at any rate: net, room, points, yen that fill the room, due.

    pre: 0 <= yen <= 10**12 and 0 <= refunded_yen <= 10**12 and 0 <= elsewhere <= 10**12 and 1 <= rate <= 100
    post: __return__[0] == max(yen - refunded_yen, 0)
    post: __return__[1] == max(5000 - elsewhere, 0)
    post: 0 <= __return__[2] <= __return__[0]
    post: __return__[3] * rate >= __return__[1] * 100 > (__return__[3] - 1) * rate
    post: __return__[4] == min(__return__[2], __return__[1])
    """
    net = net_yen(Yen(yen), Yen(refunded_yen))
    room = room_left(Points(5_000), Points(elsewhere))
    return net, room, premium_points(net, rate), yen_to_fill(room, rate), due_points(net, room, rate)


def a_life_with_a_wrong_cap(first_yen: int) -> int:
    """
    pre: 0 < first_yen <= 10**12
    post: __return__ <= 5000
    """
    return due_points(Yen(first_yen), Points(5_001), 25)


OPTIONS = AnalysisOptionSet(
    analysis_kind=[AnalysisKind.PEP316],
    per_condition_timeout=40.0,
    per_path_timeout=20.0,
    report_all=True,
)


@pytest.mark.parametrize("contract", [a_life, the_core])
def test_the_code_keeps_its_contract_on_every_path(contract: Callable[..., object]) -> None:
    """CrossHair may run out of time on a busy machine; it must then have found nothing."""
    states = {message.state for message in run_checkables(analyze_function(contract, OPTIONS))}

    assert states
    assert states <= {MessageType.CONFIRMED, MessageType.CANNOT_CONFIRM}, states


def test_a_seeded_fault_in_the_code_is_found() -> None:
    messages = list(run_checkables(analyze_function(a_life_with_a_wrong_cap, OPTIONS)))

    assert any(message.state is MessageType.POST_FAIL for message in messages), messages


@pytest.mark.parametrize("yen", [0, 1, 3, 4, 19_996, 19_999, 20_000, 20_001, 10**12])
def test_the_lemmas_speak_of_the_same_function_as_the_code(yen: int) -> None:
    points, defined = floor_of(z3.IntVal(yen), "points")

    assert proved(least(points, ROOM) == due_points(Yen(yen), Points(5_000), 25), defined, RATE == 25, ROOM == 5_000)
