"""What is due: by month, each point once; and a final claim that leaves nothing."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from mynapoint.exchange.messages import ClaimState, StatedClaim
from mynapoint.programme.values import IncentiveId, Points
from mynapoint.provider.claims_due import Books, Brought, Due, Series, to_claim, total
from property_examples import examples

SERIES = Series("round2", IncentiveId("card_uptake"))
MONTHS = [f"2022-{month:02}" for month in range(7, 13)]
IN_JANUARY = date(2023, 1, 5)


def brought(**months: tuple[int, int]) -> Books:
    """``m07=(awarded, expired)`` and so on, of one series."""
    return {SERIES: {f"2022-{name[1:]}": Brought(Points(one), Points(other)) for name, (one, other) in months.items()}}


def told(due: Due, state: ClaimState = ClaimState.PAID) -> StatedClaim:
    of = (due.series.round_id, due.series.incentive, due.month, due.points, due.expired, due.final)
    return StatedClaim("c", *of, state)


def points(books: Books, *before: StatedClaim, on: date = IN_JANUARY, final: bool = False) -> list[tuple[str, int]]:
    return [(one.month, one.points) for one in to_claim(books, before, today=on, final=final)]


def test_each_month_that_is_over_is_claimed_once() -> None:
    books = brought(m07=(3_000, 0), m08=(2_000, 100), m09=(0, 0), m12=(7, 0))

    assert points(books, on=date(2022, 9, 1)) == [("2022-07", 3_000), ("2022-08", 1_900)]
    assert points(books) == [("2022-07", 3_000), ("2022-08", 1_900), ("2022-12", 7)]
    assert points(books, *map(told, to_claim(books, [], today=IN_JANUARY, final=False))) == []


def test_the_month_that_runs_is_not_claimed_to_its_last_day() -> None:
    books = brought(m07=(3_000, 0))

    assert points(books, on=date(2022, 7, 31)) == []
    assert points(books, on=date(2022, 8, 1)) == [("2022-07", 3_000)]


def test_what_was_reported_late_comes_with_the_next_month_that_is_over() -> None:
    (july,) = to_claim(brought(m07=(3_000, 0)), [], today=date(2022, 8, 5), final=False)
    books = brought(m07=(3_500, 0))

    assert points(books, told(july), on=date(2022, 8, 31)) == []
    assert points(books, told(july), on=date(2022, 9, 1)) == [("2022-08", 500)]


def test_a_refused_claim_counts_for_nothing_and_its_month_is_claimed_again() -> None:
    books = brought(m07=(3_000, 0))
    (july,) = to_claim(books, [], today=IN_JANUARY, final=False)

    assert points(books, told(july, ClaimState.REFUSED)) == [("2022-07", 3_000)]
    assert points(books, told(july, ClaimState.RETURNED)) == []


def test_a_claw_back_is_paid_back_but_never_more_than_was_claimed() -> None:
    (july,) = to_claim(brought(m07=(3_000, 0)), [], today=date(2022, 8, 5), final=False)

    assert points(brought(m07=(3_000, 0), m08=(-1_000, 0)), told(july)) == [("2022-08", -1_000)]
    assert points(brought(m07=(3_000, 0), m08=(-3_001, 0)), told(july)) == []


def test_the_final_claim_is_of_everything_and_made_once() -> None:
    books = brought(m07=(3_000, 400), m12=(2_000, 0))
    (july,) = to_claim(brought(m07=(3_000, 0)), [], today=date(2022, 8, 5), final=False)
    (final,) = to_claim(books, [told(july)], today=IN_JANUARY, final=True)

    assert (final.month, final.points, final.expired, final.final) == ("2023-01", 1_600, 400, True)
    assert points(books, told(july), told(final)) == [], "no monthly claim follows the final one"
    assert points(books, told(july), told(final), final=True) == []
    assert points(brought(m07=(3_000, 900), m12=(2_000, 0)), told(july), told(final), final=True) == [("2023-01", -500)]


def test_a_final_claim_of_nothing_is_made_all_the_same() -> None:
    books = brought(m07=(3_000, 0))
    (july,) = to_claim(books, [], today=IN_JANUARY, final=False)

    assert points(books, told(july), final=True) == [("2023-01", 0)]


def test_rounds_and_incentives_are_claimed_apart() -> None:
    other = Series("round1", IncentiveId("card_uptake"))
    books = {SERIES: {"2022-07": Brought(Points(5), Points(0))}, other: {"2022-07": Brought(Points(7), Points(0))}}

    made = to_claim(books, [], today=IN_JANUARY, final=False)

    assert [(one.series, one.points) for one in made] == [(other, 7), (SERIES, 5)]
    assert total(books) == 12


_MONTH = st.tuples(st.integers(-4_000, 5_000), st.integers(0, 900))


@given(
    months=st.lists(st.tuples(st.sampled_from(MONTHS), _MONTH), min_size=1, max_size=8),
    asks=st.lists(st.integers(7, 13), max_size=5),
    states=st.lists(st.sampled_from([ClaimState.PAID, ClaimState.REFUSED, ClaimState.SUBMITTED]), min_size=1),
)
@examples(200)
def test_whatever_happens_every_claim_is_cumulative_and_the_final_one_leaves_nothing(
    months: list[tuple[str, tuple[int, int]]], asks: list[int], states: list[ClaimState]
) -> None:
    books: dict[Series, dict[str, Brought]] = {SERIES: {}}
    for month, (awarded, expired) in months:
        books[SERIES][month] = Brought(Points(awarded), Points(expired))
    known: list[StatedClaim] = []
    for number, ask in enumerate(sorted(asks)):
        today = date(2022 + ask // 13, (ask - 1) % 12 + 1, 1)
        for one in to_claim(books, known, today=today, final=False):
            assert one.month < f"{today:%Y-%m}"
            assert sum(each.points for each in known if each.state is not ClaimState.REFUSED) == one.before
            assert one.points + one.before >= 0
            known.append(told(one, states[number % len(states)]))
            if known[-1].state is ClaimState.REFUSED:
                break

    (final,) = to_claim(books, known, today=IN_JANUARY, final=True)

    stands = sum(each.points for each in known if each.state is not ClaimState.REFUSED)
    assert stands + final.points == sum(one.awarded - one.expired for one in books[SERIES].values())
