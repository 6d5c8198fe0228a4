"""One account as its store has it: every application with its lines, and what the next run will post."""

from __future__ import annotations

from datetime import timedelta

from mynapoint.programme.values import AccountId
from mynapoint.provider.explain_account import State, explain_account
from provider.test_chains import reissue
from provider.world import END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, World

AOKI, NEW, UENO = "SP00001234", "SP00005678", "SP00003456"


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
