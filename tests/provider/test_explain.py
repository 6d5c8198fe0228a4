"""An explanation says what the award does: every use and refund with its reason, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given

from award.both_engines import PASMO, enrolment, rule, use
from award.test_properties import applications, as_ofs, rules, uses
from mynapoint.award import premium
from mynapoint.award.premium import Enrolment, Transaction
from mynapoint.programme.service_rules import ServiceRule
from mynapoint.programme.values import AccountId, tokyo_day
from mynapoint.provider.explain import Reason, RefundState, explain_premium
from mynapoint.provider.explain_account import State, explain_account
from property_examples import examples
from provider.test_chains import reissue
from provider.world import END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, World

AOKI, NEW, UENO = "SP00001234", "SP00005678", "SP00003456"


@examples(100)
@given(rules, as_ofs, applications(), uses())
def test_an_explanation_never_says_other_than_the_award(
    by: ServiceRule, as_of: datetime, applied: list[Enrolment], rows: list[Transaction]
) -> None:
    one = applied[0]
    account = premium.first_of_each_id([row for row in rows if row.account_id == one.account_id])

    told = explain_premium(by, one, account, as_of)

    assert told.due == premium.points_due(by, one, account, as_of)
    due = int(told.due)
    for change in told.next:
        before = premium.points_due(by, one, account, change.at - timedelta(microseconds=1))
        assert (before, premium.points_due(by, one, account, change.at)) == (due, due + change.points)
        due += change.points
    assert due == premium.points_due(by, one, account, datetime.fromisoformat("2199-12-31T00:00:00+09:00"))
    counted = premium.eligible_uses(by, one, account)
    at = sorted((use.occurred_at, use.net_yen) for use in told.uses if use.reason is None)
    assert at == sorted((use.occurred_at, use.net_yen) for use in counted)
    matured = sum(use.net_yen or 0 for use in told.uses if use.matures_at and use.matures_at <= as_of)
    assert matured == told.matured_yen


def test_each_use_that_does_not_count_has_its_reason() -> None:
    rows = [
        use("t-1", 500, "2022-07-20T10:00:00+09:00"),
        use("t-2", 20, "2022-07-20T10:00:00+09:00"),
        use("t-3", 500, "2022-07-20T10:00:00+09:00", kind="purchase"),
        use("t-4", 500, "2022-07-15T09:59:59+09:00"),
        use("t-5", 500, "2020-08-31T23:59:59+09:00"),
        use("t-6", 500, "2023-03-01T00:00:00+09:00"),
    ]

    told = explain_premium(
        rule(minimum_yen=100), enrolment(), rows, datetime.fromisoformat("2022-09-01T00:00:00+09:00")
    )

    assert {one.transaction_id: one.reason for one in told.uses} == {
        "t-1": None,
        "t-2": Reason.BELOW_MINIMUM,
        "t-3": Reason.OTHER_KIND,
        "t-4": Reason.BEFORE_APPLYING,
        "t-5": Reason.BEFORE_PERIOD,
        "t-6": Reason.AFTER_PERIOD,
    }


def test_each_refund_says_what_it_does() -> None:
    rows = [
        use("t-1", 500, "2022-07-20T10:00:00+09:00"),
        use("t-2", 500, "2022-07-20T10:00:00+09:00", kind="purchase"),
        use("r-1", 100, "2022-07-21T10:00:00+09:00", refunds="t-1"),
        use("r-2", 100, "2022-07-21T10:00:00+09:00", refunds="t-2"),
        use("r-3", 100, "2022-07-21T10:00:00+09:00", refunds="r-1"),
        use("r-4", 100, "2022-07-21T10:00:00+09:00", refunds="t-9"),
    ]

    told = explain_premium(rule(), enrolment(), rows, datetime.fromisoformat("2022-09-01T00:00:00+09:00"))

    assert [one.state for one in told.refunds] == [
        RefundState.COUNTS,
        RefundState.ORIGINAL_DOES_NOT_COUNT,
        RefundState.NAMES_A_REFUND,
        RefundState.ORIGINAL_NOT_HERE,
    ]
    assert told.net_yen == 400


def test_a_threshold_says_when_everything_comes_as_things_stand() -> None:
    as_of = datetime.fromisoformat("2022-08-01T00:00:00+09:00")
    one = use("t-1", 19_000, "2022-07-20T10:00:00+09:00")
    two = use("t-2", 1_000, "2022-07-25T10:00:00+09:00")

    unreached = explain_premium(rule(schedule=PASMO), enrolment(), [one], as_of)
    reached = explain_premium(rule(schedule=PASMO), enrolment(), [one, two], as_of)

    assert [(str(tokyo_day(change.at)), change.points) for change in unreached.next] == [("2023-05-15", 4_750)]
    assert [(str(tokyo_day(change.at)), change.points) for change in reached.next] == [("2022-10-15", 5_000)]


def test_an_account_is_explained_with_all_its_cards_its_lines_and_what_is_due_now(world: World) -> None:
    world.link("aoki-1", AOKI)
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 8_000, IN_JULY))
    world.run()
    world.put("late.csv", ("t-2", NEW, "top_up", None, 4_000, IN_JULY), ("r-1", AOKI, "refund", "t-2", 400, IN_JULY))
    reissue(world, "reissued.csv", (NEW, AOKI))
    world.run()

    with world.store.step() as connection:
        told = explain_account(connection, world.provider.rules, AccountId(NEW), END_OF_SEPTEMBER)

    (one,) = told.applications
    assert (told.accounts, told.rows, one.state) == ((AOKI, NEW), 3, State.COUNTS)
    assert one.premium is not None
    assert (one.premium.due, one.posted, one.due_now) == (2_900, 2_900, 0)
    assert [(line.points, str(line.credited_on), line.reported_at is not None) for line in one.lines] == [
        (2_000, "2022-08-31", True),
        (900, "2022-08-31", True),
    ]


def test_what_is_due_now_is_what_the_next_run_posts(world: World) -> None:
    world.link("aoki-1", AOKI)
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 8_000, IN_JULY))
    world.run(IN_JULY + timedelta(days=1))

    with world.store.step() as connection:
        told = explain_account(connection, world.provider.rules, AccountId(AOKI), END_OF_AUGUST)
        nobody = explain_account(connection, world.provider.rules, AccountId(UENO), END_OF_AUGUST)

    assert told.applications[0].due_now == world.run(END_OF_AUGUST).points == 2_000
    assert (nobody.rows, nobody.applications) == (0, ())
