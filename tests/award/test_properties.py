"""What must hold of every award whatever the rows, by Hypothesis: order, repetition, split, cap, growth, refunds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from award.both_engines import AFTER_USE, PASMO, awards, rule
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Kind, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import Points, Yen
from property_examples import examples

ACCOUNTS = ("SP00001234", "SP00002345", "SP00003456")
RULES = (
    rule(),
    rule(rounding="each", minimum_yen=1_000),
    rule(schedule=AFTER_USE, effective="next_day"),
    rule(schedule={"kind": "after_use", "hours": 30}, rounding="each", round="round2"),
    rule(schedule={"kind": "month_close", "months": 0, "day": 1}, effective="next_day_08:00"),
    rule(schedule={"kind": "month_close", "months": 2, "day": 15}, round="round1"),
    rule(schedule=PASMO),
    rule(schedule={"kind": "threshold", "months": 0, "day": "last"}, minimum_yen=500),
    rule(incentive="local_shopping", round="mihon", schedule={"kind": "threshold", "months": 1, "day": 28}),
)
BORDERS = [
    datetime.fromisoformat(text)
    for text in (
        "2020-09-01T00:00:00+09:00",
        "2021-12-31T23:59:59.999999+09:00",
        "2022-01-01T00:00:00+09:00",
        "2022-07-15T10:00:00+09:00",
        "2022-07-16T00:00:00+09:00",
        "2022-07-16T08:00:00+09:00",
        "2022-07-31T23:59:59.999999+09:00",
        "2022-08-01T00:00:00+09:00",
        "2022-08-31T00:00:00+09:00",
        "2023-02-28T00:00:00+09:00",
        "2023-02-28T23:59:59.999999+09:00",
        "2023-03-01T00:00:00+09:00",
        "2023-05-15T00:00:00+09:00",
        "2023-06-01T00:00:00+09:00",
        "2024-04-28T00:00:00+09:00",
    )
]
nudges = st.sampled_from([timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1), timedelta(hours=30)])
instants = st.builds(lambda at, by: at + by, st.sampled_from(BORDERS), nudges) | st.builds(
    lambda seconds: datetime(2022, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds), st.integers(0, 31_536_000)
)
as_ofs = st.sampled_from(BORDERS)
amounts = st.integers(1, 25_000) | st.sampled_from([1, 3, 499, 500, 999, 1_000, 19_999, 20_000, 999_999_999_999])


@st.composite
def uses(draw: st.DrawFn, *, conflicts: bool = False) -> list[Transaction]:
    """Rows of three accounts: uses, refunds of known and unknown rows, and repeated rows."""
    count = draw(st.integers(0, 9))
    rows: list[Transaction] = []
    for number in range(count):
        repeat = rows and draw(st.integers(0, 9)) == 0
        if repeat:
            row = draw(st.sampled_from(rows))
            rows.append(replace(row, amount_yen=Yen(draw(amounts))) if conflicts and draw(st.booleans()) else row)
            continue
        is_refund = draw(st.integers(0, 3)) == 0
        rows.append(
            Transaction(
                f"t{number}",
                draw(st.sampled_from(ACCOUNTS)),
                Kind.REFUND if is_refund else draw(st.sampled_from([Kind.TOP_UP, Kind.TOP_UP, Kind.PURCHASE])),
                draw(st.sampled_from([f"t{at}" for at in range(count + 2) if at != number])) if is_refund else None,
                Yen(draw(amounts)),
                draw(instants),
            )
        )
    return draw(st.permutations(rows))


@st.composite
def applications(draw: st.DrawFn) -> list[Enrolment]:
    """One application for each of two accounts; the third account has none."""
    return [
        Enrolment(
            f"A-{account}",
            account,
            draw(st.sampled_from([Kind.TOP_UP, Kind.TOP_UP, Kind.PURCHASE])),
            draw(instants),
            Points(draw(st.sampled_from([0, 0, 1, 3_200, 4_999, 5_000, 5_001]))),
        )
        for account in ACCOUNTS[:2]
    ]


rules = st.sampled_from(RULES)
few = examples(25)
many = examples(200)


@examples(120)
@given(rules, as_ofs, applications(), uses(conflicts=True), st.integers(0, 6_000))
def test_both_engines_agree_on_every_input(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction], posted: int
) -> None:
    awards(by, as_of, applied, rows, {applied[0].application_id: Points(posted)})


@many
@given(rules, as_ofs, applications(), uses(conflicts=True), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction], chance: object
) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    assert premium.awards(by, as_of, applied, shuffled, {}) == premium.awards(by, as_of, applied, rows, {})


@few
@given(rules, as_ofs, applications(), uses(conflicts=True))
def test_a_second_run_posts_nothing(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction]
) -> None:
    posted = awards(by, as_of, applied, rows)

    assert awards(by, as_of, applied, [*rows, *rows], posted) == {}


@few
@given(rules, st.lists(as_ofs, min_size=2, max_size=2), applications(), uses(), st.lists(st.integers(0, 9), max_size=2))
def test_runs_on_the_way_post_the_same_total_as_one_run(
    by: ServiceRule, days: list[datetime], applied: list[Enrolment], rows: list[Transaction], cuts: list[int]
) -> None:
    last = max(days)
    posted: dict[str, Points] = {}
    for cut, day in [*zip(sorted(cuts), sorted(days), strict=False), (len(rows), last)]:
        for application, points in awards(by, day, applied, rows[:cut], posted).items():
            posted[application] = Points(posted.get(application, 0) + points)

    assert without_zeros(posted) == premium.awards(by, last, applied, rows, {})


@many
@given(rules, as_ofs, applications(), uses(conflicts=True))
def test_nobody_is_due_less_than_nothing_or_more_than_the_room(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction]
) -> None:
    due = premium.awards(by, as_of, applied, rows, {})

    for application in applied:
        room = max(by.points_max - application.points_elsewhere, 0)
        assert 0 <= due.get(application.application_id, 0) <= room


@many
@given(rules, as_ofs, applications(), uses(), amounts, instants)
def test_one_more_use_never_lowers_what_is_due(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction], yen: int, at: datetime
) -> None:
    one_more = Transaction("new", ACCOUNTS[0], applied[0].counts, None, Yen(yen), at)

    before, after = due_of_both(by, as_of, applied, rows, [*rows, one_more])

    assert after.get(applied[0].application_id, 0) >= before.get(applied[0].application_id, 0)


@many
@given(rules, as_ofs, as_ofs, applications(), uses())
def test_waiting_never_lowers_what_is_due(
    by: ServiceRule, one: datetime, other: datetime, applied: list[Enrolment], rows: list[Transaction]
) -> None:
    earlier = premium.awards(by, min(one, other), applied, rows, {})
    later = premium.awards(by, max(one, other), applied, rows, {})

    assert all(later.get(application, 0) >= points for application, points in earlier.items())


@few
@given(rules, as_ofs, applications(), uses(), uses())
def test_what_others_do_changes_nothing_of_mine(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction], others: list[Transaction]
) -> None:
    mine = [row for row in rows if row.account_id == ACCOUNTS[0]]
    theirs = [
        replace(row, transaction_id=f"x{row.transaction_id}", account_id=ACCOUNTS[1])
        for row in others
        if row.account_id != ACCOUNTS[0]
    ]
    alone = awards(by, as_of, applied[:1], mine)
    together = awards(by, as_of, applied, [*theirs, *mine])

    assert together.get(applied[0].application_id, 0) == alone.get(applied[0].application_id, 0)


@few
@given(rules, as_ofs, applications(), uses(), instants)
def test_when_everything_is_refunded_everything_is_taken_back(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction], at: datetime
) -> None:
    posted = awards(by, as_of, applied, rows)
    refunds = [
        replace(
            row,
            transaction_id=f"back-{row.transaction_id}",
            kind=Kind.REFUND,
            refunds=row.transaction_id,
            occurred_at=at,
        )
        for row in premium.first_of_each_id(rows)
        if row.kind is not Kind.REFUND
    ]

    taken_back = awards(by, as_of, applied, [*refunds, *rows], posted)

    assert taken_back == {application: -points for application, points in posted.items()}


def due_of_both(
    by: ServiceRule, as_of: datetime, applied: Sequence[Enrolment], *ledgers: Sequence[Transaction]
) -> list[dict[str, Points]]:
    return [premium.awards(by, as_of, applied, rows, {}) for rows in ledgers]


def without_zeros(points: Mapping[str, int]) -> dict[str, int]:
    return {application: total for application, total in points.items() if total}
