"""Notices become linked accounts: each once, in order, and only with our own proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mynapoint.exchange.messages import ApplicationNotice, NoticeKind
from mynapoint.exchange.signatures import SigningKey, sign_document
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber
from mynapoint.provider.explain_account import State, explain_account
from mynapoint.provider.hub_client import HubAnswerMalformed
from mynapoint.provider.store_tables import LINKED
from provider.world import APPLIED_AT, END_OF_AUGUST, IN_JULY, World

AOKI, UENO = "SP00001234", "SP00003456"
END_OF_OCTOBER = datetime(2022, 10, 30, 15, 0, tzinfo=UTC)
ONCE = ", UNIQUE (account_id, incentive)"
"""What version 3 of the store held an account to."""


def told(world: World, application_id: str = "aoki-1", account_id: str = AOKI) -> ApplicationNotice:
    return world.hub.tell(world.prove(account_id), application_id, at=APPLIED_AT)


def reasons(world: World) -> list[str | None]:
    with world.store.step() as connection:
        return [row[0] for row in connection.execute("SELECT set_aside FROM notices ORDER BY cursor").fetchall()]


def linked(world: World) -> list[tuple[str, str]]:
    with world.store.step() as connection:
        return connection.execute("SELECT application_id, account_id FROM linked ORDER BY 1").fetchall()


def test_every_page_of_notices_is_read_and_each_application_is_linked(world: World) -> None:
    for number in range(5):
        told(world, f"a-{number}", f"SP0000000{number}")

    pulled = world.pull()

    assert (pulled.notices, pulled.linked, pulled.set_aside, pulled.cursor) == (5, 5, 0, 50)
    assert linked(world) == [(f"a-{number}", f"SP0000000{number}") for number in range(5)]


def test_pulling_again_changes_nothing(world: World) -> None:
    told(world)
    world.pull()
    before = world.contents()

    assert world.pull().notices == 0
    assert world.contents() == before


def test_a_pull_that_is_cut_off_goes_on_where_it_stopped(world: World) -> None:
    for number in range(4):
        told(world, f"a-{number}", f"SP0000000{number}")
    pages = iter([None, RuntimeError("cut off")])

    def cut(_path: str) -> None:
        if error := next(pages):
            raise error

    world.hub.after = cut
    with pytest.raises(RuntimeError):
        world.pull()
    assert len(linked(world)) == 2

    world.hub.after = lambda path: None
    assert world.pull().linked == 2


def test_a_notice_without_our_proof_links_nothing(world: World) -> None:
    notice = told(world)
    stranger = SigningKey.generate("sample-pay-1")
    world.hub.notices = [
        replace(notice, cursor=1, proof=sign_document(stranger, b"{}")),
        replace(notice, cursor=2, proof="not a document"),
        replace(notice, cursor=3, account_reference="another-reference"),
        replace(notice, cursor=4, incentive=IncentiveId("health_insurance")),
        replace(notice, cursor=5, proof=world.prove(UENO).proof),
        replace(notice, cursor=6, service_number=ServiceNumber("MP0000002")),
    ]

    pulled = world.pull()

    assert (pulled.linked, pulled.set_aside) == (0, 6)
    assert linked(world) == []
    assert reasons(world) == ["proof_not_ours"] * 5 + ["other_service"]


def test_one_account_serves_one_application_for_an_incentive(world: World) -> None:
    first = told(world)
    world.hub.notices.append(replace(first, cursor=11, application_id="ueno-1"))

    pulled = world.pull()

    assert (pulled.linked, pulled.set_aside) == (1, 1)
    assert linked(world) == [("aoki-1", AOKI)]
    assert reasons(world) == [None, "account_already_linked"]


def test_an_instruction_with_another_sum_is_set_aside(world: World) -> None:
    notice = replace(told(world), kind=NoticeKind.AWARD_INSTRUCTION)
    world.hub.notices = [
        replace(notice, cursor=1, points=Points(7_500)),
        replace(notice, cursor=2, points=Points(7_500)),
        replace(notice, cursor=3, points=Points(9_000)),
    ]

    world.pull()

    assert reasons(world) == [None, None, "changed_content"]
    with world.store.step() as connection:
        assert connection.execute("SELECT points FROM instructions").fetchall() == [(7_500,)]


def test_a_stop_for_an_unknown_application_is_set_aside(world: World) -> None:
    world.hub.notices = [replace(told(world), kind=NoticeKind.STOP, application_id="unknown")]

    world.pull()

    assert reasons(world) == ["not_linked"]


def test_a_page_whose_cursors_do_not_grow_is_refused_whole(world: World) -> None:
    notice = told(world)
    world.hub.notices = [notice, replace(notice, application_id="b-1")]

    with pytest.raises(HubAnswerMalformed, match="must grow"):
        world.pull()

    assert linked(world) == []


def stopped(world: World, application_id: str) -> None:
    """Let the hub stop an application, as it does twice for a mislink: for a look, and for good."""
    world.hub.tell(world.proofs[application_id], application_id, at=APPLIED_AT, kind=NoticeKind.STOP)
    world.pull()


def test_an_account_that_a_stop_has_freed_serves_its_owner_with_what_room_is_left(world: World) -> None:
    world.link("mislinked", AOKI)
    world.put("july.csv", ("t-1", AOKI, "top_up", None, 12_000, IN_JULY))
    assert world.run().points == 3_000
    stopped(world, "mislinked")
    stopped(world, "mislinked")

    world.link("aoki-1", AOKI, at=END_OF_AUGUST)

    assert reasons(world) == [None] * 4
    world.put("september.csv", ("t-2", AOKI, "top_up", None, 20_000, END_OF_AUGUST))
    result = world.run(END_OF_OCTOBER)
    assert (result.lines, result.points) == (1, 2_000), "3,000 points of 5,000 are on the account since July"
    assert (world.hub.points("mislinked"), world.hub.points("aoki-1")) == (3_000, 2_000)
    assert world.run(END_OF_OCTOBER).lines == 0
    with world.store.step() as connection:
        explained = explain_account(connection, world.provider.rules, AccountId(AOKI), END_OF_OCTOBER)
    assert [one.state for one in explained.applications] == [State.STOPPED, State.COUNTS]


def test_an_account_that_was_resumed_is_not_proved_again(world: World) -> None:
    world.link("aoki-1", AOKI)
    proof = world.proofs["aoki-1"]
    stopped(world, "aoki-1")
    world.prove(AOKI)
    world.hub.tell(proof, "aoki-1", at=APPLIED_AT, kind=NoticeKind.RESUME)
    world.pull()

    with pytest.raises(AssertionError, match="already_linked"):
        world.prove(AOKI)


def test_a_store_of_version_3_becomes_one_in_which_a_freed_account_serves_again(world: World) -> None:
    world.link("mislinked", AOKI)
    before = world.contents()
    with world.store.step() as connection:
        connection.execute("CREATE TEMP TABLE kept AS FROM linked")
        connection.execute("DROP TABLE linked")
        connection.execute(LINKED.replace("linked_at TIMESTAMPTZ NOT NULL)", f"linked_at TIMESTAMPTZ NOT NULL{ONCE})"))
        connection.execute("INSERT INTO linked FROM kept")
        connection.execute("UPDATE store SET version = 3")
    assert world.contents() == before
    stopped(world, "mislinked")

    world.link("aoki-1", AOKI, at=END_OF_AUGUST)

    assert linked(world) == [("aoki-1", AOKI), ("mislinked", AOKI)]
