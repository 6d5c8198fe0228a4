"""An award run, from the provider's files to the hub's receipt; the same run twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mynapoint.exchange.messages import LineRefusal, NoticeKind
from mynapoint.programme.service_rules import parse_service_rule
from mynapoint.programme.values import IncentiveId
from mynapoint.provider import award_run
from mynapoint.provider.award_run import RunRefused, Step
from mynapoint.provider.hub_client import HubUnreachable
from mynapoint.provider.points_gateway import Credit, CreditFailed
from mynapoint.provider.store import StoreBusy
from mynapoint.provider.table_files import UnreadableFile
from provider.remains import Remains, remains
from provider.world import APPLIED_AT, END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, RULE, World

AOKI = "SP00001234"
UENO = "SP00003456"
INSURANCE = IncentiveId("health_insurance")


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture
def month(world: World) -> World:
    """Two linked applications; 青木 topped up 20,000 yen and 上野 4,000 yen in July."""
    a_month(world)
    return world


def a_month(world: World) -> None:
    world.link("aoki-1", AOKI)
    world.link("ueno-1", UENO)
    world.put(
        "july.csv",
        ("t-1", AOKI, "top_up", None, 20_000, IN_JULY),
        ("t-2", UENO, "top_up", None, 4_000, IN_JULY),
        ("t-3", AOKI, "purchase", None, 1_280, IN_JULY),
    )


def test_a_month_of_top_ups_becomes_points_credited_and_reported(month: World) -> None:
    result = month.run()

    assert (result.files, result.accepted, result.repeated, result.set_aside) == (1, 3, 0, 0)
    assert (result.lines, result.points, result.posted, result.points_posted) == (2, 6_000, 2, 6_000)
    assert (result.reports, result.refused) == (1, 0)
    assert month.hub.points("aoki-1") == 5_000
    assert month.hub.points("ueno-1") == 1_000
    assert {line.posted_on for line in month.hub.lines.values()} == {date(2022, 8, 31)}
    assert [header.reported_up_to for header in month.hub.reports] == [END_OF_AUGUST]
    (written,) = (month.folder / "credits").iterdir()
    assert f"{AOKI},card_uptake,5000,2022-08-31" in written.read_text()


def test_nothing_is_awarded_a_microsecond_before_it_is_due(month: World) -> None:
    month.run(END_OF_AUGUST - timedelta(microseconds=1))
    assert month.hub.lines == {}

    month.run(END_OF_AUGUST)
    assert month.hub.points("aoki-1") == 5_000


def test_the_same_run_twice_changes_nothing(month: World) -> None:
    month.run()
    before, requests = month.contents(), len(month.hub.wire)

    result = month.run()

    assert (result.files, result.lines, result.posted, result.reports) == (0, 0, 0, 0)
    assert month.contents() == before
    assert len(month.hub.wire) == requests


def test_a_later_run_without_anything_due_only_says_up_to_when(month: World) -> None:
    month.run()

    month.run(END_OF_SEPTEMBER)

    assert [(header.line_count, header.reported_up_to) for header in month.hub.reports] == [
        (2, END_OF_AUGUST),
        (0, END_OF_SEPTEMBER),
    ]
    assert month.hub.points("aoki-1") == 5_000


def test_points_recorded_elsewhere_leave_less_room(world: World) -> None:
    world.link("aoki-1", AOKI, room=1_200)
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 20_000, IN_JULY))

    world.run()

    assert world.hub.points("aoki-1") == 1_200


def test_a_file_sent_again_under_another_name_or_with_more_rows_counts_once(month: World) -> None:
    month.run()
    july = month.provider.inbox / "july.csv"
    (month.provider.inbox / "july again.csv").write_bytes(july.read_bytes())
    month.put("more.csv", ("t-1", AOKI, "top_up", None, 20_000, IN_JULY), ("t-9", UENO, "top_up", None, 400, IN_JULY))

    result = month.run()

    assert (result.files, result.accepted, result.repeated, result.set_aside) == (1, 1, 1, 0)
    assert month.hub.points("ueno-1") == 1_100


def test_a_transaction_that_comes_again_with_other_content_is_set_aside_with_its_reason(month: World) -> None:
    month.run()
    month.put(
        "changed.csv", ("t-2", UENO, "top_up", None, 20_000, IN_JULY), ("t-8", UENO, "top_up", None, "x", IN_JULY)
    )

    result = month.run()

    assert (result.accepted, result.repeated, result.set_aside) == (0, 0, 2)
    assert month.hub.points("ueno-1") == 1_000
    rejects = (month.provider.inbox / "rejects" / "changed.csv").read_text()
    assert "2,transaction_id,t-2,was taken in before with other content" in rejects
    assert "3,amount_yen,x," in rejects


def test_a_broken_line_is_set_aside_and_its_neighbours_stand(month: World) -> None:
    path = month.put("broken.csv", ("t-7", UENO, "top_up", None, 400, IN_JULY))
    path.write_text(path.read_text() + "t-6,too,short\n")

    result = month.run()

    assert (result.accepted, result.set_aside) == (4, 1)
    assert month.hub.points("ueno-1") == 1_100


def test_a_refund_after_posting_takes_points_back(month: World) -> None:
    month.run()
    month.put("august.csv", ("r-1", UENO, "refund", "t-2", 4_000, END_OF_AUGUST + timedelta(hours=1)))

    result = month.run(END_OF_SEPTEMBER)

    assert (result.lines, result.points) == (1, -1_000)
    assert month.hub.points("ueno-1") == 0
    assert [line.points for line in month.hub.lines.values() if line.application_id == "ueno-1"] == [1_000, -1_000]


def test_a_run_from_scratch_agrees_with_the_cells_or_says_how_many_differed_and_stands(month: World) -> None:
    month.run()
    assert award_run.run(month.provider, as_of=END_OF_AUGUST, now=END_OF_AUGUST, from_scratch=True).differing == 0
    with month.store.step() as connection:
        connection.execute("UPDATE cells SET worth = worth - 400 WHERE worth = 4000")

    result = award_run.run(month.provider, as_of=END_OF_SEPTEMBER, now=END_OF_SEPTEMBER, from_scratch=True)

    assert (result.differing, result.lines) == (1, 0)
    assert month.run(END_OF_SEPTEMBER).lines == 0


def test_every_file_is_told_with_all_its_rows(month: World) -> None:
    month.put("more.csv", ("t-1", AOKI, "top_up", None, 20_000, IN_JULY), ("t-9", UENO, "top_up", None, "x", IN_JULY))

    taken = month.run().taken

    assert [(one.name, one.rows, one.accepted, one.repeated, one.set_aside) for one in taken] == [
        ("july.csv", 3, 3, 0, 0),
        ("more.csv", 2, 0, 1, 1),
    ]


def test_credits_of_many_lines_go_out_in_parts_and_each_once(month: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(award_run, "CREDITS_MAX", 1)

    class Dies:
        def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
            if batch.endswith("-2"):
                raise Killed
            return month.provider.gateway.credit(batch, instructions, now=now)

    with pytest.raises(Killed):
        award_run.run(replace(month.provider, gateway=Dies()), as_of=END_OF_AUGUST, now=END_OF_AUGUST)
    assert month.run().points_posted == 6_000

    assert len(list((month.folder / "credits").iterdir())) == 2
    assert (month.hub.points("aoki-1"), month.hub.points("ueno-1")) == (5_000, 1_000)


def test_uses_taken_in_before_their_account_was_linked_count_too(world: World) -> None:
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 8_000, IN_JULY), ("t-2", UENO, "top_up", None, 4_000, IN_JULY))
    world.link("ueno-1", UENO)
    world.run()

    world.link("aoki-1", AOKI)
    world.run(END_OF_SEPTEMBER)

    assert (world.hub.points("aoki-1"), world.hub.points("ueno-1")) == (2_000, 1_000)


def test_a_refund_may_come_in_before_its_use_and_another_months_later(world: World) -> None:
    world.link("aoki-1", AOKI)
    world.put("early.csv", ("r-1", AOKI, "refund", "t-1", 2_000, IN_JULY))
    world.run(IN_JULY)

    world.put("july.csv", ("t-1", AOKI, "top_up", None, 8_000, IN_JULY))
    assert world.run().points == 1_500

    world.put("late.csv", ("r-2", AOKI, "refund", "t-1", 2_000, END_OF_AUGUST))
    assert world.run(END_OF_SEPTEMBER).points == -500


def test_a_changed_service_file_is_applied_to_everything_by_the_next_run(month: World) -> None:
    month.run()
    stricter = replace(month.provider, rules=(parse_service_rule({**RULE, "minimum_yen": 5_000}),))

    result = award_run.run(stricter, as_of=END_OF_SEPTEMBER, now=END_OF_SEPTEMBER)

    assert (result.lines, result.points) == (1, -1_000)


def test_two_ids_with_one_hash_are_two_transactions(month: World) -> None:
    month.run()
    with month.store.step() as connection:
        connection.execute("UPDATE uses SET transaction_hash = hash('t-9') WHERE transaction_id = 't-2'")
    month.put("more.csv", ("t-9", UENO, "top_up", None, 400, IN_JULY))
    month.put("refund.csv", ("r-9", UENO, "refund", "t-9", 200, IN_JULY))

    result = month.run(END_OF_SEPTEMBER)

    assert (result.accepted, result.repeated, result.points) == (2, 0, 50)


def test_going_back_in_time_is_refused_and_changes_nothing(month: World) -> None:
    month.run()
    before = month.contents()

    with pytest.raises(RunRefused, match="take back"):
        month.run(END_OF_AUGUST - timedelta(days=1))

    assert month.contents() == before


def test_a_run_in_the_future_is_refused(month: World) -> None:
    with pytest.raises(RunRefused, match="future"):
        award_run.run(month.provider, as_of=END_OF_AUGUST, now=END_OF_AUGUST - timedelta(seconds=1))


def test_two_runs_at_once_are_refused(month: World) -> None:
    def run_again(step: Step, _words: str) -> None:
        with pytest.raises(StoreBusy, match="another award run"):
            month.run()

    month.run(progress=run_again)

    assert month.hub.points("aoki-1") == 5_000


def test_a_direct_incentive_is_credited_once_through_the_same_steps(world: World) -> None:
    world.link("aoki-2", AOKI, incentive=INSURANCE, room=7_500)
    world.run(APPLIED_AT)
    assert world.hub.points("aoki-2") == 0

    world.link("aoki-2", AOKI, incentive=INSURANCE, room=7_500, points=7_500, kind=NoticeKind.AWARD_INSTRUCTION)
    result = world.run(IN_JULY)
    again = world.run(END_OF_AUGUST)

    assert (result.lines, result.points_posted, again.lines) == (1, 7_500, 0)
    assert world.hub.points("aoki-2") == 7_500


def test_a_stopped_application_gets_nothing_until_it_is_resumed(month: World) -> None:
    month.link("aoki-1", AOKI, kind=NoticeKind.STOP)
    month.run()
    assert month.hub.points("aoki-1") == 0
    assert month.hub.points("ueno-1") == 1_000

    month.link("aoki-1", AOKI, kind=NoticeKind.RESUME)
    month.run(END_OF_SEPTEMBER)
    assert month.hub.points("aoki-1") == 5_000


def test_a_line_the_hub_refuses_is_kept_with_its_reason(month: World) -> None:
    month.hub.refuse["ueno-1"] = LineRefusal.STOPPED

    result = month.run()

    assert (result.reports, result.refused) == (1, 1)
    with month.store.step() as connection:
        rows = connection.execute("SELECT application_id, reason FROM refused_lines JOIN award_lines USING (line_id)")
        assert rows.fetchall() == [("ueno-1", "stopped")]


@pytest.mark.parametrize("step", list(Step))
def test_a_run_killed_after_any_step_is_repaired_by_the_next(month: World, undisturbed: Remains, step: Step) -> None:
    def kill(done: Step, _words: str) -> None:
        if done is step:
            raise Killed

    with pytest.raises(Killed):
        month.run(progress=kill)
    month.run()

    assert_as_if_undisturbed(month, undisturbed)


def test_a_run_killed_between_the_credit_and_its_mark_credits_once(month: World, undisturbed: Remains) -> None:
    class Forgetful:
        def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
            month.provider.gateway.credit(batch, instructions, now=now)
            raise Killed

    with pytest.raises(Killed):
        award_run.run(replace(month.provider, gateway=Forgetful()), as_of=END_OF_AUGUST, now=END_OF_AUGUST)
    later = END_OF_AUGUST + timedelta(days=1)
    award_run.run(month.provider, as_of=END_OF_AUGUST, now=later)

    assert {line.posted_on for line in month.hub.lines.values()} == {date(2022, 8, 31)}
    assert_as_if_undisturbed(month, undisturbed)


def test_a_run_killed_between_the_hubs_answer_and_its_receipt_reports_once(month: World, undisturbed: Remains) -> None:
    def lose(path: str) -> None:
        raise Killed

    month.hub.after = lose
    with pytest.raises(Killed):
        month.run()
    month.hub.after = lambda path: None
    month.run()

    assert_as_if_undisturbed(month, undisturbed)


def test_an_unreachable_hub_leaves_the_report_for_the_next_run_as_the_same_bytes(
    month: World, undisturbed: Remains
) -> None:
    month.hub.statuses = [503] * 4
    with pytest.raises(HubUnreachable, match="run the same command again"):
        month.run()

    result = month.run()

    bodies = {request.rpartition(b"\n{")[2] for request in month.hub.wire if b"award-reports" in request}
    assert len(bodies) == 1
    assert result.reports == 1
    assert_as_if_undisturbed(month, undisturbed)


def test_points_that_cannot_be_credited_are_not_reported(month: World) -> None:
    class Closed:
        def credit(self, batch: str, instructions: Sequence[Credit], *, now: datetime) -> Mapping[str, date]:
            raise CreditFailed("the points system is closed")

    with pytest.raises(CreditFailed):
        award_run.run(replace(month.provider, gateway=Closed()), as_of=END_OF_AUGUST, now=END_OF_AUGUST)

    assert month.hub.lines == {}
    month.run()
    assert month.hub.points("aoki-1") == 5_000


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Remains:
    """What the month's run leaves when nothing disturbs it."""
    world = World(tmp_path_factory.mktemp("undisturbed"))
    a_month(world)
    world.run()
    return remains(world.store, world.folder / "credits")


def assert_as_if_undisturbed(world: World, undisturbed: Remains) -> None:
    assert remains(world.store, world.folder / "credits") == undisturbed
    assert (world.hub.points("aoki-1"), world.hub.points("ueno-1")) == (5_000, 1_000)
    assert [header.line_count for header in world.hub.reports] == [2]


def test_a_folder_in_the_inbox_is_passed_over_and_a_lost_link_is_told(month: World) -> None:
    (month.provider.inbox / "older.csv").mkdir()

    assert month.run().files == 1

    (month.provider.inbox / "lost.csv").symlink_to("nowhere.csv")
    with pytest.raises(UnreadableFile, match=r"lost\.csv: cannot be opened"):
        month.run()
