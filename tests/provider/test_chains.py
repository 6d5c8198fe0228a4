"""Re-issued cards: old and new count as one account, whenever the file that tells of them comes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mynapoint.exchange.codec import decode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, ProofRefusal
from mynapoint.provider.account_api import answer
from provider.world import DOOR_URL, END_OF_AUGUST, END_OF_SEPTEMBER, IN_JULY, World

OLD, NEW, NEWEST, OTHER = "SP00001234", "SP00005678", "SP00009012", "SP00009999"


def reissue(world: World, name: str, *pairs: tuple[str, str], at: datetime = IN_JULY) -> Path:
    """Put a file of re-issued cards (new, old) into the inbox."""
    path = world.provider.inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{new},{old},{at.isoformat()}\n" for new, old in pairs]
    path.write_text("account_id,replaces,reissued_at\n" + "".join(rows))
    return path


def test_uses_of_old_and_new_card_fill_one_cap_and_refunds_match_across_them(world: World) -> None:
    world.link("aoki-1", OLD)
    world.put(
        "july.csv",
        ("t-1", OLD, "top_up", None, 12_000, IN_JULY),
        ("t-2", NEWEST, "top_up", None, 6_000, IN_JULY),
        ("r-1", NEWEST, "refund", "t-1", 2_000, IN_JULY),
    )
    reissue(world, "reissued-july.csv", (NEW, OLD), (NEWEST, NEW))

    result = world.run()

    assert (result.files, result.accepted, result.points) == (2, 5, 4_000)
    assert world.hub.points("aoki-1") == 4_000


def test_a_file_of_reissued_cards_that_comes_late_is_made_up_for_by_the_next_run(world: World) -> None:
    world.link("aoki-1", OLD)
    world.put(
        "july.csv",
        ("t-1", OLD, "top_up", None, 12_000, IN_JULY),
        ("t-2", NEW, "top_up", None, 6_000, IN_JULY),
    )
    assert world.run().points == 3_000

    reissue(world, "reissued.csv", (NEW, OLD))

    assert world.run(END_OF_SEPTEMBER).points == 1_500


def test_a_second_replacement_a_circle_and_another_content_are_set_aside_with_their_reasons(world: World) -> None:
    reissue(world, "reissued-1.csv", (NEW, OLD), (NEWEST, NEW))
    assert world.run().accepted == 2

    reissue(world, "reissued-2.csv", (NEW, OLD), (OTHER, OLD), (OLD, NEWEST), (NEWEST, OTHER))
    result = world.run(END_OF_SEPTEMBER)

    assert (result.accepted, result.repeated, result.set_aside) == (0, 1, 3)
    rejects = (world.provider.inbox / "rejects" / "reissued-2.csv").read_text()
    assert f"3,replaces,{OLD},was replaced by {NEW} already" in rejects
    assert f'4,replaces,{NEWEST},"leads back to no first account' in rejects
    assert f"5,account_id,{NEWEST},was taken in before with other content" in rejects


def test_a_new_card_of_a_linked_account_is_not_linked_again(world: World) -> None:
    world.link("aoki-1", OLD)
    proof = world.prove(NEW)
    reissue(world, "reissued.csv", (NEW, OLD))
    world.run()

    body = world.hub.proof_request(NEW, "000000", request_id="again")
    told = decode(
        bytes(answer(world.door, world.hub.sign(f"{DOOR_URL}/v1/account-proofs", body), body).body),
        AccountProof,
        AccountProofRefused,
    )
    assert isinstance(told, AccountProofRefused)
    assert told.reason is ProofRefusal.ALREADY_LINKED

    world.proofs["aoki-again"] = proof
    world.link("aoki-again", NEW)
    with world.store.step() as connection:
        rows = connection.execute("SELECT set_aside FROM notices ORDER BY cursor").fetchall()
    assert rows == [(None,), ("account_already_linked",)]


def test_of_two_applications_whose_cards_turn_out_to_be_one_chain_the_earlier_stands(world: World) -> None:
    world.link("aoki-1", OLD)
    world.link("ueno-1", NEW, at=END_OF_AUGUST)
    world.put("july.csv", ("t-1", OLD, "top_up", None, 8_000, IN_JULY), ("t-2", NEW, "top_up", None, 4_000, IN_JULY))
    reissue(world, "reissued.csv", (NEW, OLD))

    world.run()

    assert (world.hub.points("aoki-1"), world.hub.points("ueno-1")) == (3_000, 0)
