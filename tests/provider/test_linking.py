"""Notices become linked accounts: each once, in order, and only with our own proof."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mynapoint.exchange.messages import ApplicationNotice, NoticeKind
from mynapoint.exchange.signatures import SigningKey, sign_document
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from mynapoint.provider.hub_client import HubAnswerMalformed
from provider.world import APPLIED_AT, World

AOKI, UENO = "SP00001234", "SP00003456"


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
